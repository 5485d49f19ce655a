"""Whose data was erased, in a store of its own: what a backup of the database brings back, this one remembers.

It names nobody. An account is its HMAC-SHA256 under a key that is in neither of the two; without the key nobody can
tell whose tombstone it is, and with another one nothing would be found, so a key that does not fit is refused. Rows are
added and, when no backup can bring anybody back any more, deleted; no statement changes one.
"""

import hmac
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import (
    URL,
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from bot.message import UserRef
from bot.privacy.erasing.gate import Gate, State, Tombstone
from storage.columns import BIG, Utc
from storage.disk import flush_folder
from storage.errors import CannotOpen
from storage.opening import postgresql_url, sqlite_path
from storage.side_store import shown, side_engine

metadata = MetaData()
stones = Table(
    "tombstones",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("subject", String(64), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    Column("before", Utc, nullable=False),
    Column("at", Utc, nullable=False, index=True),
)
# `last` is the newest number ever given, `purged` the newest that is not kept any more.
book = Table(
    "tombstone_book",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("fits", String(64), nullable=False),
    Column("last", BIG, nullable=False),
    Column("purged", BIG, nullable=False),
)
KEY_BYTES = 32
FITS = "does the key fit this store?"
LOCK = 20260105  # of PostgreSQL; any number, as long as nothing else of ours takes it


class SqlTombstones:
    """Implements `bot.ports.Tombstones`. What is added is on disk when `lay` returns. Blocks, but only briefly."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self.engine, self.gate = engine, Gate(key)
        self.id, self.last, self.purged = "", 0, 0
        self.known = 0  # up to where the gate has learnt

    def open(self) -> None:
        """Make what is not there yet. Raises `CannotOpen` if the key is another one than the store was made with."""
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            metadata.create_all(connection)
            if connection.execute(select(book)).first() is None:
                new = {"one": 1, "id": token_hex(16), "fits": self._fits(), "last": 0, "purged": 0}
                connection.execute(insert(book).values(new))
            row = connection.execute(select(book)).one()
        if not hmac.compare_digest(row.fits, self._fits()):
            raise CannotOpen(
                "the key of the tombstones is another one than they were made with, so nobody who was erased would be "
                "recognised: give back the old TOMBSTONE_KEY, or the file tombstones.key"
            )
        self.id = row.id
        self.refresh()

    def _fits(self) -> str:
        return hmac.digest(self.gate.key, FITS.encode(), "sha256").hex()

    def lay(self, who: UserRef, kind: str, state: State, before: datetime, at: datetime) -> Tombstone:
        """Add one. `before` is until when what was said is gone."""
        with self.engine.begin() as connection:
            number = book.c.last + 1
            seq = connection.execute(update(book).values(last=number).returning(book.c.last)).scalar_one()
            stone = Tombstone(seq, self.gate.digest(who), kind, state, before, at)
            values = {c.name: getattr(stone, c.name) for c in stones.c} | {"state": state.value}
            connection.execute(insert(stones).values(values))
        self.last = max(self.last, seq)
        self.gate.learn([stone])
        return stone

    def since(self, seq: int) -> Sequence[Tombstone]:
        """All with a higher number, in their order."""
        with self.engine.begin() as connection:
            rows = connection.execute(select(stones).where(stones.c.seq > seq).order_by(stones.c.seq)).all()
        return [Tombstone(r.seq, r.subject, r.kind, State(r.state), r.before, r.at) for r in rows]

    def refresh(self) -> None:
        """Learn what other processes added."""
        new = self.since(self.known)
        self.gate.learn(new)
        self.known = new[-1].seq if new else self.known
        with self.engine.begin() as connection:
            row = connection.execute(select(book.c.last, book.c.purged)).one()
        self.last, self.purged = row.last, row.purged

    def purge(self, before: datetime) -> int:
        """Delete those laid before that time; how many they were."""
        with self.engine.begin() as connection:
            old = stones.c.at < before
            newest = connection.scalar(select(func.max(stones.c.seq)).where(old))
            if newest is None:
                return 0
            gone = connection.execute(delete(stones).where(old)).rowcount
            connection.execute(update(book).where(book.c.purged < newest).values(purged=newest))
        self.gate.forget(before)
        self.purged = max(self.purged, newest)
        return gone

    def close(self) -> None:
        self.engine.dispose()


def open_tombstones(url: str, key: bytes, *, known: bool = False) -> SqlTombstones:
    """The store at `url`, made if it is not there. Raises `CannotOpen`; if it is `known` to have existed, also when it
    is not there any more."""
    path = sqlite_path(url)
    engine = _sqlite(path, known) if path is not None else create_engine(postgresql_url(url), hide_parameters=True)
    found = SqlTombstones(engine, key)
    try:
        if known and not inspect(engine).has_table("tombstone_book"):
            raise missing(engine.url)
        found.open()
    except DBAPIError as error:
        found.close()
        cause = str(error.orig).strip().partition("\n")[0]
        raise CannotOpen(f"the tombstones at {shown(engine.url)} cannot be opened: {cause}") from error
    except BaseException:
        found.close()
        raise
    return found


def missing(where: URL | Path) -> CannotOpen:
    at = where if isinstance(where, Path) else shown(where)
    return CannotOpen(
        f"the tombstones at {at} are missing, and without them people who were erased may come back: put them "
        "back, or say helpthread privacy reconcile --tombstones-lost"
    )


def _sqlite(path: Path, known: bool) -> Engine:
    if known and not path.exists():
        raise missing(path)
    try:
        return side_engine(path)
    except OSError as error:
        raise CannotOpen(f"{path} cannot be opened: {error.strerror}") from error


def key_in(path: Path) -> bytes:
    """The key in a file, which is made if it is not there, readable by its owner only. Raises `CannotOpen`."""
    try:
        with suppress(FileExistsError):
            _make_key(path)
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise CannotOpen(f"{path} cannot be used: {error.strerror}") from error
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise CannotOpen(f"{path} holds no key: it is one line of {2 * KEY_BYTES} hexadecimal digits")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all: of two processes that make it, one does."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{token_hex(4)}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{token_hex(KEY_BYTES)}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    finally:
        part.unlink()
    flush_folder(path.parent)
