"""A copy of the database in one file, made while the bot runs.

To restore it: stop the bot, remove the old file and what it has beside it (-wal, -shm), put the copy in its place.
"""

import os
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage.disk import flush_folder
from storage.errors import CannotOpen
from storage.opening import sqlite_path


def backup(database_url: str, target: Path) -> int:
    """Copy a SQLite database, as of one moment, to `target`, readable by its owner only; returns its size in bytes.

    Nothing that was deleted is copied. The files of messages are not in it: copy DATA_DIR/files as well, afterwards.
    Raises `CannotOpen` if the target is there already, and for PostgreSQL, which has its own tool. Blocks.
    """
    path = sqlite_path(database_url)
    if path is None:
        raise CannotOpen("PostgreSQL has its own tool for this: pg_dump --format=custom --file=FILE DATABASE")
    return backup_file(path, target)


def backup_file(path: Path, target: Path) -> int:
    """The same for any SQLite file, such as the key store."""
    if not path.exists():
        raise CannotOpen(f"there is no database at {path} yet, so there is nothing to back up")
    part = target.with_name(f"{target.name}.{token_hex(4)}.part")
    _claim(target)
    try:
        _claim(part)
        _copy(path, part)
        part.replace(target)
        flush_folder(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        raise
    return target.stat().st_size


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
