"""What the store promises, seen from a second connection: it sees what is committed and nothing else."""

import asyncio
import gc
import shutil
import sqlite3
import threading
import warnings
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.errors import Busy
from bot.inbound import recorded
from bot.ports import Job, UnitOfWork
from bot.tickets.model import Ticket
from storage import sqlite as sqlite_module
from storage import store as store_module
from storage.opening import open_store
from storage.rows import SeenRow
from storage.sqlite import SqliteStore
from storage.store import SqlStore
from tests.storage.build import ANA, T0, desk_in, post, ticket_in
from tests.storage.conftest import Clock, disposed


@pytest.fixture
async def sqlite_store(sqlite_file: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    assert isinstance(store, SqliteStore)
    yield store
    await store.close()


ALL_OF_IT = text(
    "SELECT count(*) FROM tickets, seen_events, outbox WHERE tickets.id = :id AND event_id = :event AND key = :key"
)
COUNT = text("UPDATE desks SET next_number = next_number + 1 WHERE id = :desk")


def outside(store: SqlStore, sql: str = "SELECT event_id FROM seen_events") -> set[Any]:
    """What another process sees now."""
    with disposed(create_engine(store.engine.url)) as engine, engine.connect() as connection:
        return set(connection.scalars(text(sql)))


def kept(*ids: str) -> set[str]:
    return set(map(recorded, ids))


def remember(id: str) -> Job[bool]:
    return lambda work: work.seen(id)


def fail(work: UnitOfWork) -> None:
    work.seen("bad")
    raise LookupError("a bug")


def stop_iteration(work: UnitOfWork) -> None:
    work.seen("bad")
    next(iter(()))


def break_the_commit(work: Any) -> None:
    work.connection.exec_driver_sql("CREATE TABLE child (desk REFERENCES desks DEFERRABLE INITIALLY DEFERRED)")
    work.connection.exec_driver_sql("INSERT INTO child VALUES (99)")


def lose_the_transaction(work: Any) -> None:
    work.connection.exec_driver_sql("ROLLBACK")  # as SQLite may when a disk fails


async def write_together(store: SqlStore, *jobs: Job[Any]) -> list[Any]:
    return await asyncio.gather(*map(store.write, jobs), return_exceptions=True)


async def test_an_event_is_handled_once(store: SqlStore):
    first, again, other = [await store.write(remember(id)) for id in ("a", "a", "b")]
    assert (first, again, other) == (False, True, False)


async def test_of_many_who_get_the_same_event_at_once_one_handles_it(store: SqlStore):
    assert sorted(await asyncio.gather(*(store.write(remember("a")) for _ in range(30)))) == [False] + [True] * 29


async def test_old_events_are_forgotten_some_at_a_time(store: SqlStore, clock: Clock):
    for n in range(5):
        await store.write(remember(f"old {n}"))
    week_later = clock.later(days=7)
    await store.write(remember("new"))
    counts = [await store.write(lambda work: work.forget_seen(week_later, 2)) for _ in range(4)]
    assert counts == [2, 2, 1, 0]
    assert outside(store) == kept("new")


@pytest.mark.parametrize("culprit", [fail, stop_iteration])
async def test_a_failing_job_undoes_itself_and_no_other(store: SqlStore, culprit: Job[None]):
    before, error, after = await write_together(store, remember("a"), culprit, remember("b"))
    assert (before, after) == (False, False)
    assert isinstance(error, LookupError if culprit is fail else RuntimeError)
    assert outside(store) == kept("a", "b")


async def test_a_job_whose_statement_fails_undoes_itself_and_no_other(store: SqlStore):
    def twice(work: UnitOfWork) -> None:
        work.seen("bad")
        work.connection.execute(insert(SeenRow), {"event_id": recorded("bad"), "at": T0})  # type: ignore[attr-defined]

    before, error, after = await write_together(store, remember("a"), twice, remember("b"))
    assert (before, after, type(error)) == (False, False, IntegrityError)
    assert "hide_parameters=True" in str(error)
    assert outside(store) == kept("a", "b")


async def test_a_caller_who_goes_away_does_not_hurt_its_neighbours(store: SqlStore):
    gone, patient = (asyncio.create_task(store.write(remember(id))) for id in "ab")
    await asyncio.sleep(0)
    gone.cancel()
    assert await asyncio.wait_for(patient, 5) is False
    await store.write(remember("c"))
    assert kept("b", "c") <= outside(store)


@pytest.mark.parametrize("culprit", [break_the_commit, lose_the_transaction])
async def test_a_failing_commit_fails_the_whole_batch_and_the_next_works(sqlite_store: SqliteStore, culprit: Job[None]):
    errors = await write_together(sqlite_store, remember("a"), culprit, remember("b"))
    assert [isinstance(error, SQLAlchemyError | sqlite3.Error) for error in errors] == [True, True, True]
    assert outside(sqlite_store) == set()
    assert await sqlite_store.write(remember("a")) is False


async def test_of_500_events_at_once_each_is_answered_after_its_commit(store: SqlStore):
    desk = (await store.write(desk_in)).id
    with disposed(create_engine(store.engine.url)) as engine, engine.connect() as witness:
        witness = witness.execution_options(isolation_level="AUTOCOMMIT")

        async def open_one(n: int) -> Ticket:
            def job(work: UnitOfWork) -> Ticket:
                assert not work.seen(f"e{n}")
                opened = ticket_in(work, desk)
                work.outbox.post(post(opened.agents_room, opened.agents_room), about=ANA)
                return opened

            opened = await store.write(job)
            values = {"id": opened.id, "event": recorded(f"e{n}"), "key": opened.agents_room}
            assert witness.execute(ALL_OF_IT, values).scalar_one() == 1
            return opened

        opened = await asyncio.gather(*map(open_one, range(500)))
    assert sorted(one.number for one in opened) == list(range(1, 501))


async def test_jobs_that_wait_together_share_a_commit(sqlite_store: SqliteStore):
    batches: list[int] = []
    committed = sqlite_store._committed

    async def counted(batch: list[Any], connection: Any) -> list[Any]:
        batches.append(len(batch))
        return await committed(batch, connection)

    sqlite_store._committed = counted  # type: ignore[method-assign]
    await asyncio.gather(*(sqlite_store.write(remember(f"e{n}")) for n in range(200)))
    assert sum(batches) == 200
    assert max(batches) == sqlite_module.MAX_BATCH
    assert len(batches) < 10


async def test_too_much_waiting_is_refused_and_what_waits_is_kept(store: SqlStore, monkeypatch: pytest.MonkeyPatch):
    for module in (sqlite_module, store_module):
        monkeypatch.setattr(module, "MOST_WAITING", 10)
    go = threading.Event()
    if isinstance(store, SqliteStore):  # a job would hold up this test as well; a slow disk does not
        flush = store._flush
        monkeypatch.setattr(store, "_flush", lambda connection: (go.wait(10), flush(connection)))
    blocked = asyncio.create_task(store.write(lambda work: isinstance(store, SqliteStore) or go.wait(10)))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(store.write(remember(f"e{n}"))) for n in range(20)]
    await asyncio.sleep(0.05)
    go.set()
    await blocked
    results = await asyncio.gather(*waiting, return_exceptions=True)
    refused = [isinstance(result, Busy) for result in results]
    assert 9 <= refused.index(True) <= 10
    assert outside(store) == kept(*(f"e{n}" for n, was_refused in enumerate(refused) if not was_refused))
    assert await store.write(remember("later")) is False


async def test_reading_changes_nothing(store: SqlStore):
    with pytest.raises((DBAPIError, sqlite3.OperationalError, psycopg.errors.ReadOnlySqlTransaction)):
        await store.read(remember("a"))
    assert outside(store) == set()
    assert await store.read(lambda work: work.desks.all()) == []


async def test_who_reads_while_the_store_is_closed_is_answered_and_no_connection_stays_open(
    migrated_file: Path, tmp_path: Path, clock: Clock
):
    """It was forgotten, open, and the next test was told of it."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for moment in range(20):
            store = open_store(f"sqlite:///{shutil.copy(migrated_file, tmp_path / f'{moment}.db')}", clock)
            reading = asyncio.create_task(store.read(lambda work: work.desks.all()))
            await asyncio.sleep(moment / 5000)
            await store.close()
            assert await reading == []
        gc.collect()
    assert [str(warning.message) for warning in told] == []


async def test_a_read_sees_one_moment(store: SqlStore):
    loop = asyncio.get_running_loop()
    writing: list[Future[Any]] = []

    def job(work: UnitOfWork) -> tuple[int, int, bool]:
        before = len(work.desks.all())
        writing.append(asyncio.run_coroutine_threadsafe(store.write(desk_in), loop))
        for _ in range(1000):  # each statement lets the loop run
            after = len(work.desks.all())
            if writing[0].done():
                break
        return before, after, writing[0].done()

    assert await store.read(job) == (0, 0, True)
    assert len(await store.read(lambda work: work.desks.all())) == 1


async def test_a_long_read_delays_no_writer(store: SqlStore):
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def job(work: UnitOfWork) -> int:
        rounds = 0
        while not done.is_set() and rounds < 2000:
            work.desks.all()
            rounds += 1
        return rounds

    reading = asyncio.create_task(store.read(job))
    await asyncio.sleep(0.02)
    start = loop.time()
    await store.write(remember("a"))
    took = loop.time() - start
    done.set()
    assert await reading < 2000
    assert took < 1


async def test_everything_in_a_job_happens_at_the_same_time(store: SqlStore, clock: Clock):
    assert await store.write(lambda work: work.now) == T0
    clock.later(seconds=1)
    assert await store.read(lambda work: work.now) == T0 + timedelta(seconds=1)


async def test_postgresql_runs_a_job_again_when_two_stand_in_each_others_way(empty_postgres: str, clock: Clock):
    store = open_store(empty_postgres, clock)
    one, two = await store.write(lambda work: [desk_in(work, name).id for name in ("a", "b")])
    both = threading.Barrier(2)
    runs = []

    def count(work: UnitOfWork, first: int, second: int) -> None:
        runs.append(first)
        connection = work.connection  # type: ignore[attr-defined]
        connection.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        connection.execute(COUNT, {"desk": first})
        if len(runs) <= 2:
            both.wait(5)  # now each has what the other wants next
        connection.execute(COUNT, {"desk": second})

    await asyncio.gather(
        store.write(lambda work: count(work, one, two)), store.write(lambda work: count(work, two, one))
    )
    assert len(runs) == 3
    assert outside(store, "SELECT next_number FROM desks") == {3}
    await store.close()


async def test_writing_after_closing_is_an_error_and_not_a_silence(sqlite_file: Path, clock: Clock):
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    await store.close()
    with pytest.raises(RuntimeError):
        await asyncio.wait_for(store.write(remember("a")), 5)


async def test_what_waits_is_written_before_the_store_closes(sqlite_file: Path, clock: Clock):
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    waiting = [asyncio.create_task(store.write(remember(f"e{n}"))) for n in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [False] * 100
    with closing(sqlite3.connect(sqlite_file)) as connection:
        assert connection.execute("SELECT count(*) FROM seen_events").fetchone() == (100,)
