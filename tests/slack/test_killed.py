"""The bot as a process of its own, killed without a word while people go on writing."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.fakes.slack import FakeSlack
from tests.slack.world import World, eventually, free_port, world

KILLS = 2
ROOT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def process(slack: FakeSlack, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Running and reached over HTTP; killed at the end."""
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder),
        "SLACK_BOT_TOKEN": slack.app.bot_token,
        "SLACK_SIGNING_SECRET": slack.app.signing_secret,
        "SLACK_API_URL": slack.base_url,
        "HTTP_PORT": str(port),
    }
    with (folder / "log").open("ab") as log:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=env, cwd=folder, stdout=log, stderr=log
        )
    try:
        await answers(f"http://127.0.0.1:{port}/healthz")
        slack.app.request_url = f"http://127.0.0.1:{port}/slack/events"
        yield bot
    finally:
        bot.send_signal(signal.SIGKILL)
        await bot.wait()


async def answers(url: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(30):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url):
                    return
            await asyncio.sleep(0.05)


async def test_nothing_is_lost_and_at_most_one_post_per_kill_is_there_twice(tmp_path: Path):
    slack = FakeSlack()
    async with world(tmp_path, http=True, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.stop()
        slack.patience = 0.05
        said: list[str] = []
        for _ in range(KILLS):
            async with process(slack, tmp_path):
                await write(desk, said, 12)
            await write(desk, said, 4)  # nobody is there
        async with process(slack, tmp_path):
            await slack.advance(400)  # Slack's retries
            await eventually(lambda: not set(said) - {line.text for line in desk.agents_room()}, 40)
        counts = Counter(line.text for line in desk.agents_room() if line.text in said)
        assert set(counts) == set(said)
        assert sum(counts.values()) - len(said) <= KILLS


async def write(desk: World, said: list[str], many: int) -> None:
    for _ in range(many):
        said.append(f"message {len(said)}")
        await desk.slack.say(desk.anna.id, "@bot", said[-1])
        await asyncio.sleep(0.01)
