"""From a URL to a store: the right file, for us only, one process at a time; and one clear line when it cannot be."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.ports import UnitOfWork
from storage.errors import CannotOpen, DatabaseInUse
from storage.opening import open_store, postgresql_url, sqlite_path
from storage.sqlite import PRAGMAS, SqliteStore
from tests.storage.build import desk_in
from tests.storage.conftest import Clock, disposed

END_OURS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'helpthread'
"""


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/desk.db", "data/desk.db"),
        ("sqlite:////var/lib/desk.db", "/var/lib/desk.db"),
        ("sqlite+aiosqlite:///desk.db", "desk.db"),
        ("sqlite:////my files/a?b#c%20d&e=f.db", "/my files/a?b#c%20d&e=f.db"),
        ("sqlite:////ünï/код.db", "/ünï/код.db"),
    ],
)
def test_the_path_in_a_url_is_what_is_written_there(url: str, path: str):
    assert sqlite_path(url) == Path(path).absolute()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a.db?timeout=5"])
def test_a_url_without_a_file_is_refused(url: str):
    with pytest.raises(CannotOpen, match="allowed: sqlite:///path/to/file"):
        sqlite_path(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
def test_the_driver_for_postgresql_is_ours_to_choose(scheme: str):
    url = postgresql_url(f"{scheme}://ana:secret@db.example.org:5433/desk?sslmode=require")
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://ana:secret@db.example.org:5433/desk?sslmode=require"
    )


@pytest.mark.parametrize(
    "url", ["", "desk.db", "mysql://ana:secret@host/desk", "postgresql://ana:secret@host:port/desk"]
)
def test_what_is_no_url_of_ours_is_refused_without_repeating_a_password(url: str):
    with pytest.raises(CannotOpen) as refused:
        postgresql_url(url)
    assert "allowed: sqlite:///path/to/file.db or postgresql://" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["desk.db", "a?b#c%20d e.db", "file:x", "ünï 'quoted\".db"])
async def test_a_file_is_made_with_its_folder_for_its_owner_only(tmp_path: Path, clock: Clock, name: str):
    path = tmp_path / "new folder?#%" / name
    store = open_store(f"sqlite:///{path}", clock)
    desk = await store.write(desk_in)
    assert await store.read(lambda work: work.desks.all()) == [desk]
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == dict.fromkeys(
        [name, f"{name}-wal", f"{name}-shm", f"{name}.lock"], 0o600
    )
    assert path.parent.stat().st_mode & 0o777 == 0o700
    await store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == [name, f"{name}.lock"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM desks").fetchall() == [("support",)]


async def test_a_relative_path_starts_where_the_process_does(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///data/desk.db", clock)
    monkeypatch.chdir("/")
    desk = await store.write(desk_in)
    assert await store.read(lambda work: work.desks.all()) == [desk]
    await store.close()
    assert (tmp_path / "data" / "desk.db").exists()


async def test_what_was_written_is_there_after_opening_again(database_url: str, clock: Clock):
    store = open_store(database_url, clock)
    desk = await store.write(desk_in)
    await store.close()
    again = open_store(database_url, clock)
    assert await again.read(lambda work: work.desks.all()) == [desk]
    await again.close()


async def test_a_file_has_one_writer_and_the_second_is_told(sqlite_file: Path, clock: Clock):
    first = open_store(f"sqlite:///{sqlite_file}", clock)
    with pytest.raises(DatabaseInUse) as refused:
        open_store(f"sqlite:///{sqlite_file}", clock)
    assert str(refused.value) == f"{sqlite_file} is in use by another helpthread; stop that one first"
    await first.close()
    await open_store(f"sqlite:///{sqlite_file}", clock).close()


async def test_a_writer_that_could_not_open_leaves_the_file_to_the_next(sqlite_file: Path, clock: Clock):
    with closing(sqlite3.connect(sqlite_file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for _ in range(2):
        with pytest.raises(CannotOpen, match="newer version"):
            open_store(f"sqlite:///{sqlite_file}", clock)


@pytest.mark.parametrize("content", [b"this is a letter, not a database\n" * 500, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, clock: Clock, content: bytes):
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    with pytest.raises(CannotOpen, match=r"letter\.txt cannot be opened: file is not a database"):
        open_store(f"sqlite:///{path}", clock)
    assert path.read_bytes() == content


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path, clock: Clock):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotOpen, match="cannot be opened: File exists"):
        open_store(f"sqlite:///{tmp_path}/file/desk.db", clock)
    with pytest.raises(CannotOpen, match="cannot be opened: Is a directory"):
        open_store(f"sqlite:///{tmp_path}", clock)


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path, clock: Clock):
    with pytest.raises(CannotOpen) as refused:
        open_store(f"postgresql://ana:secret@/desk?host={tmp_path}", clock)
    assert "cannot be opened" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_the_writer_is_tuned_as_was_measured(sqlite_file: Path, clock: Clock):
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    assert isinstance(store, SqliteStore)
    wanted = {
        "auto_vacuum": 2, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1,
        "secure_delete": 1, "wal_autocheckpoint": 4000, "journal_size_limit": 67108864, "cache_size": -65536,
        "temp_store": 2,
    }  # fmt: skip
    assert {pragma.partition("=")[0] for pragma in PRAGMAS} == set(wanted)

    def look(work: UnitOfWork) -> dict[str, object]:
        connection = work.connection  # type: ignore[attr-defined]
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}

    within_a_job = wanted | {"busy_timeout": 0}  # who locks the file is waited for before, and not on the event loop
    assert await store.write(look) == within_a_job
    await store.close()


async def test_a_job_that_hangs_is_ended(empty_postgres: str, clock: Clock):
    store = open_store(f"{empty_postgres}&options=-c%20statement_timeout%3D50", clock)

    def hang(work: UnitOfWork) -> None:
        work.connection.execute(text("SELECT pg_sleep(10)"))  # type: ignore[attr-defined]

    for run in (store.write, store.read):
        with pytest.raises(Exception, match="canceling statement due to statement timeout"):
            await asyncio.wait_for(run(hang), 5)
    assert await store.read(lambda work: work.desks.all()) == []
    await store.close()


async def test_every_connection_to_postgresql_has_its_limits(empty_postgres: str, clock: Clock):
    store = open_store(empty_postgres, clock)

    def look(work: UnitOfWork) -> list[str]:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name")
        connection = work.connection  # type: ignore[attr-defined]
        return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]

    assert await store.write(look) == [
        "5s",
        "2s",
        "5s",
        "helpthread",
    ]  # what it locks is needed soon
    assert await store.read(look) == ["5s", "2s", "15s", "helpthread"]
    await store.close()


async def test_a_connection_the_server_ended_is_replaced(empty_postgres: str, clock: Clock):
    store = open_store(empty_postgres, clock)
    desk = await store.write(desk_in)
    await store.read(lambda work: work.desks.all())
    with disposed(create_engine(postgresql_url(empty_postgres))) as engine, engine.connect() as connection:
        ended = connection.scalars(text(END_OURS))
        assert len(ended.all()) >= 2
    assert await store.read(lambda work: work.desks.all()) == [desk]
    assert await store.write(lambda work: work.desks.all()) == [desk]
    await store.close()


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path, clock: Clock):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    open_store(f"sqlite:///{shared}/desk.db", clock).abandon()
    assert shared.stat().st_mode & 0o777 == 0o755
