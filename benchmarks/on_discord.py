"""The desk on Discord: a burst of direct messages, a Discord that is slow to answer, many who open a ticket at once."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bots import CUSTOMERS, PATIENCE, Bot, Burst, check_order, numbered, set_up, started, until
from benchmarks.rates import percentile
from bot.inbound import Place
from bot.message import UserRef
from tests.fakes.discord import FakeDiscord, Invocation, Perm
from tests.fakes.discord.model import Channel, Guild, User

SETTLED = 0.5  # seconds in which nothing happens
OURS, ECHO = ("bot", "run"), ("benchmarks.echo_discord",)
AT_ONCE = 40  # people who open a ticket


@dataclass(frozen=True, slots=True)
class Opened:
    """Tickets a second until each person was told, and the 99th percentile of waits for the first answer (ms)."""

    each_second: float
    p99: float


@dataclass
class Scene:
    """A server with the bot in it. `said` counts each customer's messages."""

    fake: FakeDiscord
    shop: Guild
    desk: Channel
    help: Channel
    people: list[User]
    bot: Bot
    folder: Path
    said: dict[int, int] = field(default_factory=dict)

    async def says(self, n: int) -> None:
        """The next direct message of customer `n`."""
        number = self.said.get(n, 0)
        self.said[n] = number + 1
        await self.fake.dm(self.people[n], numbered(n, number))

    @property
    def posts(self) -> int:
        """Posts of the bot that Discord has taken."""
        posted = "/channels/{channel_id}/messages"
        return sum(e.status == 200 for e in self.fake.log if e.method == "POST" and e.route == posted)

    def rooms(self) -> list[list[str]]:
        """What the agents read in each ticket's thread."""
        return [[message.text for message in room.messages.values()] for room in self.fake.world.children(self.desk)]

    def stored(self, who: User) -> bool:
        """Whether a ticket of theirs is in the database: committed, as another process sees it."""
        file = f"file:{self.folder / 'helpthread.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True)) as database:
            found = database.execute("SELECT count(*) FROM tickets WHERE customer = ?", (str(ref(who)),))
            return bool(found.fetchone()[0])

    async def quiet(self) -> None:
        """Until the bot has asked nothing of Discord for a while."""
        while True:
            before = len(self.fake.log)
            await asyncio.sleep(SETTLED)
            if len(self.fake.log) == before:
                return


@contextlib.asynccontextmanager
async def a_scene(folder: Path, module: tuple[str, ...]) -> AsyncIterator[Scene]:
    """The bot is connected, and all is quiet."""
    fake = FakeDiscord(check_schemas=False)
    shop = fake.add_guild("Shop")
    desk, help_channel = fake.add_channel(shop, "desk"), fake.add_channel(shop, "help")
    fake.allow(desk, shop, deny=Perm.VIEW_CHANNEL)
    fake.allow(desk, fake.bot, allow=Perm.VIEW_CHANNEL)
    people, sam = [fake.add_user(f"customer{n}", shop) for n in range(CUSTOMERS)], fake.add_user("sam", shop)
    agents, intake = (Place("discord", str(shop.id), str(channel.id)) for channel in (desk, help_channel))
    await set_up(folder, agents, intake, str(ref(sam)))
    async with fake:
        settings = {
            "DISCORD_TOKEN": fake.token,
            "DISCORD_API_URL": fake.api_url,
            "DISCORD_GATEWAY_URL": fake.gateway_url,
        }
        async with started(folder, module, settings) as bot:
            await fake.connected(PATIENCE)
            scene = Scene(fake, shop, desk, help_channel, people, bot, folder)
            await asyncio.sleep(4 * SETTLED)  # discord.py waits so long for servers that are still to come
            await scene.quiet()
            yield scene


async def burst(folder: Path, many: int, module: tuple[str, ...] = OURS, delay: float = 0.0) -> Burst:
    """`many` direct messages by 50 people with a ticket each, all at once. With `delay`, every answer of Discord's REST
    API takes so many seconds."""
    async with a_scene(folder, module) as scene:
        for who in scene.people:
            await scene.fake.dm(who, "hello")
        await until(lambda: scene.posts >= CUSTOMERS * (3 if module is OURS else 1))  # told, with a card, which says it
        await scene.quiet()
        scene.fake.log.clear()
        scene.fake.faults.latency = delay
        each = many // CUSTOMERS
        total = each * CUSTOMERS
        busy, start = scene.bot.busy, time.perf_counter()
        for _ in range(each):
            for n in range(CUSTOMERS):
                await scene.says(n)
        await until(lambda: scene.posts >= total)
        relayed, busy = time.perf_counter() - start, scene.bot.busy - busy
        if module is OURS:
            check_order(scene.rooms(), total)
        return Burst(0.0, total / relayed, busy / total * 1000)


async def opened_at_once(folder: Path, many: int = AT_ONCE) -> Opened:
    """`many` people type /ticket open at once. Raises `AssertionError` if one is told before it is stored."""
    async with a_scene(folder, OURS) as scene:
        start = time.perf_counter()
        first = await asyncio.gather(*(_opens(scene, who) for who in scene.people[:many]))
        return Opened(many / (time.perf_counter() - start), percentile(first, 99))


async def _opens(scene: Scene, who: User) -> float:
    """Seconds until the first answer, which may be that it is being worked on."""
    start = time.perf_counter()
    sent: Invocation = await scene.fake.command(who, scene.help, "ticket open", {"text": "my printer is on fire"})
    await sent.answered(PATIENCE)
    waited = time.perf_counter() - start
    await sent.finished(PATIENCE)
    assert "#" in sent.messages[-1].text, sent.messages[-1].text
    assert scene.stored(who), "told before it was stored"
    return waited


def ref(who: User) -> UserRef:
    return UserRef("discord", "", str(who.id))
