"""Stores to test on: a SQLite file and a PostgreSQL database, both migrated once and then copied or emptied."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from storage.migrate import migrate
from storage.opening import open_store, postgresql_url
from storage.rows import Base
from storage.sqlite import sqlite_engine
from storage.store import SqlStore
from tests.postgres import cluster, fresh_database


class Clock:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def later(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "desk.db"
    with disposed(sqlite_engine(path)) as engine:
        migrate(engine)
    return path


@pytest.fixture
def sqlite_file(tmp_path: Path, migrated_file: Path) -> Path:
    """A migrated file of one's own."""
    return Path(shutil.copy(migrated_file, tmp_path / "desk.db"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with cluster() as base:
        yield base


@pytest.fixture(scope="session")
def postgresql_base(postgresql_server: str, worker_id: str) -> Iterator[str]:
    with fresh_database(postgresql_server, worker_id, build=migrate_url) as url:
        yield url


@pytest.fixture
def postgresql(postgresql_base: str) -> Iterator[str]:
    """The URL of a migrated, empty database of one's own."""
    yield postgresql_base
    with disposed(create_engine(postgresql_url(postgresql_base))) as engine, engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of one's own: once a file, once on a server."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[SqlStore]:
    store = open_store(database_url, clock)
    yield store
    await store.close()


def migrate_url(url: str) -> None:
    with disposed(create_engine(postgresql_url(url))) as engine:
        migrate(engine)


@contextmanager
def disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()
