"""The key store: one data key for each person, wrapped by the key of the installation (`CONTENT_KEY`).

It is a database of its own, so that deleting a key here makes a person's words unreadable in every copy of the other
one. Whose a key is, is not written down: people are found by a keyed hash. A copy of the key store is worth nothing
without the key that wrapped it, so a new `CONTENT_KEY` ends what older copies could still open.
"""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from storage.errors import CannotOpen
from storage.side_store import shown, side_engine

T = TypeVar("T")
KEY_BYTES = 32
NO_KEYS = (
    "the key store {where} is missing, and without it nothing that people wrote can be read; "
    "put its newest copy in place"
)
WRONG_KEY = (
    "CONTENT_KEY does not open the key store {where}; set the key it was made with, or, if you have just changed it, "
    "the one before as CONTENT_KEY_OLD, and say: helpthread privacy keys rotate"
)
CHANGED = "CONTENT_KEY was changed while this helpthread ran; start it again with the new one"

tables = MetaData()
about = Table(
    "about",
    tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("store", String(64), nullable=False),  # which key store this is
    Column("generation", Integer, nullable=False),  # goes up when all is wrapped anew
    Column("index_key", LargeBinary, nullable=False),
)
keys = Table(
    "data_keys",
    tables,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", String(64), nullable=False, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
)


class KeyStore:
    """Opens, makes and deletes data keys. Each call is a transaction of its own, on disk when it returns."""

    def __init__(self, engine: Engine, master: bytes, store: str, generation: int, index_key: bytes) -> None:
        self.engine = engine
        self.master = master
        self.store = store
        self.generation = generation
        self.index_key = index_key
        self.lock = threading.Lock()

    def of(self, person: str) -> tuple[int, bytes] | None:
        """The id and the data key of a person, if there is one."""
        query = select(keys.c.id, keys.c.wrapped).where(keys.c.person == self._hash(person))
        row = self._do(lambda connection: connection.execute(query).first())
        return None if row is None else (row.id, self._unwrap(row.wrapped))

    def get(self, id: int) -> bytes | None:
        """The data key with this id; None once it is deleted."""
        query = select(keys.c.wrapped).where(keys.c.id == id)
        wrapped = self._do(lambda connection: connection.scalar(query))
        return None if wrapped is None else self._unwrap(wrapped)

    def there(self, id: int) -> bool:
        return self._do(lambda connection: connection.scalar(select(keys.c.id).where(keys.c.id == id))) is not None

    def make(self, person: str) -> tuple[int, bytes]:
        """A new data key, or the one that another process has just made. Raises `CannotOpen` after a rotation."""
        id, key = secrets.randbits(63), os.urandom(KEY_BYTES)
        new = {"id": id, "person": self._hash(person), "wrapped": aes_key_wrap(self.master, key)}

        def add(connection: Connection) -> None:
            now = select(about.c.generation).with_for_update(read=True)
            if connection.scalar(now) != self.generation:
                raise CannotOpen(CHANGED)
            connection.execute(insert(keys), new)

        try:
            self._do(add)
        except IntegrityError:
            if (found := self.of(person)) is not None:
                return found
            raise
        return id, key

    def drop(self, person: str) -> int | None:
        """Delete a person's data key; its id, if there was one."""
        gone = delete(keys).where(keys.c.person == self._hash(person)).returning(keys.c.id)
        return self._do(lambda connection: connection.scalar(gone))

    def count(self) -> int:
        return self._do(lambda connection: connection.scalar(select(func.count()).select_from(keys))) or 0

    def rewrap(self, master: bytes) -> int:
        """Wrap all living keys under another master key, all or none; returns how many."""

        def all_of_them(connection: Connection) -> int:
            rows = connection.execute(select(keys.c.id, keys.c.wrapped)).all()
            for row in rows:
                new = aes_key_wrap(master, self._unwrap(row.wrapped))
                connection.execute(update(keys).where(keys.c.id == row.id).values(wrapped=new))
            raised = {"generation": about.c.generation + 1, "index_key": aes_key_wrap(master, self.index_key)}
            connection.execute(update(about).values(raised))
            return len(rows)

        number = self._do(all_of_them)
        self.master, self.generation = master, self.generation + 1
        return number

    def close(self) -> None:
        self.engine.dispose()

    def _hash(self, person: str) -> str:
        return hmac.new(self.index_key, person.encode(), hashlib.sha256).hexdigest()

    def _unwrap(self, wrapped: bytes) -> bytes:
        return aes_key_unwrap(self.master, bytes(wrapped))

    def _do(self, job: Callable[[Connection], T]) -> T:
        with self.lock, self.engine.begin() as connection:
            return job(connection)


def open_keys(where: str | Path, master: bytes, *, make: bool = False) -> KeyStore:
    """The key store in a file, or behind the URL of a PostgreSQL database. `make` one if there is none.

    Raises `CannotOpen` if it is missing, or was made with another key.
    """
    missing = isinstance(where, Path) and not where.exists()
    if missing and not make:
        raise CannotOpen(NO_KEYS.format(where=where))
    engine = _engine(where)
    try:
        return _opened(engine, shown(engine.url), master, make)
    except DBAPIError as error:
        engine.dispose()
        reason = str(error.orig).strip().partition("\n")[0]
        raise CannotOpen(f"the key store {shown(engine.url)} cannot be used: {reason}") from error
    except BaseException:
        engine.dispose()
        raise


def _opened(engine: Engine, where: str, master: bytes, make: bool) -> KeyStore:
    with engine.begin() as connection:
        if make:
            tables.create_all(connection)
        elif not engine.dialect.has_table(connection, about.name):
            raise CannotOpen(NO_KEYS.format(where=where))
        row = connection.execute(select(about)).first()
        if row is None and not make:
            raise CannotOpen(NO_KEYS.format(where=where))
        if row is None:
            index_key = os.urandom(KEY_BYTES)
            store, wrapped = secrets.token_hex(16), aes_key_wrap(master, index_key)
            connection.execute(insert(about).values(id=1, store=store, generation=1, index_key=wrapped))
            return KeyStore(engine, master, store, 1, index_key)
    try:
        index_key = aes_key_unwrap(master, bytes(row.index_key))
    except InvalidUnwrap:
        raise CannotOpen(WRONG_KEY.format(where=where)) from None
    return KeyStore(engine, master, row.store, row.generation, index_key)


def _engine(where: str | Path) -> Engine:
    if isinstance(where, str):
        return create_engine(where, pool_pre_ping=True, hide_parameters=True)
    return side_engine(where.absolute(), poolclass=StaticPool)
