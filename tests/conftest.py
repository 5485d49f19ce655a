"""A desk to play with, on SQLite and on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine

from bot.ports import UnitOfWork
from storage.datamap import strange_keys
from storage.migrate import migrate
from storage.opening import open_store, postgresql_url
from storage.rows import Base
from storage.store import SqlUnitOfWork
from tests import purposes, sockets
from tests.desk import Clock, Desk
from tests.migrated import put_database
from tests.postgres import cluster, fresh_database

sockets.guard()
FIRST = import_module("storage.migrations.versions.0001_initial")
TABLES = Base.metadata.sorted_tables
COUNTED = [(t.name, t.autoincrement_column.name) for t in TABLES if t.autoincrement_column is not None]
EMPTY = SQL("; ").join(
    [
        *(SQL("DELETE FROM {}").format(Identifier(t.name)) for t in reversed(TABLES)),
        *(SQL("SELECT setval(pg_get_serial_sequence({}, {}), 1, false)").format(*each) for each in COUNTED),
        SQL(FIRST.POSTGRESQL_SEARCH.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS")),  # gone where encrypted
    ]
)

# The same examples each time, so that what fails is what was changed; and how long one takes is the machine's business.
# `HYPOTHESIS_PROFILE=thorough` looks for new ones.
hypothesis.settings.register_profile("quick", deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def nobody_leaves_the_machine() -> Iterator[None]:
    """Whatever a test did with the error: that it tried is enough."""
    sockets.strayed.clear()
    yield
    assert sockets.strayed == [], "a test, or the bot in it, tried to connect to another machine"


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
    """Its tables, with nothing in them, numbers from 1: that takes milliseconds, a new database a tenth of a second."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute(EMPTY)
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres"))
    put_database(tmp_path / "desk.db")
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bare(database_url: str, clock: Clock) -> AsyncIterator[Desk]:
    """A bot without a desk."""
    store = open_store(database_url, clock.now)
    desk = Desk(store, clock)
    purposes.declared(desk.router)
    with purposes.watched() as strayed:
        yield desk
    strange = [] if store.closed else await store.read(_strange)
    await store.close()
    assert not strayed, "read for a use that it is not there for:\n" + "\n".join(sorted(strayed))
    assert strange == [], "a key in a JSON column that does not say what it holds about people"


def _strange(work: UnitOfWork) -> list[str]:
    assert isinstance(work, SqlUnitOfWork)
    return strange_keys(work.connection)


@pytest.fixture
async def desk(bare: Desk) -> Desk:
    await bare.set_up()
    return bare


SLOW = (
    "tests/test_benchmarks",
    "tests/test_parity",
    "tests/test_both_platforms",
    "tests/slack",
    "tests/canaries",
    "tests/discord",
    "tests/fakes",
    "tests/faults",
    "tests/ops",
    "tests/test_fake_discord",
    "tests/test_packaging",
    "tests/words/test_pseudo",
    "tests/many",
    "tests/privacy/test_at_once",
    "tests/privacy/test_breach_encrypted",
    "tests/privacy/test_deadlines",
    "tests/privacy/test_decided_again",
    "tests/privacy/test_erasure",
    "tests/privacy/test_export",
    "tests/privacy/test_kinds",
    "tests/privacy/test_nondisclosure",
    "tests/privacy/test_officer",
    "tests/privacy/test_restrict",
    "tests/privacy/test_sealed_cli",
    "tests/privacy/test_request_machine",
    "tests/privacy/test_restored",
    "tests/privacy/test_retention",
    "tests/privacy/test_tombstones_shared",
    "tests/storage/test_converting_files",
    "tests/storage/test_outbox_model",
    "tests/storage/test_upgrades",
    "tests/simulation/test_mutations",
    "tests/security",
    "tests/proof/test_fault_points",
    "tests/proof/test_nothing_in_memory",
    "tests/proof/test_nth_call",
    "tests/proof/test_life_cycle",
    "tests/proof/test_hostile",
)
ALONE = (
    "tests/discord/test_catching_up",
    "tests/discord/test_killed",
    "tests/many",
    "tests/slack/test_catching_up",
    "tests/slack/test_killed",
    "tests/faults/test_postgres_restarts",
    "tests/test_process",
    "tests/test_postgres_harness",
    "tests/privacy/test_crash",
    "tests/console/test_whole_bot",
    "tests/console/test_terminal",
)


TOLD_ONCE = ("tests/stories", "tests/privacy", "tests/proof", "tests/desks")  # quickly, on SQLite alone


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What would be left out anyway is not even imported: a third of the time that collecting takes."""
    place = collection_path.relative_to(config.rootpath).as_posix()
    return True if "not slow" in config.option.markexpr and place.startswith(SLOW) else None


COLLECTED = pytest.StashKey[list[pytest.Item]]()  # whatever of it is run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that take long, or that others would disturb."""
    config.stash[COLLECTED] = list(items)
    for item in items:
        on_server = item.nodeid.startswith(TOLD_ONCE) and "postgresql" in item.nodeid
        if item.nodeid.startswith(SLOW) or on_server:
            item.add_marker("slow")
        if item.nodeid.startswith(ALONE):
            item.add_marker("alone")
