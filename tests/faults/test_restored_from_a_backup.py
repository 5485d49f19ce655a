"""A backup one hour old is put back: nothing older than it is said again before somebody chose so, and work goes on."""

import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.effects import CLERK, Remove, Work
from bot.ports import TryLater
from storage.backup import backup, restore
from storage.errors import CannotOpen, DatabaseInUse
from storage.opening import open_store
from tests.desk import ANA, BEN, SAM, Clock, Desk, FakeChat, agents_thread, private
from tests.postgres import tool


class Place:
    """A folder with a database, where one desk after the other runs; the platform and the time stay."""

    def __init__(self, folder: Path) -> None:
        self.file, self.copy = folder / "desk.db", folder / "copy.db"
        self.url = f"sqlite:///{self.file}"
        self.chat, self.clock = FakeChat(), Clock()
        self.events = 0  # ids of events that come later are others

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        store = open_store(self.url, self.clock.now)
        try:
            desk = Desk(store, self.clock)
            desk.chat = desk.chats["fake"] = self.chat
            desk.count = self.events = self.events + 1000
            yield desk
        finally:
            await store.close()

    def back_up(self) -> None:
        backup(self.url, self.copy, self.clock.now())

    def restore(self) -> int:
        return restore(self.url, self.copy, self.clock.now())[0]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def an_hour_ago(place: Place) -> None:
    """Ana's question is shown; Sam's reply waits, because the platform is away, when the backup is made. Then the reply
    arrives, and the hour goes on."""
    async with place.desk() as desk:
        await desk.set_up()
        await desk.say(ANA, "my printer is on fire")
        desk.chat.refuse = lambda effect: TryLater(60)
        await desk.say(SAM, "!r have you tried water?", agents_thread(1))
        place.back_up()
        desk.chat.refuse = lambda effect: None
        desk.later(minutes=5)
        await desk.deliver()
        assert desk.private(ANA)[1:] == ["Sam (#1): have you tried water?"]
        await desk.say(BEN, "the canteen is closed")
        desk.later(minutes=55)


async def test_what_waited_when_it_was_made_is_not_said_again(place: Place):
    await an_hour_ago(place)
    held = place.restore()
    before = list(place.chat.delivered)
    async with place.desk() as desk:
        await desk.deliver()
        desk.later(days=1)
        await desk.tick()
        assert place.chat.delivered == before
        dead = await desk.store.read(lambda work: work.outbox.dead(99))
        assert len(dead) == held > 0
        assert {reason for _, reason in dead} == {"held back: it waited when this backup was made"}


async def test_what_is_new_is_said_at_once(place: Place):
    await an_hour_ago(place)
    place.restore()
    async with place.desk() as desk:
        await desk.say(ANA, "it is blue now")
        assert desk.agents_room(1)[-1] == "Ana: it is blue now"
        await desk.say(SAM, "!r good", agents_thread(1))
        assert desk.private(ANA)[-1] == "Sam (#1): good"
        assert desk.private(ANA).count("Sam (#1): have you tried water?") == 1


async def test_what_is_tried_again_is_said_and_what_is_discarded_never_is(place: Place):
    await an_hour_ago(place)
    place.restore()
    async with place.desk() as desk:
        first, *others = [row.id for row, _ in await desk.store.read(lambda work: work.outbox.dead(99))]
        assert await desk.store.write(lambda work: work.outbox.retry(first))
        for other in others:
            assert await desk.store.write(lambda work, id=other: work.outbox.discard(id))  # type: ignore[misc]
        place.chat.tokens.clear()  # a platform forgets after a while what it was given; else it would say it once
        await desk.deliver()
        assert desk.private(ANA).count("Sam (#1): have you tried water?") == 2
        assert await desk.store.read(lambda work: work.outbox.waiting("")) == 0


async def test_it_is_so_whoever_puts_the_file_back_and_however(place: Place):
    """With a plain copy of files, as anybody may do it."""
    await an_hour_ago(place)
    for ending in ("-wal", "-shm"):
        place.file.with_name(place.file.name + ending).unlink(missing_ok=True)
    place.file.write_bytes(place.copy.read_bytes())
    before = list(place.chat.delivered)
    async with place.desk() as desk:
        await desk.deliver()
        assert place.chat.delivered == before


async def test_what_is_being_erased_goes_on(place: Place):
    """Our own work is nothing that is said, and what is taken back twice is gone all the same."""
    async with place.desk() as desk:
        await desk.set_up()
        await desk.say(ANA, "my password is hunter2")
        work_to_do = Work("erase:7", CLERK, "request:7", "erase", 7)
        taken_back = Remove("message:1048577:agents", "fake", "ticket:1:agents")
        await desk.store.write(lambda work: work.outbox.post(work_to_do, about=ANA.ref))
        await desk.store.write(lambda work: work.outbox.post(taken_back, about=ANA.ref))
        place.back_up()
    assert place.restore() == 0
    async with place.desk() as desk:
        due = await desk.store.read(lambda work: work.outbox.due(work.now, 99, ("fake", CLERK)))
        assert {row.effect for row in due} == {work_to_do, taken_back}


async def test_what_was_there_is_kept_beside_it(place: Place):
    await an_hour_ago(place)
    _, before = restore(place.url, place.copy, place.clock.now())
    assert before is not None
    assert (before.name, before.stat().st_mode & 0o777) == ("desk.db.before-restore-20260105T100000", 0o600)
    with closing(sqlite3.connect(before)) as connection:
        assert connection.execute("SELECT count(*) FROM tickets").fetchone() == (2,)
    with closing(sqlite3.connect(place.file)) as connection:
        assert connection.execute("SELECT count(*) FROM tickets").fetchone() == (1,)
    assert place.file.stat().st_mode & 0o777 == 0o600
    async with place.desk() as desk:
        await desk.store.scrub()
    assert not before.exists(), "it may hold what somebody has erased by now"


async def test_a_damaged_backup_changes_nothing(place: Place):
    await an_hour_ago(place)
    was = place.file.read_bytes()
    data = bytearray(place.copy.read_bytes())
    data[4096 * 3 : 4096 * 6] = os.urandom(4096 * 3)
    place.copy.write_bytes(bytes(data))
    with pytest.raises(CannotOpen):
        place.restore()
    assert place.file.read_bytes() == was
    assert sorted(path.name for path in place.file.parent.iterdir()) == ["copy.db", "desk.db", "desk.db.lock"]


async def test_nothing_is_put_back_under_a_desk_that_runs(place: Place):
    await an_hour_ago(place)
    async with place.desk():
        with pytest.raises(DatabaseInUse, match="stop that one first"):
            place.restore()


async def test_a_damaged_database_can_be_replaced_and_is_kept_as_it_is(place: Place):
    await an_hour_ago(place)
    place.file.write_bytes(b"not a database any more" * 1000)
    _, before = restore(place.url, place.copy, place.clock.now())
    assert before is not None
    assert before.read_bytes().startswith(b"not a database")
    async with place.desk() as desk:
        await desk.say(ANA, "it is blue now")
        assert desk.agents_room(1)[-1] == "Ana: it is blue now"


async def test_on_postgresql_holding_back_after_pg_restore_does_the_same(
    empty_postgres: str, clock: Clock, tmp_path: Path, pg_tools: Callable[..., None]
):
    """As `docs/operations.md` says it: pg_dump, pg_restore, `helpthread outbox hold`, start."""
    store = open_store(empty_postgres, clock.now)
    desk = Desk(store, clock)
    await desk.set_up()
    await desk.say(ANA, "my printer is on fire")
    desk.chat.refuse = lambda effect: TryLater(60)
    await desk.say(SAM, "!r have you tried water?", agents_thread(1))
    pg_tools("pg_dump", "--format=custom", f"--file={tmp_path}/copy", empty_postgres)
    desk.chat.refuse = lambda effect: None
    desk.later(minutes=5)
    await desk.deliver()
    before = list(desk.chat.delivered)
    await store.close()
    pg_tools("pg_restore", "--clean", "--if-exists", f"--dbname={empty_postgres}", f"{tmp_path}/copy")
    store = open_store(empty_postgres, clock.now)
    assert await store.write(lambda work: work.outbox.hold_back("held")) > 0
    again = Desk(store, clock)
    again.chat, again.count = desk.chat, 1000
    again.chats["fake"] = desk.chat
    await again.deliver()
    assert desk.chat.delivered == before
    await again.say(ANA, "it is blue now", private(ANA))
    assert again.agents_room(1)[-1] == "Ana: it is blue now"
    await store.close()


@pytest.fixture
def pg_tools(empty_postgres: str) -> Callable[..., None]:
    def run(program: str, *arguments: str) -> None:
        found = tool(empty_postgres, program)
        if found is None:
            pytest.skip(f"there is no {program} here, or it is older than the server")
        subprocess.run([found, *arguments], check=True, capture_output=True)

    return run
