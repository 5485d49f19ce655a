"""A unit of work is one transaction. `SqlStore` runs each job in its own, on a small pool of threads, which suits
a database server; `storage.sqlite` has one writer."""

import asyncio
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desks.model import Desk
from bot.errors import Busy
from bot.inbound import recorded
from bot.ports import (
    Audit,
    Closings,
    Departures,
    Desks,
    Drafts,
    Job,
    Links,
    Macros,
    Outbox,
    People,
    Privacy,
    T,
    Tickets,
    Timeline,
    Watermarks,
)
from bot.privacy.linking.link import ALPHABET, CODE_LENGTH
from bot.privacy.promises import Promises
from storage.audit import SqlAudit
from storage.closings import SqlClosings
from storage.departures import SqlDepartures
from storage.desks import SqlDesks
from storage.files import referenced
from storage.hot import Hot, driver
from storage.links import SqlLinks
from storage.macros import SqlMacros
from storage.outbox import SqlOutbox
from storage.people import SqlPrivacy
from storage.profiles import SqlDrafts, SqlPeople
from storage.rows import ReadUntilRow, SeenRow
from storage.scrubbing import scrub_postgresql
from storage.sealing import Sealing
from storage.settling import search_by
from storage.tickets import SqlTickets
from storage.timeline import SqlTimeline
from storage.watermarks import SqlWatermarks

log = logging.getLogger(__name__)
seen_events = SeenRow.__table__
REMEMBER = {
    "sqlite": Hot(sqlite.insert(seen_events).on_conflict_do_nothing().returning(seen_events.c.at)),
    "postgresql": Hot(postgresql.insert(seen_events).on_conflict_do_nothing().returning(seen_events.c.at)),
}
read_until = ReadUntilRow.__table__
NOTHING_CHOSEN = Promises()


def _raise(dialect: Any) -> Any:
    new = dialect.insert(read_until)
    return new.on_conflict_do_update(index_elements=["name"], set_={"at": new.excluded.at})


RAISE = {"sqlite": _raise(sqlite), "postgresql": _raise(postgresql)}
MY_TURN, TURN_OVER = text("SELECT pg_try_advisory_lock(20260109)"), text("SELECT pg_advisory_unlock(20260109)")
S = TypeVar("S")
THREADS = 8
MOST_WAITING = 5000  # jobs; beyond that the platform should deliver again later
AGAIN = {"40001", "40P01"}  # serialisation failure, deadlock: PostgreSQL asks to run the transaction again
TRIES = 10  # more than there are connections: all of them may be broken


class SqlUnitOfWork:
    """Implements `bot.ports.UnitOfWork` on a connection with a transaction open."""

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        promises: Promises = NOTHING_CHOSEN,
        known: dict[int, Desk] | None = None,
        me: str | None = None,
    ) -> None:
        self.connection = connection
        self.now = now
        self.promises = promises
        self.audit: Audit = SqlAudit(connection, now)
        self.tickets: Tickets = SqlTickets(connection)
        self.timeline: Timeline = SqlTimeline(connection, now)
        outbox = SqlOutbox(connection, now, me)
        self.outbox: Outbox = outbox
        self.posted_to = outbox.posted_to
        self.desks: Desks = SqlDesks(connection, known)
        self.closings: Closings = SqlClosings(connection, now)
        self.departures: Departures = SqlDepartures(connection, now)
        self.macros: Macros = SqlMacros(connection)
        self.people: People = SqlPeople(connection, now, self.audit)
        self.drafts: Drafts = SqlDrafts(connection)
        self.privacy: Privacy = SqlPrivacy(connection, now, self.audit)
        self.links: Links = SqlLinks(connection, now)
        self.watermarks: Watermarks = SqlWatermarks(connection, now)

    def seen(self, event_id: str) -> bool:
        statement = REMEMBER[self.connection.dialect.name]
        return statement.first(self.connection, {"event_id": recorded(event_id), "at": self.now}) is None

    def new_code(self) -> str:
        return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))

    def read_until(self, name: str) -> datetime | None:
        return self.connection.scalar(select(read_until.c.at).where(read_until.c.name == name))

    def read_until_all(self, beginning: str) -> Mapping[str, datetime]:
        found = self.connection.execute(
            select(read_until).where(read_until.c.name.startswith(beginning, autoescape=True))
        )
        return {row.name: row.at for row in found}

    def raise_read_until(self, name: str, at: datetime) -> None:
        new = RAISE[self.connection.dialect.name]
        self.connection.execute(new, {"name": name, "at": at})

    def referenced(self, shas: Sequence[str]) -> frozenset[str]:
        return referenced(self.connection, shas)

    def clock_went_back(self) -> None:
        self.outbox.hurry()
        again = seen_events.c.event_id.between(f"tick:{self.now:%Y-%m-%dT%H:%M}", "tick:~")
        self.connection.execute(delete(seen_events).where(again))

    def forget_seen(self, before: datetime, limit: int) -> int:
        old = select(seen_events.c.event_id).where(seen_events.c.at < before).limit(limit)
        return self.connection.execute(delete(seen_events).where(seen_events.c.event_id.in_(old))).rowcount


class _Attempt:
    """How far a job came, for whoever has to say whether it may run again."""

    driver: Any = None
    committing = False

    @property
    def lost(self) -> bool:
        """Whether the connection broke before the commit: nothing was kept, and another one may do better."""
        return self.driver is not None and not self.committing and bool(self.driver.closed)


def _asks_again(error: Exception) -> bool:
    return getattr(getattr(error, "orig", error), "sqlstate", None) in AGAIN


class SqlStore:
    """Each job has a thread and a transaction. `readers` run long reads beside them."""

    def __init__(self, engine: Engine, readers: AsyncEngine, now: Callable[[], datetime]) -> None:
        self.engine = engine
        self.readers = readers
        self.now = now
        self.promises = NOTHING_CHOSEN
        self.me: Callable[[], str | None] = lambda: None  # this process among several, see `storage.peers`
        self.posted_to: Callable[[set[str]], None] = lambda platforms: None  # after a commit, from any thread
        self.threads = ThreadPoolExecutor(THREADS, "writer")
        self.writing = 0
        self.urgent = 0  # jobs of those who are not patient
        self.reads: set[asyncio.Task[Any]] = set()
        self.scrubbing = asyncio.Lock()
        self.committed: Callable[[float], None] | None = None  # told how long (seconds) each transaction took
        self.closed = False
        self.sealing: Sealing | None = None  # where words are encrypted

    @property
    def waiting(self) -> int:
        return self.writing

    @property
    def pressed(self) -> bool:
        return self.urgent > 0

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        if self.closed:
            raise RuntimeError("the store is closed")
        if self.waiting >= MOST_WAITING:
            raise Busy
        self.writing += 1
        began = time.perf_counter()
        running = asyncio.get_running_loop().run_in_executor(self.threads, self._persist, job)
        if (committed := self.committed) is not None:
            running.add_done_callback(lambda _: committed(time.perf_counter() - began))
        running.add_done_callback(self._written)
        if not patient:
            self._press(running)
        return await asyncio.shield(running)  # the job runs even if its caller goes away

    async def read(self, job: Job[T]) -> T:
        if self.closed:  # it would open a connection that nobody closes
            raise RuntimeError("the store is closed")
        reading = asyncio.create_task(self._read(job))
        self.reads.add(reading)
        reading.add_done_callback(self.reads.discard)
        return await reading

    async def _read(self, job: Job[T]) -> T:
        async with self.readers.connect() as connection:
            return await connection.run_sync(lambda sync: self._run(job, sync))

    def _written(self, _: object) -> None:
        self.writing -= 1

    def _press(self, answer: asyncio.Future[Any]) -> None:
        self.urgent += 1
        answer.add_done_callback(self._answered)

    def _answered(self, _: object) -> None:
        self.urgent -= 1

    def use(self, sealing: Sealing | None, search: str) -> None:
        """How words are stored and searched; said before the first job."""
        for engine in (self.engine, self.readers.sync_engine):
            search_by(engine, search)
            if sealing is not None:
                sealing.attach(engine)
        self.sealing = sealing

    async def scrub(self) -> bool:
        """What was deleted stays in PostgreSQL's files until a vacuum, and in its statistics until they are renewed.

        A vacuum spares what an open transaction may still see: then it is false, and to be done again.
        """
        await self.bury()
        async with self.scrubbing:
            return await self._in_a_thread(self._vacuum)

    async def bury(self) -> None:
        """Delete the keys of people of whom nothing is left that they would open."""
        if self.sealing is not None:
            await self._in_a_thread(self.sealing.vault.bury)

    @asynccontextmanager
    async def my_turn(self) -> AsyncIterator[bool]:
        """Whether no other process is in here on this database. One that ends lets go of it, however it ends."""
        connection = await self._in_a_thread(self._apart)
        try:
            yield bool(await self._in_a_thread(connection.scalar, MY_TURN))
            await self._in_a_thread(connection.scalar, TURN_OVER)
        except BaseException:
            await self._in_a_thread(connection.invalidate)
            raise
        finally:
            await self._in_a_thread(connection.close)

    def _apart(self) -> Connection:
        """A connection on which each statement stands for itself."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    async def _in_a_thread(self, do: Callable[..., S], *given: Any) -> S:
        return await asyncio.get_running_loop().run_in_executor(self.threads, do, *given)

    async def size(self) -> int:
        """Of the database, in bytes."""
        async with self.readers.connect() as connection:
            found = await connection.scalar(select(func.pg_database_size(func.current_database())))
        return int(found or 0)

    async def close(self) -> None:
        self.closed = True
        await self._close_readers()
        self.abandon()

    async def _close_readers(self) -> None:
        """When they are done: one that is closed in the middle is forgotten, open."""
        await asyncio.gather(*self.reads, return_exceptions=True)
        await self.readers.dispose()

    def abandon(self) -> None:
        """Close what needs no event loop; enough when nothing was read yet."""
        self.threads.shutdown(wait=True)
        self.engine.dispose()
        if self.sealing is not None:
            self.sealing.vault.close()

    def _persist(self, job: Job[T]) -> T:
        """Run the job, again if the database asks for it or had left before we said anything."""
        for attempt in range(TRIES):
            attempted = _Attempt()
            try:
                return self._attempted(job, attempted)
            except Exception as error:  # SQLAlchemy's, or the driver's own from a `Hot` statement
                if attempt == TRIES - 1 or not (_asks_again(error) or attempted.lost):
                    raise
                time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (spreads retries, hides nothing)
        raise AssertionError("unreachable")

    def _attempted(self, job: Job[T], attempt: "_Attempt") -> T:
        with self.engine.connect() as connection, connection.begin() as transaction:
            attempt.driver = driver(connection)
            work = SqlUnitOfWork(connection, self.now(), self.promises, None, self.me())
            result = self._done(job, work)
            attempt.committing = True
            transaction.commit()
        self.posted_to(work.posted_to)
        return result

    def _run(self, job: Job[T], connection: Connection, known: dict[int, Desk] | None = None) -> T:
        return self._done(job, SqlUnitOfWork(connection, self.now(), self.promises, known))

    @staticmethod
    def _done(job: Job[T], work: SqlUnitOfWork) -> T:
        try:
            result = job(work)
            work.audit.write()
            return result
        except StopIteration as error:  # no future takes it: the caller would wait forever
            raise RuntimeError("StopIteration") from error

    def _vacuum(self) -> bool:
        with self._apart() as connection:
            return scrub_postgresql(connection)
