"""Several processes on one PostgreSQL: one after the other is killed, frozen or cut off while customers write."""

import asyncio
import contextlib
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

import psycopg

from storage.leases import PROCESSES
from tests.history import NEVER, History
from tests.slack.world import eventually
from tests.torture.run import STARTED, Torture
from tests.torture.sides import SIDES, WORD, read

DEAD_AFTER = 6.0  # seconds without a sign of life
NOTICED = 3.0  # seconds after which a load balancer sends nothing more to who does not answer
PATIENCE = 60.0  # seconds for others to take over, on a machine with other things to do


class Evil(StrEnum):
    KILL = "killed"
    FREEZE = "frozen"
    CUT = "cut off"


@dataclass
class Several(Torture):
    """`processes` bots that run all the time. `slowest` is how long, in seconds, what had been said when that was done
    to one of them took at most until it was read."""

    processes: int = 3
    bots: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)
    ends: dict[int, AsyncExitStack] = field(default_factory=dict)
    done: Counter[Evil] = field(default_factory=Counter)
    slowest: dict[Evil, float] = field(default_factory=lambda: dict.fromkeys(Evil, 0.0))
    looked: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def all_of_them(self) -> AsyncIterator[None]:
        try:
            for number in range(self.processes):
                await self.start(number)
            yield
        finally:
            for end in self.ends.values():
                await end.aclose()

    async def start(self, number: int) -> None:
        end = self.ends[number] = AsyncExitStack()
        self.bots[number] = await end.enter_async_context(self.process(number))
        await self.ready(number)

    async def round(self) -> None:
        """Something is done to one of them. Others take over, and in the end all are there again."""
        await self.all_there()
        missing = [evil for evil in Evil if not self.done[evil]]  # each happens, however few rounds there are
        evil = self.random.choice(missing) if missing else self.random.choices(list(Evil), [6, 2, 2])[0]
        number = self.random.randrange(self.processes)
        begun = time.monotonic()
        self.done[evil] += 1
        match evil:
            case Evil.KILL:
                self.kills += 1
                await self.ends[number].aclose()
                await self.taken_over(evil, begun)
                await self.start(number)
            case Evil.FREEZE:
                self.bots[number].send_signal(signal.SIGSTOP)
                await asyncio.sleep(NOTICED)
                for side in self.sides:
                    side.unreachable(number)
                await asyncio.sleep(DEAD_AFTER - NOTICED + self.random.random() * 3)
                await self.taken_over(evil, begun)
                self.bots[number].send_signal(signal.SIGCONT)
                await self.ready(number)
            case Evil.CUT:
                await asyncio.to_thread(self.cut)
                await self.taken_over(evil, begun)
        await asyncio.sleep(self.random.expovariate(1.0))

    async def all_there(self) -> None:
        """Who found no database at its start has ended, as it should; somebody starts it again."""
        async with asyncio.timeout(STARTED):
            while self.alive() < self.processes:
                for number, bot in self.bots.items():
                    if bot.returncode is not None:
                        await self.ends[number].aclose()
                        await self.start(number)
                await asyncio.sleep(0.2)

    async def taken_over(self, evil: Evil, begun: float) -> None:
        """Until all is read that was said until a second after it, and acknowledged."""
        await asyncio.sleep(max(0.0, begun + 1 - time.monotonic()))
        taken = self.taken()
        owed = {said.word for said in self.said if said.sent < begun + 1 and taken.get(said.word, 0.0) < begun + 1}
        with contextlib.suppress(TimeoutError):
            await eventually(lambda: owed <= self.read_by_now(), PATIENCE)
        self.slowest[evil] = max(self.slowest[evil], round(time.monotonic() - begun, 1))

    def read_by_now(self) -> set[str]:
        """The words that agents can read. Each room is looked through once."""
        for name, texts in self._rooms():
            for text in texts[self.looked.get(name, 0) :]:
                self.seen.update(WORD.findall(text))
            self.looked[name] = len(texts)
        return self.seen

    def taken(self) -> dict[str, float]:
        return {word: at for side in self.sides for word, at in side.taken().items()}

    def alive(self) -> int:
        with psycopg.connect(self.url) as connection:
            return len(connection.execute(PROCESSES).fetchall())

    def cut(self) -> None:
        """Some of the connections to the database, or all of them."""
        share = self.random.choice([0.3, 1.0])
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid != pg_backend_pid() AND random() <= %s",
                [share],
            )

    async def settle(self) -> None:
        """Until everything is there, or nothing more comes."""
        for side in self.sides:
            await side.let_time_pass()
        wanted, there, since = {said.word for said in self.said}, -1, time.monotonic()
        while not wanted <= self.read_by_now() and time.monotonic() - since < PATIENCE:
            if len(self.seen) > there:
                there, since = len(self.seen), time.monotonic()
            await asyncio.sleep(0.2)
        await asyncio.sleep(2)  # what would be there twice

    def history(self) -> History:
        """What was acknowledged late, because Slack had given it to a process that was gone, may come late."""
        taken, end = self.taken(), time.monotonic()
        for said in self.said:
            at = taken.get(said.word, said.sent)
            said.taken = end if at == NEVER else at
        return History(self.said, read(self._rooms()))

    def holders(self, beginning: str) -> dict[str, str]:
        """Which process has what is called so, of those that are alive."""
        query = (
            "SELECT name, holder FROM leases "
            "WHERE starts_with(name, %s) AND until > extract(epoch FROM clock_timestamp()) * 1000"
        )
        with psycopg.connect(self.url) as connection:
            return dict(connection.execute(query, [beginning]).fetchall())

    @property
    def may_be_twice(self) -> int:
        return sum(self.done.values())

    def verdict(self) -> tuple[list[str], str]:
        wrong, told = super().verdict()
        kinds = ", ".join(f"{times} {evil} ({self.slowest[evil]} s)" for evil, times in self.done.items())
        return wrong, f"{self.processes} processes, {kinds} (at most, until others had taken over): {told}"


async def several(
    folder: Path, url: str, names: Sequence[str], rounds: int, seed: int, rate: float, processes: int, within: float
) -> tuple[list[str], str]:
    """So many rounds. Returns what is broken, and what to tell."""
    async with AsyncExitStack() as stack:
        sides = [SIDES[name]() for name in names]
        run = Several(folder, sides, Random(seed), rate=rate, url=url, processes=processes)
        await run.set_up(stack)
        await run.move_in()
        async with run.all_of_them():
            async with run.traffic():
                for _ in range(rounds):
                    await run.round()
            await run.settle()
        wrong, told = run.verdict()
        if max(run.slowest.values()) > within:
            wrong.append(f"others took over after {max(run.slowest.values())} s")
        return wrong, told
