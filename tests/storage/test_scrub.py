"""After a scrub no deleted word is left: not in the file, not in its log, not in the search index.

The index stores words in order, each without the beginning it shares with the one before. So each word here begins
with a letter of its own, and its end is looked for.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Spot, UnitOfWork
from bot.privacy.model import Draft
from bot.tickets.model import Ticket
from bot.tickets.timeline import Kind
from storage import migrate as migrating
from storage.migrate import copies
from storage.opening import open_store, postgresql_url
from storage.sqlite import SqliteStore
from storage.store import SqlStore
from tests.storage.build import ANA, SAM, T0, desk_in, entry, post, source, ticket_in
from tests.storage.conftest import Clock, disposed

GONE = ["quetzalbird", "zebrafishes", "xylophonist", "jackrabbits", "vicunawools", "kookaburras", "ibexmountain"]
KEPT = ["wolverines", "ypsilonmoth", "umbrellabird"]
ZOE = UserRef("chat", "w", "Uhoneybadger")  # an id that is nowhere else


@pytest.fixture
async def store(sqlite_file: Path, clock: Clock) -> AsyncIterator[SqliteStore]:
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    assert isinstance(store, SqliteStore)
    yield store
    await store.close()


def left(store: SqliteStore, words: list[str]) -> list[str]:
    files = (store.path, store.path.with_name(f"{store.path.name}-wal"))
    data = b"".join(file.read_bytes() for file in files if file.exists()).lower()
    return [word for word in words if word[2:].lower().encode() in data]


def fill(work: UnitOfWork) -> Ticket:
    """One of Zoe's words in every place that takes words, among what others say."""
    ticket = ticket_in(work, desk_in(work).id, ZOE, subject=GONE[0])
    for n in range(40):
        ticket, _ = work.timeline.add(ticket, entry(text=f"{KEPT[n % 3]} {n}"))
    ticket, _ = work.timeline.add(ticket, entry(text=GONE[1], author=ZOE, source=source("m1")))
    ticket, _ = work.timeline.add(ticket, entry(Kind.NOTED, staff=SAM, remark=GONE[2]))
    work.outbox.post(post("message:1:agents", text=GONE[3]), about=ZOE)
    work.people.meet(ZOE, GONE[4], "")
    work.drafts.keep(Draft(0, ZOE, GONE[5], Place("chat", "w", "d", "", "m9", direct=True), T0))
    work.tickets.tag(ticket, frozenset({GONE[6]}), frozenset())
    return ticket


def delete_all_of_zoes(work: Any) -> None:
    for sql in (
        "UPDATE timeline SET text = '', author = NULL WHERE author = :zoe",
        "UPDATE timeline SET remark = '' WHERE kind = 'noted'",
        "UPDATE tickets SET subject = '', customer = 'chat//nobody' WHERE customer = :zoe",
        "DELETE FROM outbox WHERE about = :zoe",
        "DELETE FROM people WHERE who = :zoe",
        "DELETE FROM drafts WHERE author = :zoe",
        "DELETE FROM tags WHERE about = :zoe",
    ):
        work.connection.execute(text(sql), {"zoe": str(ZOE)})


async def test_no_deleted_word_is_left_in_any_file_and_every_other_is(store: SqliteStore):
    await store.write(fill)
    everything = [*GONE, *KEPT, "Uhoneybadger"]
    assert left(store, everything) == everything
    await store.write(delete_all_of_zoes)
    assert left(store, GONE) != []  # deleting alone does not do it
    assert await store.scrub() is True
    assert left(store, everything) == KEPT


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("others", [0, 1, 50])
async def test_however_the_index_was_built(store: SqliteStore, together: bool, others: int):
    """Said and deleted in one commit or in two, alone in the index or not, the newest or the oldest."""
    ticket = await store.write(lambda work: ticket_in(work, desk_in(work).id, subject=""))

    def unsay(work: Any) -> None:
        work.connection.execute(text("UPDATE timeline SET text = '' WHERE text LIKE :gone"), {"gone": "%quetzal%"})

    for n in range(others):
        await store.write(partial(say, ticket.id, f"{KEPT[0]} {n}"))
    saying = store.write(partial(say, ticket.id, f"{KEPT[1]} quetzalbird"))
    if together:
        await asyncio.gather(saying, store.write(unsay))
    else:
        await saying
        await store.write(unsay)
    await store.write(partial(say, ticket.id, KEPT[2]))
    assert await store.scrub() is True
    assert left(store, ["quetzalbird"]) == []
    assert await store.read(lambda work: len(work.timeline.search(KEPT[2], [ticket.desk], None, 9))) == 1
    assert await store.read(lambda work: len(work.timeline.search("quetzalbird", [ticket.desk], None, 9))) == 0


async def test_a_scrub_with_nothing_to_do_does_little(store: SqliteStore):
    await store.write(fill)
    assert await store.scrub() is True
    before = await store.write(lambda work: work.connection.scalar(text("SELECT total_changes()")))  # type: ignore[attr-defined]
    assert await store.scrub() is True
    after = await store.write(lambda work: work.connection.scalar(text("SELECT total_changes()")))  # type: ignore[attr-defined]
    assert after - before < 5


async def test_while_somebody_reads_old_pages_it_says_try_again(store: SqliteStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.sqlite.CHECKPOINTS", 5)
    await store.write(fill)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM timeline").fetchone()
        await store.write(delete_all_of_zoes)
        started = time.perf_counter()
        assert await store.scrub() is False
        assert time.perf_counter() - started < 2  # nobody waits for that reader
        reader.execute("COMMIT")
    assert await store.scrub() is True
    assert left(store, GONE) == []


async def test_others_write_while_the_index_is_scrubbed(store: SqliteStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.sqlite.MERGE_PAGES", 1)
    order: list[str] = []
    merge, commit = store._merge_more, store._committed

    def merge_and_note(connection: Connection) -> bool:
        order.append("m")
        return merge(connection)

    async def commit_and_note(batch: list[Any], connection: Connection) -> list[Any]:
        order.append("w")
        return await commit(batch, connection)

    monkeypatch.setattr(store, "_merge_more", merge_and_note)
    monkeypatch.setattr(store, "_committed", commit_and_note)
    ticket = await store.write(fill)
    for n in range(3):
        many = " ".join(f"{letter}{n}{word}" for word in range(1000) for letter in "abcdefgh")
        await store.write(partial(say, ticket.id, many))
    await store.write(delete_all_of_zoes)
    order.clear()
    scrubbing = asyncio.create_task(store.scrub())
    while not scrubbing.done():
        await store.write(lambda work: work.seen(f"{len(order)}"))
    assert scrubbing.result() is True
    between = "".join(order).strip("w")
    assert between.count("m") > 10
    assert "mmm" not in between  # nobody waits for more than a step or two
    assert left(store, GONE) == []


def say(ticket: int, words: str, work: UnitOfWork) -> None:
    now = work.tickets.get(ticket)
    assert now
    work.timeline.add(now, entry(text=words))


def letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:06}")


async def test_however_large_the_index_nobody_waits_for_more_than_a_step(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
):
    """SQLite drops what was merged at once, some 250 pages here. What was on them is gone all the same."""
    await store.write(fill)
    ticket = await store.write(lambda work: ticket_in(work, desk_in(work).id, subject=""))

    def say_much(work: UnitOfWork) -> None:
        many = work.tickets.get(ticket.id)
        assert many is not None
        for n in range(0, 60_000, 500):
            many, _ = work.timeline.add(many, entry(text=" ".join(map(letters, range(n, n + 500)))))

    await store.write(say_much)
    await store.write(delete_all_of_zoes)
    on_writer, sizes = store._on_writer, list[int]()

    async def measured(step: Any) -> Any:
        await on_writer(SqliteStore._checkpoint)
        found = await on_writer(step)
        sizes.append(store.path.with_name(f"{store.path.name}-wal").stat().st_size // 4096)
        return found

    monkeypatch.setattr(store, "_on_writer", measured)
    assert await store.scrub() is True
    monkeypatch.undo()
    assert max(sizes) < 200
    assert sum(sizes) > 250  # there was something to do
    assert left(store, GONE) == []
    assert await store._on_writer(secure) == (1, 0)


def secure(connection: Connection) -> tuple[int, int]:
    """Whether all that is deleted is overwritten again, and how many pages are free."""
    overwritten, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("secure_delete", "freelist_count")
    )
    return overwritten, free


async def test_copies_made_before_a_migration_go_with_the_first_scrub(sqlite_file: Path, clock: Clock):
    store = open_store(f"sqlite:///{sqlite_file}", clock)
    await store.write(fill)
    with store.engine.connect() as connection:
        migrating._copy(connection, sqlite_file)
    assert len(copies(sqlite_file)) == 1
    await store.scrub()
    assert copies(sqlite_file) == []
    await store.close()


async def test_a_delivered_and_removed_post_leaves_nothing(store: SqliteStore, clock: Clock):
    await store.write(lambda work: work.outbox.post(post("message:1:agents", text="zebrafishes"), about=ANA))
    (sent,) = await store.read(lambda work: work.outbox.due(clock(), 9, ["chat"]))
    await store.write(lambda work: work.outbox.done(sent, Spot("c", "t", "m")))
    assert await store.scrub() is True
    assert left(store, ["zebrafishes"]) == []


async def test_postgresql_vacuums_and_renews_its_statistics(empty_postgres: str, clock: Clock):
    store = open_store(empty_postgres, clock)
    assert type(store) is SqlStore
    await store.write(fill)
    await store.scrub()

    def statistics(work: UnitOfWork) -> str:
        rows = work.connection.execute(text("SELECT most_common_vals, histogram_bounds FROM pg_stats"))  # type: ignore[attr-defined]
        return " ".join(str(row) for row in rows)

    await store.write(delete_all_of_zoes)
    assert await store.scrub() is True
    assert [word for word in GONE if word in await store.write(statistics)] == []
    await store.close()


async def test_postgresql_says_try_again_while_somebody_may_see_what_was_deleted(
    empty_postgres: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("storage.scrubbing.SECONDS_TO_FINISH", 0.2)
    store = open_store(empty_postgres, clock)
    await store.write(fill)
    async with store.readers.connect() as reader:
        await reader.execute(text("SELECT count(*) FROM timeline"))
        await store.write(delete_all_of_zoes)
        assert await store.scrub() is False
    assert await store.scrub() is True
    await store.close()


async def test_a_vacuum_may_wait_and_work_longer_than_a_job(empty_postgres: str, clock: Clock):
    store = open_store(f"{empty_postgres}&options=-c%20lock_timeout%3D50%20-c%20statement_timeout%3D700", clock)
    with disposed(create_engine(postgresql_url(empty_postgres))) as engine, engine.connect() as other:
        other.execute(text("LOCK TABLE timeline IN SHARE UPDATE EXCLUSIVE MODE"))
        scrubbing = asyncio.create_task(store.scrub())
        await asyncio.sleep(0.9)
        assert not scrubbing.done()
        other.rollback()
        assert await scrubbing is True
    with store.engine.connect() as connection:
        limits = [
            connection.execute(text(f"SHOW {name}")).scalar_one() for name in ("lock_timeout", "statement_timeout")
        ]
    await store.close()
    assert limits == ["50ms", "700ms"]
