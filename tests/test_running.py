"""A desk put together: its clock, its courier, its platforms, and how it stops."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from pydantic import SecretStr

from bot.config import Settings
from bot.desks.importing import hand_out
from bot.effects import Direct, Effect
from bot.inbound import Place, Tick
from bot.message import UserRef, say
from bot.operating.serving import check_console
from bot.ports import Chat, Handle, Spot, UnitOfWork
from bot.process.clockwork import tick_every_minute
from bot.process.running import Running, desk_running, make_first_desk
from storage.errors import DatabaseInUse
from tests.desk import FakeChat

CARLA = UserRef("fake", "w", "carla")


class SlowChat(FakeChat):
    """Every delivery takes a moment, and while it does, `started` is set. It is connected until it is told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.end = asyncio.Event(), asyncio.Event()
        self.error: Exception | None = None
        self.was_ended = False

    async def run(self, handle: Handle) -> None:
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.was_ended = True
            raise
        if self.error:
            raise self.error

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        self.started.set()
        await asyncio.sleep(0.05)
        return await super().deliver(effect, at, token)


def greet(work: UnitOfWork) -> None:
    work.outbox.post(Direct("hello", "fake", "private:carla", CARLA, say("hello")), about=CARLA)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@asynccontextmanager
async def served(settings: Settings, *chats: Chat) -> AsyncIterator[tuple[Running, asyncio.Task[None], asyncio.Event]]:
    stop = asyncio.Event()
    async with desk_running(settings, [partial(lambda chat, running: chat, chat) for chat in chats]) as running:
        yield running, asyncio.create_task(running.serve(stop)), stop


async def test_what_is_posted_is_delivered_by_itself(settings: Settings):
    chat = FakeChat()
    async with desk_running(settings, [lambda running: chat]) as running:
        await running.store.write(greet)
        await running.courier.settle()
    assert [seen.text for seen in chat.rooms["@carla"]] == ["hello"]


async def test_a_delivery_on_its_way_arrives_before_the_platform_is_left(settings: Settings):
    chat = SlowChat()
    async with served(settings, chat) as (running, serving, stop):
        await running.store.write(greet)
        running.courier.posted()
        await chat.started.wait()
        stop.set()
        await serving
        assert [seen.text for seen in chat.rooms["@carla"]] == ["hello"]
        assert chat.was_ended
        assert await running.store.read(lambda work: work.outbox.waiting("")) == 0


async def test_a_desk_serves_until_its_last_platform_is_done(settings: Settings):
    one, two = SlowChat(), SlowChat()
    two.platform = "other"
    async with served(settings, one, two) as (_, serving, _):
        one.end.set()
        await asyncio.sleep(0.02)
        assert not serving.done()
        two.end.set()
        await serving


async def test_a_platform_that_breaks_ends_the_desk_with_its_error(settings: Settings):
    one, two = SlowChat(), SlowChat()
    two.platform, one.error = "other", RuntimeError("the token is refused")
    async with served(settings, one, two) as (_, serving, _):
        one.end.set()
        with pytest.raises(RuntimeError, match="the token is refused"):
            await serving
        assert two.was_ended


async def test_a_desk_lets_go_of_its_database_when_it_ends(settings: Settings):
    async with desk_running(settings):
        with pytest.raises(DatabaseInUse):
            async with desk_running(settings):
                raise AssertionError("two desks on one database")
    async with desk_running(settings) as running:
        assert await running.store.read(hand_out) == []
    with sqlite3.connect(settings.data_dir / "helpthread.db") as database:
        assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    database.close()


async def test_what_people_wrote_is_nobody_elses_to_read(tmp_path: Path):
    """Wherever the database is, and whatever the process's mask lets through."""
    before = os.umask(0o000)
    try:
        database = SecretStr(f"sqlite:///{tmp_path}/elsewhere/desk.db")
        async with desk_running(Settings(data_dir=tmp_path / "data", database_url=database)):
            pass
    finally:
        os.umask(before)
    open_to_others = [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]  # noqa: ASYNC240
    assert open_to_others == []
    assert len(list(tmp_path.rglob("*"))) > 4  # noqa: ASYNC240


async def test_it_ends_in_order_when_a_platform_cannot_even_be_made(settings: Settings):
    def broken(running: Running) -> Chat:
        raise ValueError("no such platform")

    with pytest.raises(ValueError, match="no such platform"):
        async with desk_running(settings, [broken]):
            pass
    async with desk_running(settings):
        pass


async def test_the_first_desk_is_made_once(settings: Settings):
    async with desk_running(settings) as running:
        assert await running.store.write(make_first_desk)
        assert not await running.store.write(make_first_desk)
        (sheet,) = await running.store.read(hand_out)
    assert sheet.name == "support"
    assert sheet.intake == (Place("console", "local", "help"),)
    assert sheet.agents_channel == Place("console", "local", "agents")
    assert sheet.agents == ("console:local/@agents",)
    assert sheet.leads == ("console:local/@leads",)


async def test_a_desk_that_the_console_cannot_reach_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]):
    async with desk_running(settings) as running:
        await check_console(running)
        assert "no desk takes in from the console" in capsys.readouterr().err
        await running.store.write(make_first_desk)
        await check_console(running)
        assert capsys.readouterr().err == ""


async def test_time_passes_in_ticks_that_every_process_calls_the_same(settings: Settings):
    """Two processes over two minutes: each minute is handled once."""
    time, began = datetime(2026, 1, 1, 0, 0, 59, 800_000, tzinfo=UTC), 0.0

    def now() -> datetime:
        return time + timedelta(seconds=monotonic() - began)

    ticks: list[Tick] = []
    async with desk_running(settings) as running:
        began = monotonic()
        running.router.ticks = [lambda tick, work: ticks.append(tick)]
        clocks = [asyncio.create_task(tick_every_minute(running.app, now)) for _ in range(2)]
        await asyncio.sleep(0.5)
        for clock in clocks:
            clock.cancel()
    assert [tick.id for tick in ticks] == ["tick:2026-01-01T00:00", "tick:2026-01-01T00:01"]


async def test_a_tick_that_fails_is_not_the_last(settings: Settings, caplog: pytest.LogCaptureFixture):
    minutes = iter(datetime(2026, 1, 1, 0, minute, 59, 950_000, tzinfo=UTC) for minute in range(60))
    latest = [next(minutes)]

    def now() -> datetime:
        latest.append(next(minutes, latest[-1]))
        return latest[-1]

    def fails(tick: Tick, work: UnitOfWork) -> None:
        raise RuntimeError("a timer is broken")

    async with desk_running(settings) as running:
        running.router.ticks = [fails]
        clock = asyncio.create_task(tick_every_minute(running.app, now))
        await asyncio.sleep(0.5)
        assert not clock.done()
        clock.cancel()
    assert sum(record.message == "a tick failed" for record in caplog.records) >= 2
