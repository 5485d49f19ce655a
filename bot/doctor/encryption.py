"""Whether what people write is encrypted and can be read, as `helpthread doctor` sees it."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from bot.config import Settings
from bot.doctor.finding import Finding, note, ok, wrong
from bot.process.running import encryption_of
from storage.errors import CannotOpen
from storage.sealing import Sealing
from storage.settling import sealing_of, search_by, state_of

LOST = "whoever loses CONTENT_KEY or the key store loses everything that people wrote"
APART = "keep a copy of each, the key where no backup of the database is"


def examine_encryption(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Afterwards the connection reads what it can."""
    search_by(connection.engine, settings.search)
    there, encryption = state_of(connection), encryption_of(settings)
    if there is None:
        if encryption is not None:
            yield note("CONTENT_KEY is set, and what people wrote is not encrypted", "helpthread privacy keys encrypt")
        return
    try:
        sealing = sealing_of(there, settings.database_shown, encryption, alone=False)
    except CannotOpen as error:
        yield wrong("what people wrote cannot be read", str(error))
        return
    if sealing is not None:
        sealing.attach(connection.engine)
        yield from _found(settings, sealing)


def _found(settings: Settings, sealing: Sealing) -> Iterator[Finding]:
    yield ok(f"what people write is encrypted, under {sealing.vault.keys.count()} keys of their own")
    yield note(LOST, APART)
    where = settings.key_store
    if isinstance(where, Path) and where.stat().st_mode & 0o077:
        yield wrong(f"{where} is open to others", f"it holds people's keys: chmod 600 {where}")
    if settings.content_key_old is not None:
        yield note("CONTENT_KEY_OLD is still set", "after helpthread privacy keys rotate, remove and destroy it")
