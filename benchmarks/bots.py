"""A bot in a process of its own, started as an operator starts it: ours, or a bare echo beside it.

The platform it talks to and the people on it are in this process, so that the bot has a core for itself.
"""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from bot.operating.serving import spare_the_collector
from bot.process.running import now
from storage.opening import open_store

ROOT = Path(__file__).parents[1]
TEXT = "my printer is on fire again and it does not stop burning, whatever I do with it " * 2
CUSTOMERS = 50
NUMBER = re.compile(r"\d+/(\d+) my printer")
PATIENCE = 120.0  # seconds for anything to happen at all


@dataclass(frozen=True, slots=True)
class Burst:
    """Per second: acknowledged (what has acknowledgements) and shown. The bot's processor time for each, in ms."""

    acknowledged: float
    relayed: float
    each: float


@dataclass(frozen=True, slots=True)
class Bot:
    process: asyncio.subprocess.Process

    @property
    def busy(self) -> float:
        """Seconds of processor time so far (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def started(folder: Path, module: Sequence[str], settings: Mapping[str, str]) -> AsyncIterator[Bot]:
    """`python -m MODULE`, with nothing in its environment but the settings; stopped with manners at the end."""
    spare_the_collector()  # or the platform's own pauses, of 100 ms and more, count as the bot's
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder), **settings}
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-m", *module]
        process = await asyncio.create_subprocess_exec(*command, env=env, cwd=folder, stdout=log, stderr=log)
        try:
            yield Bot(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def set_up(folder: Path, agents: Place, intake: Place, agent: str) -> None:
    """The desk that `folder` is to hold, before the bot is started on it."""
    store = open_store(f"sqlite:///{folder}/helpthread.db", now)
    desk = Desk(0, "support", agents, Settings(max_open_per_customer=1000))
    await store.write(lambda work: work.desks.save(desk, [intake], [Member(agent, Rank.AGENT)]))
    await store.close()


async def until(happened: Callable[[], Any], within: float = PATIENCE) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not happened():  # noqa: ASYNC110 - the fakes tell nobody when something is posted
            await asyncio.sleep(0.01)


def numbered(customer: int, number: int) -> str:
    return f"{customer}/{number} {TEXT}"


def check_order(rooms: Iterable[Sequence[str]], expected: int) -> None:
    """`rooms` are what was relayed into each. Raises `AssertionError` unless all is there, once and in its order."""
    found = [[int(number[1]) for text in room if (number := NUMBER.search(text))] for room in rooms]
    assert sum(map(len, found)) == expected, "lost or doubled"
    assert all(room == list(range(len(room))) for room in found), "out of order"
