"""A database of each version that is out comes along with every row, also when the process is killed in the middle.

`schema_0001.json` is what version 0.1 left of a day on its first schema: three tickets, edits, a draft, what was given
up and what waits, a deletion that was asked for. It is put into tables that the frozen migration makes.
"""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, Connection, Engine, MetaData, Table, create_engine, insert, select, text

from bot.inbound import recorded
from bot.tickets.timeline import Kind
from storage import migrate as migrating
from storage.errors import NewerSchema
from storage.migrate import HEAD, copies, migrate
from storage.opening import open_store, postgresql_url
from storage.sqlite import sqlite_engine
from tests.desk import ANA, SAM, Desk, agents_thread
from tests.desk import Clock as DeskClock
from tests.postgres import fresh_database
from tests.storage.conftest import Clock, disposed

HASH = re.compile("[0-9a-f]{32}")
HERE = Path(__file__).parent
RELEASED = sorted(path.stem.removeprefix("schema_") for path in HERE.glob("schema_*.json"))
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def day_of(version: str) -> Rows:
    return dict(json.loads((HERE / f"schema_{version}.json").read_text(encoding="utf-8")))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/desk.db"
        return
    server, worker = request.getfixturevalue("postgresql_server"), request.getfixturevalue("worker_id")
    with fresh_database(server, f"{worker}_upgrade") as fresh:
        yield fresh


def engine_of(url: str) -> Engine:
    return (
        sqlite_engine(Path(url.removeprefix("sqlite:///")))
        if url[:6] == "sqlite"
        else create_engine(postgresql_url(url))
    )


@pytest.fixture(params=RELEASED)
def old(request: pytest.FixtureRequest, url: str) -> Rows:
    """What that version left, which is now in the database."""
    rows = day_of(request.param)
    with disposed(engine_of(url)) as engine, engine.begin() as connection:
        command.upgrade(migrating._config(connection), request.param)
        tables = MetaData()
        tables.reflect(connection)
        ordered = [table for table in tables.sorted_tables if table.name in rows and table.name != "alembic_version"]
        for table in ordered:
            connection.execute(insert(table), [as_stored(table, row) for row in rows[table.name]])
        if connection.dialect.name == "postgresql":
            for table in ordered:
                if ("id" in table.c and table.c.id.server_default is not None) or table.name in ("tickets", "timeline"):
                    _go_on_after(table, connection)
    return rows


def _go_on_after(table: Table, connection: Connection) -> None:
    sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
    if sequence is not None:
        newest = f"(SELECT max(id) FROM {table.name})"  # noqa: S608
        connection.execute(text(f"SELECT setval('{sequence}', {newest})"))


def as_stored(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The fixture is as SQLite has it: truth as 0 or 1, JSON as text."""
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(type: Any, value: Any) -> Any:
    if isinstance(type, JSON) and isinstance(value, str):
        return json.loads(value)
    return bool(value) if isinstance(type, Boolean) and value is not None else value


def now_there(url: str, rows: Rows) -> Rows:
    """The same columns of the same tables, as they are now."""
    found: dict[str, list[dict[str, Any]]] = {}
    with disposed(engine_of(url)) as engine, engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection, only=[name for name in rows if name != "alembic_version"])
        for name, table in tables.tables.items():
            if name in rows:
                columns = [table.c[column] for column in rows[name][0]]
                wanted = [dict(row) for row in connection.execute(select(*columns)).mappings()]
                found[name] = [{key: _value(table.c[key].type, value) for key, value in row.items()} for row in wanted]
    return found


def was_there(url: str, rows: Rows) -> Rows:
    with disposed(engine_of(url)) as engine, engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
    return {
        name: [as_stored(tables.tables[name], row) for row in held]
        for name, held in rows.items()
        if name[:7] != "alembic"
    }


def hashed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Since 0.2 a hash is kept of the ids of events handled."""
    id = row.get("event_id", "")
    return dict(row) | ({"event_id": recorded(id)} if id and not HASH.fullmatch(id) else {})


def the_same(one: Rows, other: Rows) -> bool:
    def ordered(rows: Rows) -> dict[str, list[str]]:
        return {name: sorted(json.dumps(hashed(row), sort_keys=True) for row in held) for name, held in rows.items()}

    return ordered(one) == ordered(other)


def test_there_is_a_database_of_every_schema_that_is_out():
    """A migration that others come after is out; the newest is not, or not yet."""
    versions = sorted(path.name[:4] for path in (HERE.parents[1] / "storage/migrations/versions").glob("0*.py"))
    assert versions[: len(RELEASED)] == RELEASED
    assert versions[-1] == HEAD


def test_every_row_comes_along(old: Rows, url: str):
    with disposed(engine_of(url)) as engine:
        assert migrate(engine) == old["alembic_version"][0]["version_num"]
    assert the_same(now_there(url, old), was_there(url, old))
    kept = {row["event_id"] for row in now_there(url, old)["seen_events"]}
    assert [id for id in kept if not HASH.fullmatch(id) and not id.startswith("tick:")] == []


async def test_the_desk_goes_on_where_it_was(old: Rows, url: str):
    at = DeskClock()
    at.time = at.time.replace(hour=12)
    store = open_store(url, at.now)
    desk = Desk(store, at)
    desk.count = 5000
    await desk.deliver()
    told = [seen.text for seen in desk.chat.rooms["@ana"]]
    assert told[-2:] == ["Sam (#1): later", "Sam (#1): later, too"], "what waited is delivered, in its order"
    await desk.say(SAM, "!r all is well", agents_thread(1))
    found = await desk.type(SAM, "/ticket search fire")
    assert "my printer is on fire ünïcode" in found
    ticket = await desk.ticket(1)
    assert (ticket.subject, ticket.assignee, str(ticket.priority.name)) == (
        "my printer is on fire ünïcode “quotes”", SAM.ref, "HIGH",
    )  # fmt: skip
    said = await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 99))
    assert [entry.text for entry in said if entry.kind is Kind.SAID][-1] == "it is green now"
    await desk.type(ANA, "/ticket open something else")
    assert (await desk.ticket(4)).customer == ANA.ref
    await store.close()


DIES = """
import os, signal, sys
from datetime import UTC, datetime
from alembic.operations import Operations
from storage.opening import open_store

done, go_on = 0, Operations.invoke

def invoke(self, operation):
    global done
    result = go_on(self, operation)
    done += 1
    if done == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

Operations.invoke = invoke
open_store(sys.argv[1], lambda: datetime.now(UTC)).abandon()
print(done)
"""


@pytest.mark.parametrize("after", [1, 3])
def test_killed_in_the_middle_it_is_as_it_was_and_the_next_start_does_it(old: Rows, url: str, after: int):
    before = was_there(url, old)
    done = subprocess.run(
        [sys.executable, "-c", DIES, url, str(after)], cwd=HERE.parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with disposed(engine_of(url)) as engine, engine.connect() as connection:
        assert migrating.schema_version(connection) == old["alembic_version"][0]["version_num"]
    assert the_same(now_there(url, old), before)
    with disposed(engine_of(url)) as engine:
        assert migrate(engine) == old["alembic_version"][0]["version_num"]
        assert migrate(engine) is None
    assert the_same(now_there(url, old), before)


def test_the_copy_that_is_made_before_is_the_old_database(old: Rows, url: str, tmp_path: Path):
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL is not copied")
    with disposed(engine_of(url)) as engine:
        migrate(engine)
    (copy,) = copies(tmp_path / "desk.db")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert the_same(now_there(f"sqlite:///{copy}", old), was_there(f"sqlite:///{copy}", old))


def test_an_older_program_refuses_it_in_one_line(old: Rows, url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    with disposed(engine_of(url)) as engine:
        migrate(engine)
    monkeypatch.setattr(migrating, "HEAD", old["alembic_version"][0]["version_num"])
    with pytest.raises(NewerSchema) as refused:
        open_store(url, clock)
    assert "was made by a newer version" in str(refused.value)
    assert "\n" not in str(refused.value)
