"""How often a message goes to PostgreSQL and back: each way costs its time, and two turns at the interpreter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from benchmarks.scene import NullChat, Scene, customers, now, set_up
from storage.opening import open_store


class Ways:
    count = 0


@contextmanager
def counted() -> Iterator[Ways]:
    """Statements and commits. psycopg's own BEGIN, one more each time, is not among them."""
    ways = Ways()
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit

    def asks(self: Any, *given: Any, **more: Any) -> Any:
        ways.count += 1
        return execute(self, *given, **more)

    def commits(self: Any) -> None:
        ways.count += 1
        commit(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", asks)
        patch.setattr(psycopg.Connection, "commit", commits)
        yield ways


async def test_a_message_goes_there_ten_times_and_its_delivery_four_times(empty_postgres: str):
    store = open_store(empty_postgres, now)
    await set_up(store)
    scene = Scene(store)
    who = customers(1)[0]
    for _ in range(3):
        await scene.says(who)
    while await scene.courier.drain():
        pass
    with counted() as ways:
        await scene.says(who)
    assert ways.count == 10
    with counted() as ways:
        (sent,) = await store.write(lambda work: work.outbox.due(now(), 64, [NullChat.platform]))
    assert ways.count <= 5  # one look finds up to 64
    with counted() as ways:
        await store.write(lambda work: work.outbox.done(sent, None))
    assert ways.count == 4
    await store.close()
