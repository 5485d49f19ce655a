"""`helpthread doctor`: looks at everything the desk needs, changes nothing, and says what to do."""

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.config import Settings, likely_typos
from bot.doctor.database import examine_database, examine_sqlite_file, sheets_of
from bot.doctor.discord import examine_discord
from bot.doctor.finding import Finding, note, ok, wrong
from bot.doctor.privacy import examine_privacy
from bot.doctor.slack import examine_slack

WAL_RESET_FIXED = (3, 51, 3)
LEAST_FREE = 500_000_000  # bytes; a migration or a backup needs room for a copy
WRITTEN = 2026  # no clock that goes right says an earlier year


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything, as it is found."""
    yield examine_python(sys.version_info[:3])
    yield from (note(line, "correct or remove it") for line in likely_typos())
    if now.year < WRITTEN:
        yield wrong(f"the clock says {now:%Y-%m-%d}", "set it; platforms refuse what comes at a wrong time")
    yield from examine_folder(settings.data_dir)
    yield from examine_privacy(settings)
    if settings.database_file is not None:
        yield from examine_sqlite(sqlite3.sqlite_version_info)
        yield from examine_sqlite_file(settings.database_file)
    if _has_database(settings):
        yield from examine_database(settings, now)
    sheets = sheets_of(settings, now) if _has_database(settings) else ()
    yield from examine_slack(settings, sheets, now)
    yield from examine_discord(settings, sheets)


def _has_database(settings: Settings) -> bool:
    return settings.database_file is None or settings.database_file.exists()


def examine_python(version: tuple[int, ...]) -> Finding:
    shown = "Python " + ".".join(map(str, version))
    return ok(shown) if version >= (3, 11) else wrong(shown, "install 3.11 or newer")


def examine_sqlite(version: tuple[int, ...]) -> Iterator[Finding]:
    shown = "SQLite " + ".".join(map(str, version))
    if version >= WAL_RESET_FIXED:
        yield ok(shown)
    else:
        bug = "has the WAL-reset bug (fixed in 3.51.3): two programs that write one database at once can damage it"
        safe = "Helpthread writes over one connection, which is safe; let no other program open the file while it runs"
        yield note(f"{shown} {bug}", safe)
    memory = sqlite3.connect(":memory:")
    options = {row[0] for row in memory.execute("PRAGMA compile_options")}
    memory.close()
    if "ENABLE_FTS5" not in options:
        yield wrong(f"{shown} is built without FTS5, so nothing can be searched", "use a Python whose SQLite has it")


def examine_folder(folder: Path) -> Iterator[Finding]:
    """DATA_DIR: there, ours to write, nobody else's to read, and with room."""
    if not folder.exists():
        parent = next(each for each in folder.absolute().parents if each.exists())
        what = f"DATA_DIR {folder} is not there yet"
        can = os.access(parent, os.W_OK | os.X_OK)
        yield note(what, "the first start makes it") if can else wrong(what, f"make it; {parent} cannot be written")
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield ok(f"DATA_DIR {folder} can be written")
    except OSError as error:
        yield wrong(f"DATA_DIR {folder} cannot be written ({error.strerror})", "let this user write there")
        return
    yield from examine_mode(folder, 0o700)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield wrong(f"only {free // 1_000_000} MB are free for {folder}", "make room before it runs full")


def examine_mode(path: Path, wanted: int) -> Iterator[Finding]:
    mode = path.stat().st_mode & 0o777
    todo = f"it holds what people wrote: chmod {wanted:o} {path}"
    if mode & 0o007:
        yield wrong(f"{path} is open to everybody on this machine (mode {mode:o})", todo)
    elif mode & 0o070:
        yield note(f"{path} is open to its group (mode {mode:o})", todo)
