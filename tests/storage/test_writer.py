"""Jobs run on the event loop, so nothing in the store may hold it up: not the disk, not others who lock the file."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.language import current, reading
from bot.ports import UnitOfWork
from storage.opening import open_store
from storage.sqlite import LONG, SqliteStore
from tests.storage.conftest import Clock


@pytest.fixture
async def store(sqlite_file: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    assert isinstance(store, SqliteStore)
    yield store
    await store.close()


def remember(event: str) -> Any:
    return lambda work: work.seen(event)


def sizes_of_commits(store: SqliteStore) -> list[int]:
    sizes: list[int] = []
    committed = store._committed

    async def counted(batch: list[Any], connection: Any) -> list[Any]:
        sizes.append(len(batch))
        return await committed(batch, connection)

    store._committed = counted  # type: ignore[method-assign]
    return sizes


async def test_who_is_patient_shares_the_commit_of_who_is_not(store: SqliteStore) -> None:
    sizes = sizes_of_commits(store)
    patient = asyncio.create_task(store.write(remember("a"), patient=True))
    await asyncio.sleep(0)
    assert store.pressed is False
    assert await store.write(remember("b")) is False
    assert await patient is False
    assert sizes == [2]


async def test_patience_ends_when_nobody_else_comes(store: SqliteStore) -> None:
    async with asyncio.timeout(10):
        assert await store.write(remember("a"), patient=True) is False
        assert await asyncio.gather(*(store.write(remember("a"), patient=True) for _ in range(3))) == [True] * 3


async def test_who_is_patient_is_answered_when_the_store_closes(sqlite_file: Path, clock: Clock) -> None:
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    patient = asyncio.create_task(store.write(remember("a"), patient=True))
    await asyncio.sleep(0)
    await store.close()
    assert await patient is False


async def test_the_loop_goes_on_while_the_disk_is_slow(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed, flush = threading.Event(), store._flush
    monkeypatch.setattr(store, "_flush", lambda connection: (flushed.wait(10), flush(connection)))
    writing = asyncio.create_task(store.write(remember("a")))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert store.pressed
    assert not writing.done()
    flushed.set()
    assert await writing is False
    assert not store.pressed


async def test_the_loop_goes_on_between_long_jobs(store: SqliteStore) -> None:
    order: list[str] = []

    def long(work: UnitOfWork) -> None:
        time.sleep(LONG * 2)
        order.append("job")

    async def beside() -> None:
        while len(order) < 9:
            order.append("beside")
            await asyncio.sleep(0)

    await asyncio.gather(*(store.write(long) for _ in range(3)), beside())
    first, last = order.index("job"), len(order) - 1 - order[::-1].index("job")
    assert "beside" in order[first:last]


async def test_whoever_locks_the_file_from_outside_stops_writes_but_not_the_loop(
    store: SqliteStore, sqlite_file: Path
) -> None:
    other = sqlite3.connect(sqlite_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.write(remember("a")))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not writing.done()
    other.execute("ROLLBACK")
    other.close()
    async with asyncio.timeout(10):
        assert await writing is False


async def test_a_job_knows_nothing_of_who_asked_for_it(store: SqliteStore) -> None:
    with reading("de"):
        assert await store.write(lambda work: current()) != "de"


async def test_what_is_being_committed_when_its_writer_is_cancelled_is_committed_or_gone(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, flush = threading.Event(), threading.Event(), store._flush

    def slowly(connection: Any) -> None:
        begun.set()
        go.wait(10)
        flush(connection)

    monkeypatch.setattr(store, "_flush", slowly)
    writing = asyncio.create_task(store.write(remember("a")))
    await asyncio.to_thread(begun.wait, 10)
    assert store.writer is not None
    store.writer.cancel()
    writing.cancel()
    await asyncio.sleep(0)
    go.set()
    await asyncio.wait({store.writer, writing})
    monkeypatch.undo()
    assert await store.write(remember("a")) is True, "the flush that had begun went through"
