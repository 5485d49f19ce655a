"""The bot as a process of its own, killed without a word while people go on writing."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.slack import FakeSlack
from tests.network import free_port, listening
from tests.slack.world import World, eventually, world

KILLS = 2
ROOT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def process(slack: FakeSlack, folder: Path, http: bool) -> AsyncIterator[asyncio.subprocess.Process]:
    """Running and reached, over HTTP or sockets; killed at the end."""
    port = free_port()
    way = {"SLACK_SIGNING_SECRET": slack.app.signing_secret, "HTTP_PORT": str(port)}
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder),
        "SLACK_BOT_TOKEN": slack.app.bot_token,
        "SLACK_API_URL": slack.base_url,
    } | (way if http else {"SLACK_APP_TOKEN": slack.app.app_token})
    with (folder / "log").open("ab") as log:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=env, cwd=folder, stdout=log, stderr=log
        )
    try:
        if http:
            await listening(f"http://127.0.0.1:{port}/healthz")
            slack.app.request_url = f"http://127.0.0.1:{port}/slack/events"
        else:
            await slack.sockets.connected(2, 30)
        yield bot
    finally:
        bot.send_signal(signal.SIGKILL)
        await bot.wait()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("http", [True, False], ids=["http", "sockets"])
async def test_nothing_is_lost_and_at_most_one_post_per_kill_is_there_twice(tmp_path: Path, http: bool):
    """Each kill comes while people write and posts are on their way, wherever the bot is just then."""
    slack = FakeSlack()
    async with world(tmp_path, http=http, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        root = await desk.say(desk.ben, "my screen is dark", desk.help)
        await desk.stop()
        slack.patience = 0.05
        traffic = Traffic(desk, root.ts)
        writing = asyncio.create_task(traffic.go_on())
        for number in range(KILLS):
            async with process(slack, tmp_path, http):
                await posts(slack, 4 + 2 * number)
            traffic.killed += 1
        writing.cancel()
        await asyncio.wait({writing})
        async with process(slack, tmp_path, http):
            await slack.advance(400)  # Slack's retries
            await eventually(lambda: not traffic.missing(), 90)
            await eventually(lambda: not still_posting(slack), 30)
        counts = traffic.counts()
        assert set(counts) == set(traffic.said)
        assert sum(counts.values()) - len(traffic.said) <= KILLS
        if sum(counts.values()) > len(traffic.said):
            assert "posted again" in (tmp_path / "log").read_text()
        for room in (1, 2):
            mine = [text for text in traffic.said if text.startswith(f"{room}:")]
            shown = [line.text for line in desk.agents_room(room) if line.text in mine]
            assert list(dict.fromkeys(shown)) == mine


async def posts(slack: FakeSlack, many: int) -> None:
    """Until the bot has posted so many times more."""
    wanted = len(slack.calls("chat.postMessage")) + many
    await eventually(lambda: len(slack.calls("chat.postMessage")) >= wanted, 60)


def still_posting(slack: FakeSlack) -> bool:
    """Whether the bot made a call in the last second."""
    return slack.clock.now() - slack.log[-1].at < 1.0


class Traffic:
    """Two customers who go on writing, in private and in a channel."""

    def __init__(self, desk: World, thread: str) -> None:
        self.desk = desk
        self.thread = thread
        self.said: list[str] = []
        self.killed = 0

    async def go_on(self) -> None:
        for number in range(10_000):
            for room in (1, 2):
                self.said.append(f"{room}:{number} after {self.killed}")
                who, place, thread = (
                    (self.desk.anna, "@bot", None) if room == 1 else (self.desk.ben, self.desk.help, self.thread)
                )
                await self.desk.slack.say(who.id, place, self.said[-1], thread)
            await asyncio.sleep(0.3)

    def shown(self) -> list[str]:
        return [line.text for room in (1, 2) for line in self.desk.agents_room(room)]

    def missing(self) -> set[str]:
        return set(self.said) - set(self.shown())

    def counts(self) -> Counter[str]:
        return Counter(text for text in self.shown() if text in set(self.said))
