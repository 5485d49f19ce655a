"""The database of a process that may end, and whose disk may fail, at any statement.

It is in memory: what a process leaves there when it ends is what was committed, as with a file. Of disks nothing is
proven here; `make torture` does that.
"""

import asyncio
import math
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, event

import storage.sqlite
from bot.ports import Job, T
from storage.sqlite import SqliteStore, sqlite_engine
from tests.proof.calls import Broken, Calls
from tests.simulation.loop import Killed, Process, VirtualLoop
from tests.simulation.weather import CALM_STEPS

SPELL = 3.0  # seconds for which a disk is full or a file is locked, on average


class Disk(Calls):
    """Something happens every `mean` statements or so: to one of them, to all for a while, or to the process."""

    def __init__(self, process: Process, loop: VirtualLoop, random: Random, mean: float) -> None:
        super().__init__()
        self.process = process
        self.loop = loop
        self.random = random
        self.mean = mean
        self.bad_until = {"BEGIN": 0.0, "COMMIT": 0.0}
        self.left = self._next()

    def make(self, what: str, call: Callable[[], Any]) -> Any:
        if what.startswith("PRAGMA") and "=" in what:
            return call()  # a setting of the connection, which is made anew as it happens
        if self.process.dead:
            if what.startswith("ROLLBACK"):
                return call()  # which is what is found by whoever opens the file next
            raise Killed
        for verb, until in self.bad_until.items():
            if self.loop.clock < until and what.startswith(verb):
                raise Broken("database is locked" if verb == "BEGIN" else "database or disk is full")
        self.left -= 1
        return call() if self.left > 0 else self._fail(what, call)

    def _fail(self, what: str, call: Callable[[], Any]) -> Any:
        self.left = self._next()
        match self.random.choice(["early", "late", "BEGIN", "COMMIT", "killed", "killed late"]):
            case "BEGIN" | "COMMIT" as verb:
                self.bad_until[verb] = self.loop.clock + self.random.expovariate(1 / SPELL)
                return call()
            case "late" | "killed late" as how:
                call().close()  # or its rows would be waited for
                if how == "late":
                    raise Broken(f"disk I/O error after {what[:60]}")
            case "early":
                raise Broken(f"disk I/O error at {what[:60]}")
        self.loop.kill(self.process)
        raise Killed

    def mend(self) -> None:
        self.left = self.mean = CALM_STEPS
        self.bad_until = {}

    def _next(self) -> float:
        return CALM_STEPS if self.mean == CALM_STEPS else 1 + int(self.random.expovariate(1 / self.mean))


NOWHERE = Path("nowhere.db")  # never opened
DISKS: dict[Path, Disk] = {}


@cache
def engine(path: Path) -> Engine:
    """One connection, the same for all processes and towns that follow one another: to open one and to warm up takes as
    long as a day in town."""
    with patch.object(storage.sqlite, "create_engine", lambda url, **options: create_engine("sqlite://", **options)):
        found = sqlite_engine(path)
    ask = Calls()
    ask.make = lambda what, call: DISKS[path].make(what, call) if DISKS else call()  # type: ignore[method-assign]
    ask.watch(found)

    @event.listens_for(found, "do_connect")
    def connect(dialect: Any, record: Any, args: Any, parameters: dict[str, Any]) -> Any:
        """SQLAlchemy closes what it was killed in the middle of, and connects again."""
        if path not in KEPT:
            KEPT[path] = _lasting(parameters["factory"], args, parameters)
        return KEPT[path]

    return found


KEPT: dict[Path, sqlite3.Connection] = {}


def _lasting(kind: type[sqlite3.Connection], args: Any, parameters: dict[str, Any]) -> sqlite3.Connection:
    class Lasting(kind):  # type: ignore[valid-type,misc]
        def close(self) -> None:
            self.rollback()

    return Lasting(*args, **{name: value for name, value in parameters.items() if name != "factory"})


def memory() -> sqlite3.Connection:
    """What is in it outlives every process."""
    if NOWHERE not in KEPT:
        engine(NOWHERE).connect().close()
    return KEPT[NOWHERE]


def begin_with(content: sqlite3.Connection) -> None:
    """Let it hold this from now on, and nothing else."""
    DISKS.pop(NOWHERE, None)
    content.backup(memory())


def no_readers(path: Path) -> Any:
    """There is only one thread here."""


class SimulatedStore(SqliteStore):
    """The store as it is, on such a disk; what is read beside the writer is read between two of its jobs."""

    long = math.inf  # or what is done would depend on how quick the machine is

    def __init__(self, now: Callable[[], Any], disk: Disk) -> None:
        with patch.multiple(storage.sqlite, sqlite_engine=engine, sqlite_readers=no_readers):
            super().__init__(NOWHERE, now)
        DISKS[NOWHERE] = disk

    def abandon(self) -> None:
        """As the operating system closes its files: what was not committed never was."""
        self.threads.shutdown(wait=False)
        memory().rollback()

    async def _read(self, job: Job[T]) -> T:
        def run(connection: Any) -> T:
            connection.exec_driver_sql("BEGIN")
            try:
                return self._run(job, connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")

        return await self._on_writer(run)

    async def _close_readers(self) -> None:
        await asyncio.gather(*self.reads, return_exceptions=True)
