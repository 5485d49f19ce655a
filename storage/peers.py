"""This process among those on the same PostgreSQL: a sign of life now and then, and an ear for the others.

One connection of its own, outside the pool, does both, from the event loop: a process whose loop hangs gives no sign,
and others take over. What is said on the channel only wakes; what there is to do is in the tables, and looked for
every few seconds anyway.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Connection

from bot.ports import Store, UnitOfWork
from bot.process.peers import Lease
from storage import leases
from storage.store import SqlUnitOfWork

log = logging.getLogger(__name__)
CHANNEL = "helpthread"
BEAT = 1.5  # seconds between two signs of life
MARGIN = 1.0  # seconds by which we stop being sure before the database says so
MOST_SAID = 50  # words for others that are gathered; more are not worth it
GATHER = 0.05  # seconds for which news is gathered before others are told: telling makes commits wait for each other
Connect = Callable[[], Awaitable["psycopg.AsyncConnection[tuple[str, ...]]"]]


class PostgresPeers:
    """`wake` is called when there may be something to do; `store` runs what needs a transaction."""

    alone = False

    def __init__(self, connect: Connect, store: Store, wake: Callable[[], None]) -> None:
        self.connect = connect
        self.store = store
        self.wake = wake
        self.me = _new_name()
        self.sure_until = 0.0  # by the monotonic clock
        self.others: set[str] = set()
        self.task: asyncio.Task[None] | None = None
        self.telling: asyncio.Task[None] | None = None
        self.words: list[str] = []
        self.listeners: dict[str, Callable[..., None]] = {}
        self.loop = asyncio.get_running_loop()

    @property
    def sharing(self) -> int:
        return 1 + len(self.others)

    def sure(self, holder: str) -> bool:
        return holder == self.me and time.monotonic() < self.sure_until

    async def join(self) -> None:
        """Give the first sign of life. Raises OSError if that cannot be."""
        try:
            connection = await self.connect()
            await self._begin(connection)
            await self._look_around(connection)
        except psycopg.Error as error:
            raise OSError(str(error).partition("\n")[0]) from error
        self.task = asyncio.create_task(self._live(connection))

    async def leave(self) -> None:
        """What we had in hand is free at once."""
        for task in filter(None, (self.task, self.telling)):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        with suppress(psycopg.Error, OSError):
            connection = await self.connect()
            try:
                for statement in (leases.END, leases.LET_GO):
                    await connection.execute(statement, {"me": self.me})
                await connection.execute("SELECT pg_notify(%s, '')", [CHANNEL])
            finally:
                await connection.close()
        self.sure_until = 0.0

    def tell(self) -> None:
        """From any thread."""
        self.loop.call_soon_threadsafe(self._tell)

    def say(self, topic: str, *words: str) -> None:
        self.words.append(json.dumps([self.me, topic, *words]))
        self._tell()

    def hear(self, topic: str, listener: Callable[..., None]) -> None:
        self.listeners[topic] = listener

    async def hold(self, name: str) -> Lease | None:
        me = self.me
        token = await self.store.write(lambda work: leases.hold(_connection(work), name, me))
        return None if token is None else Lease(name, me, token)

    async def release(self, lease: Lease) -> None:
        await self.store.write(lambda work: leases.release(_connection(work), lease.name, lease.holder, lease.token))

    async def held(self, beginning: str) -> Sequence[str]:
        return await self.store.read(lambda work: leases.names_held(_connection(work), beginning))

    def holds(self, lease: Lease, work: UnitOfWork) -> bool:
        return leases.held(_connection(work), lease.name, lease.holder, lease.token)

    def _tell(self) -> None:
        if self.others and (self.telling is None or self.telling.done()):
            self.telling = asyncio.create_task(self._tell_others())

    async def _tell_others(self) -> None:
        await asyncio.sleep(GATHER)
        said, self.words = self.words[:MOST_SAID] or [""], []
        with suppress(Exception):  # they look by themselves, a little later
            await self.store.write(lambda work: _notify(said, work))

    def _heard(self, said: str) -> None:
        if not said:
            return self.wake()
        who, topic, *words = json.loads(said)
        if who != self.me and topic in self.listeners:
            self.listeners[topic](*words)
        return None

    async def _live(self, connection: "psycopg.AsyncConnection[tuple[str, ...]]") -> None:
        while True:
            try:
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.wake()  # for what was said while nobody listened
                    while True:
                        await self._beat(connection)  # first, or who is cut off again and again never gives a sign
                        async for note in connection.notifies(timeout=BEAT, stop_after=1):
                            self._heard(note.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("no sign of life can be given: %s", type(error).__name__)
            connection = await self._again()

    async def _again(self) -> "psycopg.AsyncConnection[tuple[str, ...]]":
        pause = 0.1
        while True:
            await asyncio.sleep(pause)
            pause = min(1.0, 2 * pause)
            with suppress(psycopg.Error, OSError):
                return await self.connect()

    async def _beat(self, connection: "psycopg.AsyncConnection[tuple[str, ...]]") -> None:
        if time.monotonic() + leases.LIFE - MARGIN - self.sure_until < BEAT:
            return  # news came in between, it is not time yet
        start = time.monotonic()
        renewed = await connection.execute(leases.RENEW, leases.milliseconds(self.me))
        kept = self.me in leases.names(await renewed.fetchall())
        if kept and time.monotonic() < self.sure_until:
            self.sure_until = start + leases.LIFE - MARGIN
        else:
            log.warning("this process was silent for too long; what it had in hand is free for others")
            self.me = _new_name()
            await self._begin(connection)
        await self._look_around(connection)

    async def _begin(self, connection: "psycopg.AsyncConnection[tuple[str, ...]]") -> None:
        start = time.monotonic()
        await connection.execute(leases.BEGIN, leases.milliseconds(self.me))
        await connection.execute(leases.BURY, leases.milliseconds(self.me))
        self.sure_until = start + leases.LIFE - MARGIN

    async def _look_around(self, connection: "psycopg.AsyncConnection[tuple[str, ...]]") -> None:
        """Where somebody is gone, there may be something of theirs to do."""
        there = leases.names(await (await connection.execute(leases.PROCESSES)).fetchall()) - {self.me}
        gone, self.others = self.others - there, there
        if gone:
            self.wake()


def connecting(arguments: dict[str, Any]) -> Connect:
    """What connects with these, outside any pool."""
    return partial(psycopg.AsyncConnection.connect, autocommit=True, **arguments)


def _new_name() -> str:
    return f"process:{uuid.uuid4().hex}"


def _connection(work: UnitOfWork) -> Connection:
    assert isinstance(work, SqlUnitOfWork), "the store is one of ours"
    return work.connection


def _notify(said: list[str], work: UnitOfWork) -> None:
    for words in said:
        _connection(work).exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, words))
