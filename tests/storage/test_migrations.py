"""Every start migrates. What it must never do: lose a row, half succeed, or touch what it does not know."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, func, inspect, literal_column, select, text

from storage import migrate as migrating
from storage.errors import CannotOpen, NewerSchema
from storage.migrate import HEAD, copies, migrate
from storage.opening import open_store, postgresql_url
from storage.rows import Base, EntryRow
from storage.search import DERIVED, INDEXED
from storage.sqlite import sqlite_engine
from tests.postgres import fresh_database
from tests.storage.conftest import disposed

BOOKKEEPING = {"alembic_version"}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with nothing in it."""
    if request.param == "sqlite":
        with disposed(sqlite_engine(tmp_path / "new.db")) as engine:
            yield engine
        return
    server, worker = request.getfixturevalue("postgresql_server"), request.getfixturevalue("worker_id")
    with fresh_database(server, f"{worker}_empty") as url, disposed(create_engine(postgresql_url(url))) as engine:
        yield engine


def test_the_program_knows_the_newest_migration():
    with create_engine("sqlite://").connect() as connection:
        scripts = ScriptDirectory.from_config(migrating._config(connection))
    assert scripts.get_current_head() == HEAD


def test_a_migrated_database_is_what_the_tables_in_the_code_say(empty: Engine):
    assert migrate(empty) == ""
    with empty.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda _, name, *__: name not in DERIVED}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_indexes_of_some_rows_are_of_the_same_rows(empty: Engine):
    """Alembic compares what an index is on, but not which rows it holds."""
    migrate(empty)
    made_by_migrations = indexes(empty)
    with empty.connect() as connection:
        for name in tables(connection) - set(Base.metadata.tables) - {n for n in DERIVED if n != "search"}:
            connection.execute(text(f"DROP TABLE {name}"))
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        connection.commit()
    assert {name: sql for name, sql in made_by_migrations.items() if name not in DERIVED} == indexes(empty)


def test_every_table_is_in_the_code_or_known_to_belong_to_the_search_index(empty: Engine):
    migrate(empty)
    with empty.connect() as connection:
        assert tables(connection) - set(Base.metadata.tables) - DERIVED == BOOKKEEPING


def test_postgresql_indexes_the_words_that_search_asks_for(empty_postgres: str):
    with disposed(create_engine(postgresql_url(empty_postgres))) as engine, engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        wanted = select(EntryRow.id).where(literal_column(INDEXED).op("@@")(func.to_tsquery("a")))
        plan = connection.scalars(text(f"EXPLAIN {wanted.compile(engine, compile_kwargs={'literal_binds': True})}"))
        assert "ix_timeline_search" in "\n".join(plan)


def test_the_second_start_has_nothing_to_do(empty: Engine):
    assert migrate(empty) == ""
    assert migrate(empty) is None


def test_a_start_with_nothing_to_migrate_does_not_import_alembic(sqlite_file: Path):
    program = f"""
import sys, datetime
from storage.opening import open_store
store = open_store("sqlite:///{sqlite_file}", lambda: datetime.datetime.now(datetime.UTC))
store.abandon()
print("alembic" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


def test_a_newer_schema_is_refused_in_one_line_and_left_alone(database_url: str):
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema) as refused:
        open_store(database_url, now)
    assert "newer version (schema 9999" in str(refused.value)
    assert "\n" not in str(refused.value)
    execute(database_url, f"UPDATE alembic_version SET version_num = '{HEAD}'")  # noqa: S608
    open_store(database_url, now).abandon()


@pytest.mark.parametrize(
    "foreign", ["CREATE TABLE tickets (id INT)", "CREATE TABLE alembic_version (version_num TEXT)"]
)
def test_the_database_of_another_program_is_refused_and_left_alone(empty: Engine, foreign: str):
    with empty.begin() as connection:
        connection.execute(text(foreign))
        if "alembic" in foreign:
            connection.execute(text("INSERT INTO alembic_version VALUES ('4c0d8b6e0a1f')"))
        before = tables(connection)
    with pytest.raises(CannotOpen, match="use a database of its own"):
        migrate(empty)
    with empty.connect() as connection:
        assert tables(connection) == before


def test_a_migration_that_fails_leaves_nothing(empty: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "upgrade", half_of_it)
    with pytest.raises(RuntimeError, match="out of luck"):
        migrate(empty)
    monkeypatch.undo()
    with empty.connect() as connection:
        assert tables(connection) == set()
    assert migrate(empty) == ""


def test_a_migration_keeps_what_refers_to_a_table_it_makes_anew(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch):
    fill(sqlite_file)
    monkeypatch.setattr(migrating, "HEAD", "0003")
    monkeypatch.setattr(command, "upgrade", make_desks_anew)
    with disposed(sqlite_engine(sqlite_file)) as engine:
        assert migrate(engine) == "0002"
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM members")) == 1
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_database_that_holds_data_is_copied_before_it_is_migrated(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch):
    fill(sqlite_file)
    monkeypatch.setattr(migrating, "HEAD", "0003")
    monkeypatch.setattr(command, "upgrade", half_of_it)
    with disposed(sqlite_engine(sqlite_file)) as engine, pytest.raises(RuntimeError):
        migrate(engine)
    (copy,) = copies(sqlite_file)
    assert (copy.name, copy.stat().st_mode & 0o777) == ("desk.db.before-0003", 0o600)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM desks").fetchall() == [("support",)]


def test_two_processes_that_start_at_once_migrate_once(postgresql_server: str, worker_id: str):
    with fresh_database(postgresql_server, f"{worker_id}_race") as url, ThreadPoolExecutor(2) as both:
        first, second = (create_engine(postgresql_url(url)) for _ in range(2))
        with disposed(first), disposed(second):
            assert sorted(both.map(migrate, (first, second)), key=str) == ["", None]


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def indexes(engine: Engine) -> dict[str, str]:
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if engine.dialect.name == "sqlite"
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version'"
    )
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query))}


def execute(database_url: str, sql: str) -> None:
    url = postgresql_url(database_url) if database_url.startswith("postgresql") else database_url
    with disposed(create_engine(url)) as engine, engine.begin() as connection:
        connection.execute(text(sql))


def fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO desks VALUES (1, 'support', '{}', '{}', 1)")
        connection.execute("INSERT INTO members VALUES (1, 1, 'a/b/c', 1, 0)")


def half_of_it(config: Any, revision: str) -> None:
    connection = config.attributes["connection"]
    connection.execute(text("CREATE TABLE half (id INT)"))
    raise RuntimeError("out of luck")


def make_desks_anew(config: Any, revision: str) -> None:
    connection = config.attributes["connection"]
    connection.execute(text("CREATE TABLE desks_new AS SELECT * FROM desks"))
    connection.execute(text("DROP TABLE desks"))
    connection.execute(text("CREATE TABLE desks (id INTEGER PRIMARY KEY, name, settings, panel, next_number)"))
    connection.execute(text("INSERT INTO desks SELECT * FROM desks_new"))
    connection.execute(text("DROP TABLE desks_new"))


def now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)
