"""The bot as a process of its own, killed without a word while people go on writing."""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desks.model import Desk, Settings
from bot.inbound import Place
from storage.opening import open_store
from tests.discord.shop import World
from tests.fakes.discord.model import User

ROOT = Path(__file__).parents[2]
KILLS = 3
ENOUGH = 50.0  # seconds for everything, on a machine under load


class Customers:
    """People who write, each of them numbered messages in private; now and then somebody new."""

    def __init__(self, fake: World) -> None:
        self.fake = fake
        self.said: dict[User, int] = {}
        self.names = (f"p{number}" for number in itertools.count())
        self.regular = [self.new() for _ in range(5)]

    def new(self) -> User:
        who = self.fake.add_user(next(self.names), self.fake.shop)
        self.said[who] = 0
        return who

    async def write(self, who: User) -> None:
        number = self.said[who]
        self.said[who] = number + 1
        await self.fake.dm(who, f"{who.name} says {number}")

    async def go_on(self, many: int) -> None:
        for who, _ in zip(itertools.cycle(self.regular), range(many), strict=False):
            await self.write(who)
            await asyncio.sleep(0.005)

    def shown(self) -> dict[User, list[int]]:
        """What the agents read of each, in the order they read it."""
        rooms = [list(room.messages.values()) for room in self.fake.world.children(self.fake.desk_channel)]
        texts = [message.text for room in rooms for message in room]
        return {who: [int(t.rpartition(" ")[2]) for t in texts if f" {who.name} says " in t] for who in self.said}

    def expected(self) -> dict[User, list[int]]:
        return {who: list(range(many)) for who, many in self.said.items()}


async def set_up(fake: World, folder: Path) -> None:
    store = open_store(f"sqlite:///{folder}/helpthread.db", lambda: datetime.now(UTC))
    guild = str(fake.shop.id)
    desk = Desk(0, "support", Place("discord", guild, str(fake.desk_channel.id)), Settings())
    await store.write(lambda work: work.desks.save(desk, [Place("discord", guild, str(fake.help.id))], []))
    await store.close()


@contextlib.asynccontextmanager
async def process(fake: World, folder: Path) -> AsyncIterator[None]:
    """Running and connected; killed at the end."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder),
        "DISCORD_TOKEN": fake.token,
        "DISCORD_API_URL": fake.api_url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
        "DISCORD_MEMBERS": "true",
    }
    with (folder / "log").open("ab") as log:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=env, cwd=folder, stdout=log, stderr=log
        )
    try:
        await fake.connected(ENOUGH)
        yield
    finally:
        bot.send_signal(signal.SIGKILL)
        await bot.wait()
        await fake.until(lambda: not any(s.connection for s in fake.gateway.sessions.values()))


@pytest.mark.timeout(240)
async def test_nothing_is_lost_nothing_doubled_and_all_in_order(fake: World, tmp_path: Path) -> None:
    await set_up(fake, tmp_path)
    people = Customers(fake)
    for _ in range(KILLS):
        async with process(fake, tmp_path):
            await people.go_on(20)
            newcomer = people.new()
            await people.write(newcomer)
            await fake.until(lambda who=newcomer: people.shown()[who], ENOUGH)  # type: ignore[misc]
            await people.go_on(5)
        await people.write(newcomer)  # nobody is there, and this is the last we hear of the newcomer
        await people.write(people.new())  # and this the only word of somebody we never met
        await people.go_on(12)
    async with process(fake, tmp_path):
        with contextlib.suppress(TimeoutError):  # what is missing is said better below
            await fake.until(lambda: people.shown() == people.expected(), ENOUGH)
        assert people.shown() == people.expected()
