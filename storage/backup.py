"""A copy of the database in one file, made while the bot runs, and the way back.

What waited to be delivered when the copy was made has been delivered since, most likely. So in the copy it is held
back: whoever restores it, in whatever way, says nothing twice before somebody has looked at it.
"""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage.disk import flush_folder
from storage.errors import CannotOpen
from storage.migrate import schema_version
from storage.opening import sqlite_path
from storage.outbox import SqlOutbox
from storage.sqlite import FileLock, sqlite_engine

HELD = "held back: it waited when this backup was made"


def backup(database_url: str, target: Path, now: datetime) -> int:
    """Copy a SQLite database, as of one moment, to `target`, readable by its owner only; returns its size in bytes.
    What waits to be delivered is held back in the copy.

    Nothing that was deleted is copied. The files of messages are not in it: copy DATA_DIR/files as well, afterwards.
    Raises `CannotOpen` if the target is there already, and for PostgreSQL, which has its own tool. Blocks.
    """
    path = sqlite_path(database_url)
    if path is None:
        raise CannotOpen("PostgreSQL has its own tool for this: pg_dump --format=custom --file=FILE DATABASE")
    return backup_file(path, target, lambda part: _hold_back(part, now))


def backup_file(path: Path, target: Path, change: Callable[[Path], object] = lambda _: None) -> int:
    """The same for any SQLite file, such as the key store. `change` has the copy to itself before it gets its name."""
    if not path.exists():
        raise CannotOpen(f"there is no database at {path} yet, so there is nothing to back up")
    part = target.with_name(f"{target.name}.{token_hex(4)}.part")
    _claim(target)
    try:
        _claim(part)
        _copy(path, part)
        change(part)
        part.replace(target)
        flush_folder(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise
    return target.stat().st_size


def restore(database_url: str, source: Path, now: datetime) -> tuple[int, Path | None]:
    """Put a backup where the database is. What was there stays beside it, until the first erasure.

    Returns how many deliveries are held back or were given up, and where what was there is now. The next start migrates
    it, if need be.
    Raises `CannotOpen` if the backup is none, `DatabaseInUse` while a desk runs, and for PostgreSQL. Blocks.
    """
    path = sqlite_path(database_url)
    if path is None:
        raise CannotOpen(
            "PostgreSQL has its own tool for this: pg_restore --clean --if-exists --dbname=DATABASE FILE, "
            "and before the desk starts: helpthread outbox hold"
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path)
    part = path.with_name(f"{path.name}.{token_hex(4)}.part")
    try:
        _claim(part)
        _copy(source, part)
        held = _hold_back(part, now)
        before = _set_aside(path, now)
        part.replace(path)
        flush_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
        lock.release()
    return held, before


def _set_aside(path: Path, now: datetime) -> Path | None:
    """The old database, under a name that says what it is, with everything that its log still had."""
    if not path.exists():
        return None
    beside = [path.with_name(path.name + ending) for ending in ("-wal", "-shm")]
    aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%S}")
    engine = sqlite_engine(path)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except DBAPIError:  # it is damaged, which may be why somebody restores: all of it is kept
        for each in filter(Path.exists, beside):
            each.replace(aside.with_name(aside.name + each.name.removeprefix(path.name)))
    finally:
        engine.dispose()
    path.replace(aside)
    for each in beside:
        each.unlink(missing_ok=True)
    return aside


def _hold_back(part: Path, now: datetime) -> int:
    """In a copy that nobody else has open; returns how much was given up or is held back.

    Raises `CannotOpen` if it is no database of ours, or damaged."""
    engine = create_engine(
        URL.create("sqlite", database=str(part.absolute())), poolclass=NullPool, hide_parameters=True
    )
    try:
        with engine.begin() as connection:
            if (said := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()) != "ok":
                raise CannotOpen(f"the copy would be damaged ({said}); go back to another backup")
            if not schema_version(connection):
                return 0
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            SqlOutbox(connection, now).hold_back(HELD)
            return int(connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE state = 'dead'").scalar_one())
    finally:
        engine.dispose()


def _claim(target: Path) -> None:
    """Make the file, empty: of two backups to one name, one is refused."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise CannotOpen(f"{target} is there already, and is left as it is; choose another name") from None
    except OSError as error:
        raise CannotOpen(f"{target} cannot be written: {error.strerror}") from error


def _copy(path: Path, part: Path) -> None:
    url = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None}, hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(part.absolute()),))
    except DBAPIError as error:
        raise CannotOpen(f"{path} cannot be copied: {error.orig}") from error
    with part.open("rb") as file:
        os.fsync(file.fileno())
