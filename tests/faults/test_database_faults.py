"""The database is busy, read-only or full while Slack delivers: nothing is acknowledged that is not stored, health says
what is wrong, and when it is over, everything goes on without a restart."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.ops.health import Beat, Doctor, Health
from bot.process.running import Running
from storage.errors import trouble
from storage.sqlite import SqliteStore
from tests.ops.watched import until
from tests.slack.world import World, world

LONG = "x" * 9_000  # more than fits into pages that are there already
FAULTS = {
    "busy": "busy: another program holds it",
    "read-only": "it cannot be written: read-only",
    "full": "the disk is full",
}


@asynccontextmanager
async def broken(how: str, running: Running, folder: Path) -> AsyncIterator[None]:
    """As long as it lasts. A busy one would be waited for five seconds each time; here a tenth of one."""
    store = running.store
    assert isinstance(store, SqliteStore)
    if how == "busy":
        await pragma(store, "busy_timeout=100")
        with closing(sqlite3.connect(folder / "helpthread.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    pages = await store.read(lambda work: work.connection.exec_driver_sql("PRAGMA page_count").scalar_one())  # type: ignore[attr-defined]
    await pragma(store, "query_only=ON" if how == "read-only" else f"max_page_count={pages}")
    yield
    await pragma(store, "query_only=OFF" if how == "read-only" else "max_page_count=4294967294")


async def pragma(store: SqliteStore, what: str) -> None:
    def say(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA {what}").close()

    await store._on_writer(say)


@contextmanager
def looked_after(running: Running) -> Iterator[Health]:
    """By a doctor who writes something large, for a database that is full takes something small for long."""
    health, number = Health(), count()

    async def write() -> None:
        name = f"{next(number)} {LONG}"
        await running.store.write(lambda work: work.raise_read_until(name, work.now))

    doctor = asyncio.create_task(Doctor(health, Beat(), running.chats, write, trouble, str, every=0.05).run())
    try:
        yield health
    finally:
        doctor.cancel()


@pytest.mark.parametrize("how", FAULTS)
async def test_nothing_is_acknowledged_that_is_not_stored_and_it_goes_on_by_itself(tmp_path: Path, how: str):
    async with world(tmp_path, http=True) as desk:
        await desk.say(desk.anna, "hello")
        with looked_after(desk.running) as health:
            await until(lambda: not health.wrong)
            async with broken(how, desk.running, tmp_path):
                await desk.slack.say(desk.anna.id, "@bot", f"my printer is on fire {LONG}")
                await until(lambda: health.wrong.get("database") == FAULTS[how])
                assert not health.takes_in()
                await until(lambda: refused(desk))
                assert await desk.running.store.read(said) == 1
            await until(lambda: not health.wrong)
        await desk.slack.advance(400)  # Slack delivers again after a minute, and after five
        await desk.settle()
        shown = [line.text for line in desk.agents_room() if "on fire" in line.text]
        assert len(shown) == 1
        assert await desk.running.store.read(said) == 2


def said(work: Any) -> int:
    return int(work.connection.exec_driver_sql("SELECT count(*) FROM timeline WHERE kind = 'said'").scalar_one())


def refused(desk: World) -> bool:
    """Whether Slack was told that the long message was not taken in; it must not have been told anything else."""
    (delivery,) = [each for each in desk.slack.courier.sent if "on fire" in str(each.payload)]
    assert 200 not in [answer.status for answer in delivery.answers]
    return bool(delivery.answers)
