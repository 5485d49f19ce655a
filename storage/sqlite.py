"""SQLite has one writer at a time and dear commits, so jobs that wait together share a commit."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.desks.model import Desk
from bot.errors import Busy
from bot.ports import Job, T
from storage.columns import plain_json
from storage.errors import DatabaseInUse
from storage.hot import driver
from storage.migrate import copies
from storage.settling import DISK, how_searched
from storage.store import MOST_WAITING, SqlStore

BUSY_MILLISECONDS = 5000
PRAGMAS = (
    "auto_vacuum=INCREMENTAL",  # only before the first table
    "journal_mode=WAL",
    "synchronous=FULL",  # an acknowledged event survives a power cut
    f"busy_timeout={BUSY_MILLISECONDS}",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten; not every build of SQLite does so by itself
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
    "cache_size=-65536",
    "temp_store=MEMORY",
)
MAX_BATCH = 64
READERS = 2
CHECKPOINTS = 100  # tries, a hundredth of a second apart: a short read is soon over, a long one is waited for elsewhere
FEW_COMMITS = 8  # then a checkpoint of some 2 ms as soon as nobody waits; SQLite's own takes 200 on a large database
MERGE_PAGES = 6  # pages of the search index merged in one step; the longest take 50 ms on a large one, with 1 as well
MERGES_A_CHECKPOINT = 2  # small checkpoints on the way, or one writer waits for a large one
FREE_PAGES = 64  # taken out of the file in one step
BY_STEPS = 2  # what `PRAGMA auto_vacuum` says of a database that gives free pages back when it is told to
LONG = 0.002  # seconds of jobs, after which whatever else is ready comes first
PATIENCE = 0.005  # seconds a patient job waits for others to share their commit
S = TypeVar("S")


class Waiting(NamedTuple):
    job: Job[Any]
    answer: asyncio.Future[Any]
    patient: bool


class FileLock:
    """Held while a process writes the database; the operating system lets go of it when the process ends."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.fd)
            raise DatabaseInUse(f"{database} is in use by another helpthread; stop that one first") from None

    def release(self) -> None:
        os.close(self.fd)


def sqlite_engine(path: Path) -> Engine:
    """The one connection that writes. Jobs say BEGIN themselves: sqlite3 would begin too late, and not IMMEDIATE."""
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
        json_serializer=plain_json,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def sqlite_readers(path: Path) -> AsyncEngine:
    """Connections that only read: they never checkpoint, which keeps clear of the WAL-reset bug (before 3.51.3)."""
    file = URL.create("sqlite+aiosqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    engine = create_async_engine(
        file, pool_size=READERS, max_overflow=0, connect_args={"isolation_level": None}, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, record: object) -> None:
        for pragma in ("query_only=ON", "busy_timeout=5000", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")  # all that one job reads is as of one moment

    return engine


class SqliteStore(SqlStore):
    """One transaction at a time. A job that fails undoes its savepoint; a commit that fails fails all its jobs.

    Jobs run on the event loop, and only what waits for the disk in a thread. SQLite lets go of the GIL at every
    statement: with jobs in a thread beside a busy loop, the two hand it to each other all the time, which costs more
    than half as much again as both have to do.
    """

    long = LONG

    def __init__(self, path: Path, now: Callable[[], datetime], lock: FileLock | None = None) -> None:
        super().__init__(sqlite_engine(path), sqlite_readers(path), now)
        self.path = path
        self.lock = lock
        self.threads.shutdown()
        self.threads = ThreadPoolExecutor(1, "writer")
        self.queue: list[Waiting] = []
        self.writer: asyncio.Task[None] | None = None
        self.later: asyncio.TimerHandle | None = None
        self.turn = asyncio.Lock()  # of whoever uses the connection
        self.commits = 0  # since the last small checkpoint
        self.desks: dict[int, Desk] = {}  # as this process wrote them, which no other may

    @property
    def waiting(self) -> int:
        return len(self.queue) + self.writing

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        if self.closed:
            raise RuntimeError("the store is closed")
        if self.waiting >= MOST_WAITING:
            raise Busy
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self.queue.append(Waiting(job, answer, patient))
        if not patient:
            self._press(answer)
            self._begin()
        elif self.later is None:
            self.later = loop.call_later(PATIENCE, self._begin)
        return await asyncio.shield(answer)  # the job runs even if its caller goes away

    def _begin(self) -> None:
        if self.later is not None:
            self.later.cancel()
            self.later = None
        if self.queue and (self.writer is None or self.writer.done()):
            self.writer = asyncio.create_task(self._write())

    async def scrub(self) -> bool:
        """Merge the search index until no deleted word is left in it, take the pages it was on out of the file, then
        empty the write-ahead log.

        Others write between the steps. The copies made before migrations hold what was deleted, so they go, too.
        """
        await self.bury()
        for copy in copies(self.path):
            copy.unlink(missing_ok=True)
        async with self.scrubbing, self._overwriting_later():
            if not await self._on_writer(self._merge_begin):
                await self._step_by_step(self._merge_more)
            await self._step_by_step(self._give_back)
        for _ in range(CHECKPOINTS):
            if await self._on_writer(self._checkpoint):
                return True
            await asyncio.sleep(0.01)
        return False

    @asynccontextmanager
    async def _overwriting_later(self) -> AsyncIterator[None]:
        """At the end of a merge SQLite drops all the pages that were merged, at once: on a large database that is 12 MB
        to overwrite while everybody waits. So they are left as they are, and `_give_back` takes them out of the file.
        """
        fast = await self._on_writer(lambda writer: _pragma(writer, "auto_vacuum") == BY_STEPS)
        await self._on_writer(partial(_overwrite, how="FAST" if fast else "ON"))
        try:
            yield
        finally:
            await self._on_writer(partial(_overwrite, how="ON"))

    async def _step_by_step(self, step: Callable[[Connection], bool]) -> None:
        """Until it says that it is done, with a small checkpoint now and then."""
        steps = 0
        while not await self._on_writer(step):
            steps += 1
            if steps % MERGES_A_CHECKPOINT == 0:
                await self._on_writer(self._checkpoint_some)

    @asynccontextmanager
    async def my_turn(self) -> AsyncIterator[bool]:
        """There is no other process: the file is locked."""
        yield True

    async def size(self) -> int:
        """Of the file and its write-ahead log, in bytes."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    async def close(self) -> None:
        self.closed = True
        self._begin()
        if self.writer is not None:
            await self.writer
        await self._close_readers()
        await self._on_writer(self._checkpoint)
        self.abandon()

    def abandon(self) -> None:
        super().abandon()
        if self.lock is not None:
            self.lock.release()

    async def _on_writer(self, step: Callable[[Connection], S]) -> S:
        def run() -> S:
            with self.engine.connect() as connection:
                return step(connection)

        async with self.turn:
            return await self._in_thread(run)

    async def _in_thread(self, step: Callable[[], S]) -> S:
        """Its result. What a thread has begun cannot be stopped, so whoever is cancelled waits for it all the same."""
        running = asyncio.get_running_loop().run_in_executor(self.threads, step)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            while not running.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({running})
            raise

    async def _write(self) -> None:
        while self.queue and (self.later is None or self.closed or not all(job.patient for job in self.queue)):
            began = perf_counter()
            for tell in await self._commit():
                tell()
            self.writing = 0
            if self.committed is not None:
                self.committed(perf_counter() - began)
            self.commits += 1
            if not self.queue and self.commits >= FEW_COMMITS:
                self.commits = 0
                with suppress(Exception):  # it can wait, and those who wrote meanwhile cannot
                    await self._on_writer(self._checkpoint_some)

    async def _commit(self) -> list[Callable[[], None]]:
        """What to tell each caller, now that all of it is on disk or none. Whoever comes while others have the
        connection shares this commit, and does not wait for their next turn as well."""
        async with self.turn:
            batch = self.queue[:MAX_BATCH]
            del self.queue[:MAX_BATCH]
            self.writing = len(batch)
            try:
                with self.engine.connect() as connection:
                    return await self._committed(batch, connection)
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # everyone gets it
                return [partial(_fail, answer, error) for _, answer, _ in batch]

    async def _committed(self, batch: list[Waiting], connection: Connection) -> list[Callable[[], None]]:
        try:
            await self._open(connection)
            told, since = [], perf_counter()
            for job, answer, _ in batch:
                told.append(Context().run(self._attempt, job, answer, connection))
                if perf_counter() - since > self.long:
                    await asyncio.sleep(0)
                    since = perf_counter()
            await self._in_thread(lambda: self._flush(connection))
        except BaseException:
            self.desks.clear()
            _roll_back(connection)
            raise
        return told

    async def _open(self, connection: Connection) -> None:
        """Begin. Whoever else has the file locked is waited for where that stops nobody."""
        driver(connection).execute("PRAGMA busy_timeout=0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) != SQLITE_BUSY:
                raise
            await self._in_thread(lambda: _wait_and_begin(connection))

    @staticmethod
    def _flush(connection: Connection) -> None:
        connection.exec_driver_sql("COMMIT")

    def _attempt(self, job: Job[T], answer: asyncio.Future[T], connection: Connection) -> Callable[[], None]:
        say = driver(connection).execute
        say("SAVEPOINT job")
        try:
            tell = partial(_succeed, answer, self._run(job, connection, self.desks))
        except Exception as error:  # its caller gets it
            say("ROLLBACK TO job")  # raises if SQLite undid the whole transaction
            tell = partial(_fail, answer, error)
        say("RELEASE job")
        return tell

    @staticmethod
    def _merge_begin(connection: Connection) -> bool:
        """Mark the whole search index for merging; true if there was nothing to do."""
        return how_searched(connection.dialect) != DISK or _changes(connection, -MERGE_PAGES) < 2

    @staticmethod
    def _merge_more(connection: Connection) -> bool:
        return _changes(connection, MERGE_PAGES) < 2

    @staticmethod
    def _give_back(connection: Connection) -> bool:
        """Free pages go out of the file; what is at its end moves to where they were. True when none is left."""
        if _pragma(connection, "auto_vacuum") != BY_STEPS or not _pragma(connection, "freelist_count"):
            _overwrite(connection, "ON")  # here: what the next job deletes stays in no free page
            return True
        driver(connection).executescript(f"PRAGMA incremental_vacuum({FREE_PAGES})")  # `execute` frees a single one
        return False

    @staticmethod
    def _checkpoint_some(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    @staticmethod
    def _checkpoint(connection: Connection) -> bool:
        """True when the log is empty; false while a reader needs it. It does not wait: everyone's writes would."""
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        return bool(busy == 0)


def _changes(connection: Connection, pages: int) -> int:
    """Merge, and count what that changed; fewer than two means nothing (documented for FTS5's `merge`)."""
    before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    connection.exec_driver_sql("INSERT INTO search(search, rank) VALUES ('merge', ?)", (pages,))
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before)


def _wait_and_begin(connection: Connection) -> None:
    driver(connection).execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _overwrite(connection: Connection, how: str) -> None:
    """ON: all that is deleted; FAST: but for whole pages that become free."""
    connection.exec_driver_sql(f"PRAGMA secure_delete={how}")


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _roll_back(connection: Connection) -> None:
    raw: Any = connection.connection.dbapi_connection
    if raw.in_transaction:
        connection.exec_driver_sql("ROLLBACK")


def _succeed(answer: asyncio.Future[T], result: T) -> None:
    if not answer.done():
        answer.set_result(result)


def _fail(answer: asyncio.Future[T], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
