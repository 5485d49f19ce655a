"""On PostgreSQL, too, no statement on the way of an event reads a whole table. On a small one it would anyway, so it is
told that reading it whole is dear: what it still reads so, it can find in no other way.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest

from bot.ports import UnitOfWork
from storage.opening import join, open_store
from storage.store import SqlStore
from tests.storage.build import ANA, T0, post
from tests.storage.conftest import Clock
from tests.storage.test_plans import GROWING, JOBS

TAKING = {  # as one of several processes does it
    "take": lambda work: work.outbox.due(T0, 64, ["chat"], [1, 2]),
    "done": lambda work: work.outbox.done(work.outbox.due(T0, 1, ["chat"])[0], None),
}
WHOLE = {"search", "search one's own"}  # a page of hits, read from an index of words, or of an empty table at once


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []
    execute = psycopg.Cursor.execute

    def listen(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        said.append((query, params))
        return execute(self, query, params, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", listen)
        yield said


@pytest.fixture
async def filled(empty_postgres: str, clock: Clock) -> AsyncIterator[SqlStore]:
    store = open_store(empty_postgres, clock)
    peers = await join(store, lambda: None, {"chat"})
    yield store
    await peers.leave()
    await store.close()


def fill(work: UnitOfWork) -> None:
    work.outbox.post(post("message:1:agents"), about=ANA)
    work.outbox.post(post("message:1:agents"), about=ANA)


@pytest.mark.parametrize("taking", [False, True], ids=["alone", "several"])
async def test_rows_are_found_through_an_index(filled: SqlStore, taking: bool):
    if not taking:
        filled.me = lambda: None
    for name, job in (TAKING if taking else JOBS).items():
        await filled.write(fill)
        with statements() as said:
            await filled.write(job)
        plans = await filled.write(partial(explain, said))
        assert plans, name
        for one in plans:
            whole = [table for table in GROWING if f"Seq Scan on {table}" in one]
            assert not whole or name in WHOLE, f"{name} reads all of {whole}: {one}"


def explain(said: list[tuple[str, Any]], work: Any) -> list[str]:
    ours: psycopg.Connection[Any] = work.connection.connection.dbapi_connection
    ours.execute("SET LOCAL enable_seqscan = off")
    return [
        plan(ours, *one) for one in said if str(one[0]).split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
    ]


def plan(ours: psycopg.Connection[Any], statement: str, parameters: Any) -> str:
    rows = ours.execute(f"EXPLAIN {statement}".encode(), parameters)
    return "\n".join([statement, *(line for (line,) in rows)])
