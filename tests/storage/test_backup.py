"""A backup is whole, as of one moment, for its owner only, and never over another file."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ports import UnitOfWork
from bot.tickets.timeline import Entry
from storage.backup import backup
from storage.errors import CannotOpen
from storage.opening import open_store
from tests.storage.build import desk_in, entry, ticket_in
from tests.storage.conftest import Clock

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


async def test_a_backup_made_while_the_bot_writes_is_whole_and_can_be_opened(
    sqlite_file: Path, tmp_path: Path, clock: Clock
):
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    desk = (await store.write(desk_in)).id
    writing = True

    async def keep_writing() -> None:
        while writing:
            await store.write(lambda work: work.timeline.add(ticket_in(work, desk), entry(text="printer")))

    busy = asyncio.create_task(keep_writing())
    target = tmp_path / "a backup?#%.db"
    for _ in range(3):
        target.unlink(missing_ok=True)
        size = await asyncio.to_thread(backup, f"sqlite:///{sqlite_file}", target, NOW)
        assert size == target.stat().st_size
        assert target.stat().st_mode & 0o777 == 0o600
        assert rows(target, "PRAGMA integrity_check") == [("ok",)]
        assert rows(target, "SELECT (SELECT count(*) FROM tickets) - (SELECT count(*) FROM timeline)") == [(0,)]
    writing = False
    await busy
    await store.close()
    restored = open_store(f"sqlite:///{target}", clock)
    (number,) = rows(target, "SELECT max(number) FROM tickets")[0]
    assert (await restored.write(lambda work: ticket_in(work, desk))).number == int(str(number)) + 1
    assert await restored.read(lambda work: work.timeline.search("printer", [desk], None, 1))
    await restored.close()
    assert not any(name.endswith(".part") for name in os.listdir(tmp_path))


def test_a_file_that_is_there_is_left_as_it_is(sqlite_file: Path, tmp_path: Path):
    target = tmp_path / "backup.db"
    target.write_bytes(b"last week's")
    with pytest.raises(CannotOpen, match="is there already"):
        backup(f"sqlite:///{sqlite_file}", target, NOW)
    assert target.read_bytes() == b"last week's"


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("not a database\n" * 500)
    with pytest.raises(CannotOpen, match="cannot be copied: file is not a database"):
        backup(f"sqlite:///{tmp_path}/letter.txt", tmp_path / "backup.db", NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_there_must_be_something_to_back_up_and_a_place_for_it(sqlite_file: Path, tmp_path: Path):
    with pytest.raises(CannotOpen, match="nothing to back up"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "backup.db", NOW)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(CannotOpen, match="cannot be written: No such file or directory"):
        backup(f"sqlite:///{sqlite_file}", tmp_path / "no" / "backup.db", NOW)


def test_postgresql_has_its_own_tool():
    with pytest.raises(CannotOpen, match="pg_dump"):
        backup("postgresql://ana:secret@host/desk", Path("backup.db"), NOW)


async def test_what_was_deleted_is_not_in_a_backup(sqlite_file: Path, tmp_path: Path, clock: Clock):
    store = open_store(f"sqlite:///{sqlite_file}", clock)

    def said(work: UnitOfWork) -> Entry:
        return work.timeline.add(ticket_in(work, desk_in(work).id), entry(text="zebrafish"))[1]

    one = await store.write(said)
    await store.write(lambda work: work.timeline.rewrite(entry(id=one.id)))
    await store.scrub()
    backup(f"sqlite:///{sqlite_file}", tmp_path / "backup.db", NOW)
    assert b"brafish" not in (tmp_path / "backup.db").read_bytes()
    await store.close()
