"""Minutes of messages at a steady rate, with a Slack that is away now and then: nothing is lost, and the process does
not grow. The people, and whoever counts in the end, are those of `make torture`."""

import asyncio
import contextlib
import os
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.platforms import measured
from tests.fakes.slack import FakeSlack
from tests.torture.run import Torture
from tests.torture.sides import OnSlack

SECONDS = 600
RATE = 50
SEED = 1
TROUBLES = (  # what is wrong with the next calls of Slack's Web API
    {"status": 429, "retry_after": 1, "times": 5},
    {"status": 503, "times": 20},
    {"drop": True, "times": 3},
    {"delay": 0.5, "times": 50},
)
PAUSE = 5.0  # seconds on average between two troubles; each fifth is an outage of that length


@dataclass(frozen=True, slots=True)
class Sample:
    """Of the process: when (s), memory and database (MB), open descriptors."""

    at: float
    memory: float
    database: float
    descriptors: int


def soak(seconds: int, folder: Path, runs: int, size: int) -> Iterator[str]:
    """One run, however many are asked for."""
    seconds = max(10, seconds // size)
    said, samples = measured(partial(once, seconds=seconds), folder)
    later = samples[len(samples) // 2 :]  # what is loaded once is loaded
    counts = [sample.descriptors for sample in later]
    memory, database = slope(later, "memory"), slope(later, "database")
    yield f"| {seconds} s at {RATE}/s, Slack failing now and then: lost, doubled, moved | 0 of {said:,} | goal | 0 |"
    yield f"| … memory, in the second half | {memory:+.1f} MB/min | its database | {database:+.1f} MB/min |"
    yield f"| … open descriptors, in the second half | {min(counts)} to {max(counts)} | at the end | {counts[-1]} |"


async def once(folder: Path, seconds: float) -> tuple[int, Sequence[Sample]]:
    """How many messages there were, and what the process was like meanwhile. Raises `AssertionError` unless agents
    read all of them, once, in their order."""
    async with AsyncExitStack() as stack:
        side = OnSlack()
        run = Torture(folder, [side], Random(SEED), rate=RATE)  # noqa: S311 (the same troubles each time)
        await run.set_up(stack)
        await run.move_in()
        async with run.process() as bot, run.traffic():
            await run.ready()
            async with troubles(side.slack, run.random):
                samples = await watched(bot.pid, folder / "helpthread.db", seconds)
        run.kills += 1  # it was stopped in the middle of its work
        await run.settle()
        wrong, told = run.verdict()
        assert wrong == [], told
        return len(run.said), samples


@contextlib.asynccontextmanager
async def troubles(slack: FakeSlack, random: Random) -> AsyncIterator[None]:
    """Until the end, when all is well again."""
    task = asyncio.create_task(_trouble(slack, random))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        slack.faults.clear()


async def _trouble(slack: FakeSlack, random: Random) -> None:
    while True:
        await asyncio.sleep(random.expovariate(1 / PAUSE))
        if random.random() < 0.2:
            slack.fail("*", status=503, times=-1)
            await asyncio.sleep(PAUSE)
            slack.faults.clear()
        else:
            slack.fail("chat.postMessage", **random.choice(TROUBLES))


async def watched(pid: int, database: Path, seconds: float) -> Sequence[Sample]:
    samples, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        samples.append(_sample(pid, database))
        await asyncio.sleep(1)
    return samples


def _sample(pid: int, database: Path) -> Sample:
    """Linux says so."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    memory, size = pages * os.sysconf("SC_PAGE_SIZE") / 1e6, database.stat().st_size / 1e6
    return Sample(time.monotonic(), memory, size, len(os.listdir(f"/proc/{pid}/fd")))


def slope(samples: Sequence[Sample], what: str) -> float:
    """Of a line through all of them, each minute."""
    line = statistics.linear_regression([s.at for s in samples], [getattr(s, what) for s in samples])
    return line.slope * 60
