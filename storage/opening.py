"""From DATABASE_URL to a store that is ready: the right kind of database, locked, migrated."""

import logging
import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.process.peers import Alone, Peers
from storage.columns import plain_json
from storage.datamap import gaps
from storage.errors import CannotOpen
from storage.migrate import LOCK, migrate, unhurried
from storage.rows import Base
from storage.settling import DISK, Encryption, settle
from storage.sqlite import FileLock, SqliteStore
from storage.store import THREADS, SqlStore

log = logging.getLogger(__name__)
ALLOWED = "sqlite:///path/to/file.db or postgresql://user:password@host/database"
SQLITE = re.compile(r"sqlite(\+\w+)?://(/(?P<path>.*))?", re.DOTALL)
POSTGRESQL = {"postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg", "postgresql+psycopg2"}
OPTIONS = re.compile(r"\?[a-z_]+=")
LIMITS = {  # milliseconds: a job is short, so one that hangs is better ended and told
    "statement_timeout": 5_000,
    "lock_timeout": 2_000,
    "idle_in_transaction_session_timeout": 15_000,
    "tcp_user_timeout": 15_000,
}
# A job says one thing after the other. One that says nothing for so long is of a process that is frozen, and what it
# has locked is needed by those that take over: in milliseconds, less than `storage.leases.LIFE`.
FROZEN = {"idle_in_transaction_session_timeout": "5000"}
CONNECT_SECONDS = 5
RECYCLE_SECONDS = 1800


def open_store(
    database_url: str, now: Callable[[], datetime], encryption: Encryption | None = None, search: str = DISK
) -> SqlStore:
    """The store behind a URL, migrated and ready; whoever opens it awaits `close()`.

    A SQLite file is made if it is not there, with its folder, readable by its owner only. With `encryption`, an empty
    database becomes one whose words are encrypted. Raises `CannotOpen`, `DatabaseInUse` when another process writes the
    file, `NewerSchema` when a newer version made it.
    """
    store, where = open_bare(database_url, now)
    try:
        _settle(store, where, encryption, search)
    except BaseException:
        store.abandon()
        raise
    return store


def open_bare(database_url: str, now: Callable[[], datetime]) -> tuple[SqlStore, str]:
    """The same, before it is known whether its words are encrypted; and what it is called."""
    path = sqlite_path(database_url)
    if path is not None:
        return _open_sqlite(path, now), str(path)
    url = postgresql_url(database_url)
    return _open_postgresql(url, now), url.render_as_string(hide_password=True)


def _settle(store: SqlStore, where: str, encryption: Encryption | None, search: str) -> None:
    alone = isinstance(store, SqliteStore)
    with begun(store.engine) as connection:
        sealing = settle(connection, where, encryption, search, store.now, alone=alone)
    store.use(sealing, search)


@contextmanager
def begun(engine: Engine) -> Iterator[Connection]:
    """A transaction that may take its time, and that no other process is in."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
        return
    with engine.begin() as connection:
        unhurried(connection)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection


async def join(store: SqlStore, wake: Callable[[], None], served: Collection[str]) -> Peers:
    """Be one of the processes on this database; `leave` before the store is closed. On SQLite there is only one.

    `wake` is called when there may be something to deliver, `served` are the platforms that this process delivers to.
    Raises `CannotOpen`.
    """
    if isinstance(store, SqliteStore):
        return Alone()
    from storage.peers import PostgresPeers, connecting  # psycopg takes a fifth of a second to load

    url = store.engine.url
    _, given = store.engine.dialect.create_connect_args(url)
    peers = PostgresPeers(connecting({**given, **_arguments(url)}), store, wake)
    try:
        await peers.join()
    except OSError as error:
        raise CannotOpen(f"{url.render_as_string(hide_password=True)} cannot be opened: {error}") from error
    store.me = lambda: peers.me
    store.posted_to = lambda platforms: None if platforms <= set(served) else peers.tell()
    return peers


def sqlite_path(database_url: str) -> Path | None:
    """The file of a SQLite URL, None for another database. All after the third slash is the path, as it is written."""
    match = SQLITE.fullmatch(database_url)
    if match is None:
        return None
    path = match["path"] or ""
    if not path or ":memory:" in path:
        raise CannotOpen(
            "DATABASE_URL names no file, and a desk in memory would be lost; allowed: sqlite:///path/to/file.db"
        )
    if OPTIONS.search(path):
        raise CannotOpen("DATABASE_URL: a SQLite file takes no options after “?”; allowed: sqlite:///path/to/file.db")
    return Path(path).absolute()


def postgresql_url(database_url: str) -> URL:
    """The URL with our driver. Raises `CannotOpen` if it is none, without repeating it: it may hold a password."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise CannotOpen(f"DATABASE_URL is not the URL of a database; allowed: {ALLOWED}") from None
    if url.drivername not in POSTGRESQL:
        raise CannotOpen(f"DATABASE_URL names “{url.drivername}”, which is not supported; allowed: {ALLOWED}")
    return url.set(drivername="postgresql+psycopg")


def _open_sqlite(path: Path, now: Callable[[], datetime]) -> SqlStore:
    lock = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        store = SqliteStore(path, now, lock)
    except OSError as error:
        raise CannotOpen(f"{path} cannot be opened: {error.strerror}") from error
    try:
        _ready(store, str(path))
    except BaseException:
        store.abandon()
        raise
    log.info("database ready", extra={"sqlite": sqlite3.sqlite_version})
    return store


def _open_postgresql(url: URL, now: Callable[[], datetime]) -> SqlStore:
    pool: dict[str, Any] = {
        "pool_size": THREADS,
        "max_overflow": 0,
        "pool_timeout": CONNECT_SECONDS,
        "pool_recycle": RECYCLE_SECONDS,
        "hide_parameters": True,
    }
    engine = create_engine(url, connect_args=_arguments(url, **FROZEN), json_serializer=plain_json, **pool)
    readers = create_async_engine(
        url,
        connect_args=_arguments(url, default_transaction_read_only="on"),
        isolation_level="REPEATABLE READ",  # all that one job reads is as of one moment
        pool_pre_ping=True,
        **pool,
    )
    store = SqlStore(engine, readers, now)
    try:
        _ready(store, url.render_as_string(hide_password=True))
    except BaseException:
        store.abandon()
        raise
    log.info("database ready", extra={"postgresql": url.host or "local"})
    return store


def _arguments(url: URL, **settings: str) -> dict[str, Any]:
    """What psycopg is told beside the URL. Options that the URL itself gives come last, and so win."""
    options = [f"-c {name}={value}" for name, value in {**LIMITS, **settings}.items()]
    given = url.query.get("options", ())
    options += [given] if isinstance(given, str) else given
    return {"options": " ".join(options), "connect_timeout": CONNECT_SECONDS, "application_name": "helpthread"}


def _ready(store: SqlStore, where: str) -> None:
    if holes := _holes(len(Base.metadata.tables)):
        raise CannotOpen(f"a table does not say what it holds about people ({holes[0]})")
    try:
        version = migrate(store.engine)
    except DBAPIError as error:
        raise CannotOpen(f"{where} cannot be opened: {_first_line(error)}") from error
    if version is not None:
        log.info("database migrated", extra={"schema_before": int(version or 0)})


@cache
def _holes(tables: int) -> list[str]:
    """Of the map of the data, with so many tables: whoever adds one that nobody could show or erase does not start."""
    return gaps(Base.metadata)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
