"""Stores to test on: a SQLite file and a PostgreSQL database, migrated once and then copied or emptied."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.migrate import migrate
from storage.opening import open_store
from storage.sqlite import sqlite_engine
from storage.store import SqlStore
from tests.postgres import cluster


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
    """Where to make databases of one's own."""
    with cluster() as base:
        yield base


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of one's own: once a file, once on a server."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[SqlStore]:
    store = open_store(database_url, clock)
    yield store
    await store.close()


@contextmanager
def disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()
