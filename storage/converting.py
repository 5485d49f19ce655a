"""Encrypting a database that was written in clear, the way back, and wrapping its keys anew. All with the desk stopped.

Rows are rewritten some at a time, and whoever is interrupted goes on where it ended: meanwhile nobody else can open the
database. What was there in clear is then overwritten: free pages, the write-ahead log, old copies, statistics.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, bindparam, create_engine, delete, insert, select, text, update

from storage.converting_files import convert_files
from storage.errors import CannotOpen, DatabaseInUse
from storage.keystore import KeyStore, open_keys
from storage.migrate import copies
from storage.opening import begun, open_bare, postgresql_url, sqlite_path
from storage.plans import Plan, plans, word_keys
from storage.rows import Base
from storage.sealed_columns import column_is_json, is_mark, raw, shown_json
from storage.sealing import Sealing
from storage.settling import DECRYPTING, ENCRYPTING, MEMORY, ON, UNFINISHED, Encryption, keys_of, settle_index, state
from storage.settling import state_of as state_there
from storage.showing import beyond
from storage.sqlite import FileLock
from storage.vault import Unreadable, Vault

SOME = 200  # rows in one transaction
CHECKPOINTS = 50
CONNECTED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'helpthread'"
)
Turn = Callable[[Sealing, Plan, Column[Any], dict[str, Any]], Any]


def encrypt(database_url: str, now: Callable[[], datetime], encryption: Encryption, files: Path | None = None) -> int:
    """Encrypt all there is, with what is in the folder of `files`; returns how many rows and files were rewritten.
    Raises `CannotOpen`. Blocks."""
    with _opened(database_url, now) as (engine, where):
        with begun(engine) as connection:
            there = state_there(connection)
            if there is not None and there.state == ON:
                raise CannotOpen(f"{where} is encrypted already")
            if there is not None and there.state == DECRYPTING:
                raise CannotOpen(UNFINISHED.format(where=where, command="decrypt"))
            keys = open_keys(encryption.keys, encryption.key, make=there is None)
            if there is None:
                connection.execute(insert(state), {"id": 1, "store": keys.store, "state": ENCRYPTING})
            settle_index(connection, MEMORY)
        number = _rewrite(engine, keys, _closed)
    number += _rewrite_files(database_url, now, encryption, files, encrypted=True)
    with _opened(database_url, now) as (engine, where):
        _wipe(engine)
        with begun(engine) as connection:
            connection.execute(update(state).values(state=ON, since=now()))
    return number


def decrypt(database_url: str, now: Callable[[], datetime], encryption: Encryption, files: Path | None = None) -> int:
    """Write all in clear again; returns how many rows and files. What cannot be opened becomes what stands for it."""
    with _opened(database_url, now) as (engine, where), begun(engine) as connection:
        there = state_there(connection)
        if there is None:
            raise CannotOpen(f"{where} is not encrypted")
        if there.state == ENCRYPTING:
            raise CannotOpen(UNFINISHED.format(where=where, command="encrypt"))
        keys_of(there, where, encryption).close()
        connection.execute(update(state).values(state=DECRYPTING))
    number = _rewrite_files(database_url, now, encryption, files, encrypted=False)
    with _opened(database_url, now) as (engine, where):
        number += _rewrite(engine, open_keys(encryption.keys, encryption.key), _clear)
        with begun(engine) as connection:
            connection.execute(delete(state))
    return number


def rotate(database_url: str, encryption: Encryption) -> int:
    """Wrap the living keys with the new key instead of the old one; returns how many.

    Keys that were deleted stay wrapped with the old one in every older copy of the key store, and are lost with it.
    """
    if encryption.old is None:
        raise CannotOpen("CONTENT_KEY_OLD is not set: CONTENT_KEY is the new key, CONTENT_KEY_OLD the one before")
    if encryption.old == encryption.key:
        raise CannotOpen("CONTENT_KEY and CONTENT_KEY_OLD are the same: helpthread privacy keys new makes another")
    with _nobody_else(database_url):
        keys = open_keys(encryption.keys, encryption.old)
        try:
            return keys.rewrap(encryption.key)
        finally:
            keys.close()


@contextmanager
def _opened(database_url: str, now: Callable[[], datetime]) -> Iterator[tuple[Engine, str]]:
    """The database for us alone, as it is stored."""
    if sqlite_path(database_url) is None:
        with _nobody_else(database_url):
            pass
    store, where = open_bare(database_url, now)
    try:
        yield store.engine, where
    finally:
        store.abandon()


@contextmanager
def _nobody_else(database_url: str) -> Iterator[None]:
    path = sqlite_path(database_url)
    if path is not None:
        lock = FileLock(path)
        try:
            yield
        finally:
            lock.release()
        return
    engine = create_engine(postgresql_url(database_url), hide_parameters=True)
    try:
        with engine.connect() as connection:
            if connection.scalar(CONNECTED):
                raise DatabaseInUse("another helpthread is connected to the database; stop every one first")
        yield
    finally:
        engine.dispose()


def _rewrite_files(
    database_url: str, now: Callable[[], datetime], encryption: Encryption, files: Path | None, *, encrypted: bool
) -> int:
    if files is None:
        return 0
    with _opened(database_url, now) as (engine, _):
        sealing = Sealing(Vault(open_keys(encryption.keys, encryption.key), alone=True))
        sealing.attach(engine)
        try:
            return convert_files(engine, files, encrypted=encrypted)
        finally:
            sealing.vault.close()


def _rewrite(engine: Engine, keys: KeyStore, turn: Turn) -> int:
    sealing = Sealing(Vault(keys, alone=True))
    try:
        return sum(_rewrite_table(engine, sealing, plan, turn) for plan in plans().values())
    finally:
        keys.close()


def _rewrite_table(engine: Engine, sealing: Sealing, plan: Plan, turn: Turn) -> int:
    key = list(plan.table.primary_key.columns)
    after: tuple[Any, ...] | None = None
    number = 0
    while True:
        with begun(engine) as connection:
            query = select(*raw(plan)).order_by(*key).limit(SOME)
            if after is not None:
                query = query.where(beyond(key, after))
            rows = [dict(row) for row in connection.execute(query).mappings()]
            if not rows:
                return number
            number += _rewrite_rows(connection, sealing, plan, turn, rows)
            after = tuple(rows[-1][column.name] for column in key)


def _rewrite_rows(connection: Connection, sealing: Sealing, plan: Plan, turn: Turn, rows: list[dict[str, Any]]) -> int:
    key = list(plan.table.primary_key.columns)
    changed = []
    for row in rows:
        new = {f"new_{c.name}": turn(sealing, plan, c, row) for c in plan.columns}
        if any(value != _stored(c, row) for c, value in zip(plan.columns, new.values(), strict=True)):
            changed.append(new | {f"old_{c.name}": row[c.name] for c in key})
    if changed:
        here = (column == bindparam(f"old_{column.name}") for column in key)
        values = {c.name: bindparam(f"new_{c.name}", type_=c.type) for c in plan.columns}
        connection.execute(update(plan.table).where(*here).values(values), changed)
    return len(changed)


def _stored(column: Column[Any], row: dict[str, Any]) -> Any:
    value = row[column.name]
    return json.loads(value) if value and column_is_json(column) else value


def _closed(sealing: Sealing, plan: Plan, column: Column[Any], row: dict[str, Any]) -> Any:
    """What is to be stored. Somebody may have typed what looks sealed: what does not open never was."""
    try:
        value = sealing.opened(plan, column, row)
        if value != _stored(column, row):
            return _stored(column, row)
    except Unreadable:
        value = _stored(column, row)
    return sealing.seal(plan, column, row | {column.name: value})


def _clear(sealing: Sealing, plan: Plan, column: Column[Any], row: dict[str, Any]) -> Any:
    value, place = _stored(column, row), plan.place(column, row)
    if not value or not column_is_json(column):
        return value and sealing.vault.shown(place, value)
    sealed = {key for key in word_keys(column) & value.keys() if is_mark(value[key])}
    return value | {key: shown_json(key, place, value[key], sealing.vault) for key in sealed}


def _wipe(engine: Engine) -> None:
    """What was in clear is nowhere any more: not in free pages, the log, copies or statistics."""
    if engine.dialect.name == "sqlite":
        for copy in copies(Path(str(engine.url.database))):
            copy.unlink(missing_ok=True)
        with engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        if busy:
            raise DatabaseInUse("somebody reads the database; end that, and say it again")
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for limit in ("statement_timeout", "lock_timeout"):
            connection.exec_driver_sql(f"SET {limit} = 0")
        connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {', '.join(Base.metadata.tables)}")
        connection.exec_driver_sql("VACUUM (FULL) pg_statistic")
