"""Customers write and write; the bot is killed, and killed again; in the end somebody counts."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.desks.model import Desk, Settings
from storage.opening import open_store
from tests.history import History, Said, Sort, broken, doubled
from tests.slack.world import eventually
from tests.torture.sides import SIDES, UNKNOWN, Side, customer_of, read

ROOT = Path(__file__).parents[2]
STARTED = 120.0  # seconds, on a machine with other things to do
FIRST = "your first customer"
STUCK = 60.0  # seconds in which nothing more arrives


@dataclass
class Torture:
    """`rate` is messages a second of all `customers` together."""

    folder: Path
    sides: Sequence[Side]
    random: Random
    customers: int = 20
    rate: float = 50.0
    url: str = ""
    said: list[Said] = field(default_factory=list)
    kills: int = 0

    @property
    def database(self) -> str:
        return self.url or f"sqlite:///{self.folder}/helpthread.db"

    async def set_up(self, stack: AsyncExitStack) -> None:
        each = self.customers // len(self.sides)
        for side in self.sides:
            await side.begin(stack, each)
        store = open_store(self.database, lambda: datetime.now(UTC))
        desk = Desk(0, "support", self.sides[0].agents, Settings())
        await store.write(lambda work: work.desks.save(desk, [each for side in self.sides for each in side.intake], []))
        await store.close()

    async def move_in(self) -> None:
        """A first start that is left in peace: what was said before it is not the desk's. Somebody says hello."""
        async with self.process():
            await self.ready()
            for side in self.sides:
                await side.say(0, f"hello, {FIRST} here")
            await eventually(self._greeted, STARTED)
            for side in self.sides:
                await side.arrive()

    # People

    @contextlib.asynccontextmanager
    async def traffic(self) -> AsyncIterator[None]:
        """Everybody goes on writing, whoever listens."""
        each = self.customers // len(self.sides)
        people = [
            asyncio.create_task(self._write(side, n, number * each + n))
            for number, side in enumerate(self.sides)
            for n in range(each)
        ]
        try:
            yield
        finally:
            for task in people:
                task.cancel()
            await asyncio.wait(people)

    async def _write(self, side: Side, customer: int, name: int) -> None:
        pause = self.customers / self.rate
        await asyncio.sleep(self.random.random() * pause)
        number = 0
        while True:
            word = f"w{number}c{name}z"
            now = time.monotonic()
            self.said.append(Said(word, Sort.MESSAGE, customer_of(word), sent=now, taken=now))
            await asyncio.shield(side.say(customer, f"{word} is what I say"))
            number += 1
            await asyncio.sleep(max(0.0, now + pause - time.monotonic()))

    # The bot

    @contextlib.asynccontextmanager
    async def process(self, number: int = 0) -> AsyncIterator[asyncio.subprocess.Process]:
        """Started, perhaps not yet ready; killed at the end."""
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(self.folder)}
        env |= {"DATABASE_URL": self.url} if self.url else {}
        for side in self.sides:
            env |= side.env(number)
        with (self.folder / f"log{number}").open("ab") as log:
            bot = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=env, cwd=self.folder, stdout=log, stderr=log
            )
        try:
            yield bot
        finally:
            with contextlib.suppress(ProcessLookupError):
                bot.send_signal(signal.SIGKILL)
            await bot.wait()
            for side in self.sides:
                side.unreachable(number)
                if not self.url:  # on PostgreSQL others may be there
                    await side.gone()

    async def ready(self, number: int = 0) -> None:
        for side in self.sides:
            await side.reached(number, STARTED)

    async def kill_it(self) -> None:
        """Once: most times at work, now and then while it starts."""
        async with self.process():
            if self.random.random() < 0.1:
                await asyncio.sleep(self.random.random() * 2)
            else:
                await self.ready()
                await asyncio.sleep(self.random.expovariate(1 / 1.5))
        self.kills += 1

    async def settle(self) -> None:
        """Until everything is there, or nothing more comes."""
        async with self.process():
            await self.ready()
            for side in self.sides:
                await side.let_time_pass()
            wanted, there, since = len(self.said), -1, time.monotonic()
            while there < wanted and time.monotonic() - since < STUCK:
                found = len({word for each in read(self._rooms()) for word in each.words})
                if found > there:
                    there, since = found, time.monotonic()
                await asyncio.sleep(0.2)
            await asyncio.sleep(2)  # what would be there twice

    # What came of it

    def _greeted(self) -> bool:
        return sum(FIRST in text for _, texts in self._rooms() for text in texts) >= len(self.sides)

    def _rooms(self) -> list[tuple[str, list[str]]]:
        return [room for side in self.sides for room in side.rooms()]

    def history(self) -> History:
        return History(self.said, read(self._rooms()))

    def unknown(self) -> int:
        """Posts of which the log says that nobody knows whether they were there already."""
        return sum(log.read_text().count(UNKNOWN) for log in self.folder.glob("log*"))

    @property
    def may_be_twice(self) -> int:
        """Posts, where the platform offers no key: one for each time that something was done to the bot."""
        return self.kills

    def verdict(self) -> tuple[list[str], str]:
        """What is broken, and one line that says how it went."""
        history = self.history()
        may_be_twice = 0 if all(side.has_keys for side in self.sides) else self.may_be_twice
        wrong = broken(history, twice=may_be_twice)
        twice, unknown = doubled(history), self.unknown()
        if twice > unknown and twice:
            wrong.append(f"{twice} posts are there twice, and the log knows of {unknown}")
        lost = sum("nobody reads it" in what for what in wrong)
        return wrong, (
            f"{' and '.join(side.name for side in self.sides)}: {self.kills} kills, {len(self.said)} messages of "
            f"{self.customers} customers, {lost} lost, {twice} twice, {unknown} of unknown outcome"
        )


async def torture(
    folder: Path, names: Sequence[str], kills: int, seed: int, rate: float = 50.0
) -> tuple[list[str], str]:
    """Kill it so many times. Returns what is broken, and what to tell."""
    async with AsyncExitStack() as stack:
        run = Torture(folder, [SIDES[name]() for name in names], Random(seed), rate=rate)
        await run.set_up(stack)
        await run.move_in()
        async with run.traffic():
            for _ in range(kills):
                await run.kill_it()
        await run.settle()
        return run.verdict()
