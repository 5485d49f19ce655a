"""What a database is set to when it is opened: whether words are encrypted, and how they are searched.

The database itself knows that its words are encrypted, and by which key store, so that it is never opened without the
key, nor half of it written in clear.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, insert, inspect, select, text

from storage.errors import CannotOpen
from storage.keystore import KeyStore, open_keys
from storage.plans import plans
from storage.rows import EncryptionRow
from storage.sealing import Sealing
from storage.side_store import on_this_machine
from storage.vault import Vault

state = EncryptionRow.__table__
DISK, MEMORY, OFF = "disk", "memory", "off"  # how words are searched
ON, ENCRYPTING, DECRYPTING = "on", "encrypting", "decrypting"
NO_KEY = "{where} is encrypted, and CONTENT_KEY is not set; without that key nothing that people wrote can be read"
NOT_YET = (
    "{where} is not encrypted yet, and CONTENT_KEY is set; stop every helpthread, then: helpthread privacy keys encrypt"
)
UNFINISHED = "{where} is only partly encrypted; finish it: helpthread privacy keys {command}"
OTHER = "the key store {keys} belongs to another database than {where}; put the right one in place"
ON_DISK = "words that are encrypted cannot be in a search index on disk; set SEARCH=memory or SEARCH=off"
FILL = "INSERT INTO search (rowid, text, remark) SELECT id, text, remark FROM timeline WHERE text != '' OR remark != ''"
TRIGGERS = ("timeline_said", "timeline_reworded", "timeline_deleted")


@dataclass(frozen=True)
class Encryption:
    """The key of the installation, 32 bytes, and where the key store is: a file, or the URL of a database."""

    key: bytes = field(repr=False)
    keys: Path | str = field(repr=False)
    old: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class State:
    store: str
    state: str


def state_of(connection: Connection) -> State | None:
    """None where words are not encrypted."""
    row = connection.execute(select(state)).first()
    return None if row is None else State(row.store, row.state)


def settle(
    connection: Connection,
    where: str,
    encryption: Encryption | None,
    search: str,
    now: Callable[[], datetime],
    *,
    alone: bool,
) -> Sealing | None:
    """Make the database what the settings say, or raise `CannotOpen`; returns its `Sealing`, if words are encrypted.

    `alone`: no other process opens this database.
    """
    if encryption is not None and search == DISK:
        raise CannotOpen(ON_DISK)
    if encryption is not None and not alone and isinstance(encryption.keys, Path):
        on_this_machine(encryption.keys, "the keys", "CONTENT_KEYS_URL")
    there = state_of(connection)
    if there is None and encryption is not None:
        if has_words(connection):
            raise CannotOpen(NOT_YET.format(where=where))
        keys = open_keys(encryption.keys, encryption.key, make=True)
        connection.execute(insert(state), {"id": 1, "store": keys.store, "state": ON, "since": now()})
        there = State(keys.store, ON)
        keys.close()
    sealing = sealing_of(there, where, encryption, alone=alone)
    settle_index(connection, search)
    return sealing


def sealing_of(there: State | None, where: str, encryption: Encryption | None, *, alone: bool) -> Sealing | None:
    """To read with. Raises `CannotOpen` if the key or the key store is missing or another."""
    if there is None:
        return None
    if there.state != ON:
        raise CannotOpen(UNFINISHED.format(where=where, command=there.state.removesuffix("ing")))
    return Sealing(Vault(keys_of(there, where, encryption), alone))


def keys_of(there: State, where: str, encryption: Encryption | None) -> KeyStore:
    if encryption is None:
        raise CannotOpen(NO_KEY.format(where=where))
    keys = open_keys(encryption.keys, encryption.key)
    if keys.store != there.store:
        keys.close()
        raise CannotOpen(OTHER.format(keys=keys.engine.url.database, where=where))
    return keys


def has_words(connection: Connection) -> bool:
    return any(connection.execute(select(plan.table.c[0]).limit(1)).first() is not None for plan in plans().values())


def encrypted(connection: Connection) -> bool:
    """Whether the database cannot look into words itself."""
    return getattr(connection.dialect, "sealing", None) is not None


def how_searched(dialect: Dialect) -> str:
    return str(getattr(dialect, "search", DISK))


def search_by(engine: Engine, search: str) -> None:
    dialect: Any = engine.dialect
    dialect.search = search
    dialect.sealing = getattr(dialect, "sealing", None)  # to look for what is not there takes a microsecond


def settle_index(connection: Connection, search: str) -> None:
    """The search index is there exactly where words are searched on disk."""
    if has_index(connection) == (search == DISK):
        return
    first = import_module("storage.migrations.versions.0001_initial")  # says how the index is made
    sqlite = connection.dialect.name == "sqlite"
    if search != DISK:
        gone = [*(f"DROP TRIGGER {name}" for name in TRIGGERS), "DROP TABLE search"]
        statements = gone if sqlite else ["DROP INDEX ix_timeline_search"]
    else:
        statements = [*first.SQLITE_SEARCH, FILL] if sqlite else [first.POSTGRESQL_SEARCH]
    for statement in statements:
        connection.execute(text(statement))


def has_index(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return inspect(connection).has_table("search")
    return connection.scalar(text("SELECT to_regclass('ix_timeline_search')")) is not None
