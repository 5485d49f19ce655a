"""The desk on Slack, over HTTP: a burst, waits for acknowledgements at a steady rate, a Slack that answers slowly."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from adapters.slack.manifest import manifest
from benchmarks.bots import (
    CUSTOMERS,
    Bot,
    Burst,
    check_order,
    numbered,
    set_up,
    started,
    until,
)
from bot.inbound import Place
from bot.message import UserRef
from bot.routes import all_routes
from tests.fakes.slack import Channel, FakeSlack, User
from tests.network import free_port, listening

SETTLED = 0.5  # seconds in which nothing happens
OURS, ECHO = ("bot", "run"), ("benchmarks.echo_slack",)


@dataclass
class Scene:
    """A workspace with the bot in it. `said` counts each customer's messages."""

    slack: FakeSlack
    desk: Channel
    people: list[User]
    bot: Bot
    said: dict[str, int] = field(default_factory=dict)

    async def says(self, n: int) -> None:
        """The next message of customer `n`. Returns when Slack has the acknowledgement."""
        who = self.people[n].id
        number = self.said.get(who, 0)
        self.said[who] = number + 1
        await self.slack.say(who, "@bot", numbered(n, number))

    @property
    def posts(self) -> int:
        """Posts of the bot that Slack has taken."""
        return sum(call.ok for call in self.slack.work.log if call.method == "chat.postMessage")

    def rooms(self) -> list[list[str]]:
        """What the agents read in each ticket's thread."""
        return [[message.text for message in self.desk.replies(ts)] for ts in self.desk.threads]

    async def quiet(self) -> None:
        """Until the bot has posted nothing for a while."""
        while True:
            before = len(self.slack.work.log)
            await asyncio.sleep(SETTLED)
            if len(self.slack.work.log) == before:
                return


@contextlib.asynccontextmanager
async def a_scene(folder: Path, module: tuple[str, ...]) -> AsyncIterator[Scene]:
    """Every customer has a ticket (or with the echo, an answer), and all is quiet."""
    slack, port = FakeSlack(manifest=manifest(all_routes()), own_events=False), free_port()
    slack.patience = 60.0
    people, sam = [slack.user(f"customer{n}") for n in range(CUSTOMERS)], slack.user("sam")
    desk, help_channel = slack.channel("desk", [sam], private=True), slack.channel("help", [sam])
    team = slack.work.team.id
    agents, intake = Place("slack", team, desk.id), Place("slack", team, help_channel.id)
    await set_up(folder, agents, intake, str(UserRef("slack", team, sam.id)))
    async with slack:
        settings = {
            "SLACK_BOT_TOKEN": slack.app.bot_token,
            "SLACK_SIGNING_SECRET": slack.app.signing_secret,
            "SLACK_API_URL": slack.base_url,
            "HTTP_PORT": str(port),
        }
        async with started(folder, module, settings) as bot:
            url = f"http://127.0.0.1:{port}/slack/events"
            await listening(url)
            await slack.use_http(url)
            scene = Scene(slack, desk, people, bot)
            await asyncio.gather(*(slack.say(who.id, "@bot", "hello") for who in people))
            await until(lambda: scene.posts >= CUSTOMERS * (3 if module is OURS else 1))  # told; a card, which says it
            await scene.quiet()
            slack.work.log.clear()
            yield scene


async def burst(folder: Path, many: int, module: tuple[str, ...] = OURS, delay: float = 0.0) -> Burst:
    """`many` messages by 50 people, each of whom writes again when Slack has the acknowledgement. With `delay`, every
    answer of Slack's Web API takes so many seconds."""
    async with a_scene(folder, module) as scene:
        if delay:
            scene.slack.fail("*", delay=delay, times=-1)
        each = many // CUSTOMERS

        async def talk(n: int) -> None:
            for _ in range(each):
                await scene.says(n)

        busy, start = scene.bot.busy, time.perf_counter()
        await asyncio.gather(*map(talk, range(CUSTOMERS)))
        acknowledged = time.perf_counter() - start
        await until(lambda: scene.posts >= each * CUSTOMERS)
        relayed, busy = time.perf_counter() - start, scene.bot.busy - busy
        if module is OURS:
            check_order(scene.rooms(), each * CUSTOMERS)
        total = each * CUSTOMERS
        return Burst(total / acknowledged, total / relayed, busy / total * 1000)


async def waits(folder: Path, rate: int, seconds: float) -> list[float]:
    """How long Slack waited for each acknowledgement, in seconds, with so many messages a second, answered or not."""
    async with a_scene(folder, OURS) as scene:
        before, tasks, start = len(scene.slack.courier.sent), [], time.perf_counter()
        for n in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + n / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(scene.says(n % CUSTOMERS)))
        await asyncio.gather(*tasks)
        sent = scene.slack.courier.sent[before:]
        assert all(delivery.answers[0].status == 200 for delivery in sent)
        await until(lambda: scene.posts >= len(sent))
        return [delivery.answers[0].took for delivery in sent]
