"""No statement on the way of an event reads a whole table: what takes microseconds today must in a million rows' time.

The statements are those the repositories really run; SQLite says how it would find the rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.inbound import Place
from bot.ports import Filter, UnitOfWork
from bot.tickets.model import Priority
from bot.tickets.timeline import MESSAGES
from storage.opening import open_store
from storage.sqlite import SqliteStore
from tests.storage.build import ANA, BEN, SAM, T0, entry, post, source, ticket
from tests.storage.conftest import Clock

GROWING = ("tickets", "timeline", "attachments", "spots", "outbox", "seen_events", "people", "drafts", "tags")
ONE = ticket(id=1)

JOBS: dict[str, Callable[[UnitOfWork], Any]] = {
    "seen": lambda work: work.seen("e1"),
    "forget seen": lambda work: work.forget_seen(T0, 100),
    "ticket": lambda work: work.tickets.get(1),
    "ticket by number": lambda work: work.tickets.numbered(1, 1),
    "ticket of a room": lambda work: work.tickets.room(Place("chat", "w", "c", "t")),
    "open tickets": lambda work: work.tickets.open_of(ANA),
    "last closed": lambda work: work.tickets.last_closed(ANA),
    "last opened": lambda work: work.tickets.last_opened_at(ANA, 1),
    "tags": lambda work: work.tickets.tags(1),
    "participants": lambda work: work.tickets.participants(1),
    "queue": lambda work: work.tickets.find(Filter([1]), 25),
    "next page": lambda work: work.tickets.find(Filter([1], after=(2, 3, 4)), 25),
    "mine": lambda work: work.tickets.find(Filter([1], assignee=SAM), 25),
    "urgent": lambda work: work.tickets.find(Filter([1], priority=Priority.URGENT), 25),
    "tagged": lambda work: work.tickets.find(Filter([1], tag="vip"), 25),
    "closed": lambda work: work.tickets.find(Filter([1], open=False), 25),
    "next closed": lambda work: work.tickets.find(Filter([1], open=False, after=(0, 3, 4)), 25),
    "purge words": lambda work: work.privacy.purge("content", 10),
    "purge files": lambda work: work.privacy.purge("files", 10),
    "entry": lambda work: work.timeline.get(1 << 20 | 1),
    "entry of a message": lambda work: work.timeline.at(source("m1")),
    "rewrite": lambda work: work.timeline.rewrite(entry(id=1)),
    "page of a ticket": lambda work: work.timeline.page(1, MESSAGES, 0, 100),
    "search": lambda work: work.timeline.search("printer fire", [1], None, 25),
    "search one's own": lambda work: work.timeline.search("printer fire", [], ANA, 25),
    "post": lambda work: work.outbox.post(post("message:1:agents"), about=ANA),
    "due": lambda work: work.outbox.due(T0, 64, ["chat"], [1, 2]),
    "next due": lambda work: work.outbox.next_due(["chat"]),
    "done": lambda work: work.outbox.done(work.outbox.due(T0, 1, ["chat"])[0], None),
    "postpone": lambda work: work.outbox.postpone(1, T0, "busy"),
    "cancel": lambda work: work.outbox.cancel("message:1:agents"),
    "posted": lambda work: work.outbox.posted("message:1:agents"),
    "meet": lambda work: work.people.meet(ANA, "Ana", "en"),
    "names": lambda work: work.people.names([ANA, BEN]),
    "block": lambda work: work.people.block(ANA, T0, "rude"),
    "drafts": lambda work: work.drafts.of(ANA),
    "old drafts": lambda work: work.drafts.older_than(T0, 10),
    "drop draft": lambda work: work.drafts.drop(1),
}


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What is said to the database, with the parameters apart: with them put in, SQLite may know better."""
    said: list[tuple[str, Any]] = []

    class Driver:
        def __init__(self, connection: Connection) -> None:
            self.driver: Any = connection.connection.dbapi_connection

        def execute(self, statement: str, parameters: Any) -> Any:
            said.append((statement, parameters))
            return self.driver.execute(statement, parameters)

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.hot.driver", Driver)
        yield said
    event.remove(engine, "before_cursor_execute", listen)


@pytest.fixture
async def filled(sqlite_file: str, clock: Clock) -> Any:
    """A store with one of everything, so that no method stops early."""
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    assert isinstance(store, SqliteStore)

    def fill(work: UnitOfWork) -> None:
        work.outbox.post(post("message:1:agents"), about=ANA)
        work.outbox.post(post("message:1:agents"), about=ANA)

    await store.write(fill)
    yield store
    await store.close()


async def test_rows_are_found_through_an_index(filled: SqliteStore):
    for name, job in JOBS.items():
        with statements(filled.engine) as said:
            await filled.write(job)
        plans = await filled.write(partial(explain, said))
        assert plans, name
        for one in plans:
            scanned = [table for table in GROWING if f"SCAN {table}" in one.replace("SCAN earlier", "SCAN outbox")]
            assert not scanned, f"{name} reads all of {scanned}: {one}"


def explain(said: list[tuple[str, Any]], work: UnitOfWork) -> list[str]:
    return [plan(work, *one) for one in said if one[0].split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]


def plan(work: Any, statement: str, parameters: Any) -> str:
    parameters = parameters[0] if isinstance(parameters, list) else parameters
    rows = work.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return " ".join([statement, *(row.detail for row in rows)])
