"""A desk to play with, on SQLite and on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from storage.migrate import migrate
from storage.opening import open_store, postgresql_url
from storage.rows import Base
from tests.desk import Clock, Desk
from tests.postgres import cluster, fresh_database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated database of this worker's own."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with cluster() as base, fresh_database(base, name, build=build) as url:
        yield url


def build(url: str) -> None:
    engine = create_engine(postgresql_url(url))
    migrate(engine)
    engine.dispose()


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    """Its tables, with nothing in them: deleting takes milliseconds, making a database a tenth of a second."""
    engine = create_engine(postgresql_url(postgres_url))
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres"))
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bare(database_url: str, clock: Clock) -> AsyncIterator[Desk]:
    """A bot without a desk."""
    store = open_store(database_url, clock.now)
    yield Desk(store, clock)
    await store.close()


@pytest.fixture
async def desk(bare: Desk) -> Desk:
    await bare.set_up()
    return bare


SLOW = (
    "tests/test_benchmarks",
    "tests/slack",
    "tests/discord",
    "tests/fakes",
    "tests/test_fake_discord",
    "tests/proof/test_nth_call",
)
ALONE = (
    "tests/discord/test_catching_up",
    "tests/slack/test_catching_up",
    "tests/slack/test_killed",
    "tests/test_process",
    "tests/test_postgres_harness",
    "tests/privacy/test_crash",
    "tests/console/test_whole_bot",
    "tests/console/test_terminal",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files that take long, or that others would disturb."""
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
        if item.nodeid.startswith(ALONE):
            item.add_marker("alone")
