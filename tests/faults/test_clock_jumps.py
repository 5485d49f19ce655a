"""The clock is set an hour on or back, or to summer time: nothing is said twice, done early, or left waiting."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.ports import TryLater
from bot.process.clockwork import tick_every_minute
from bot.process.running import desk_running
from tests.desk import ANA, SAM, Clock, Desk, agents_thread
from tests.ops.watched import until

HOUR = timedelta(hours=1)


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is set to a zone where the hour changes."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def two_tickets(desk: Desk) -> None:
    await desk.submit(ANA, "ticket.open", subject="Printer", text="on fire")
    desk.later(minutes=1)
    await desk.submit(ANA, "ticket.open", subject="Mouse", text="escaped")


async def test_an_hour_on_nothing_is_said_twice(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(SAM, "!r coming", agents_thread(1))
    desk.clock.time += HOUR
    await desk.tick()
    assert desk.agents_room(1) == ["Ana: help"]
    assert desk.private(ANA)[1:] == ["Sam (#1): coming"]


async def test_an_hour_back_what_waits_need_not_wait_for_an_hour(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.fail = [TryLater(30)]
    await desk.say(ANA, "hello?")
    desk.clock.time -= HOUR
    await desk.deliver()
    assert desk.agents_room(1) == ["Ana: help"], "this is what would go on for an hour"
    await desk.store.write(lambda work: work.clock_went_back())
    await desk.deliver()
    await desk.say(ANA, "anyone?")
    assert desk.agents_room(1) == ["Ana: help", "Ana: hello?", "Ana: anyone?"]


async def test_what_is_due_in_ten_minutes_is_not_done_because_the_clock_goes_back(desk: Desk) -> None:
    await two_tickets(desk)
    await desk.say(ANA, "any news?")  # waits ten minutes for her to choose a ticket
    desk.clock.time -= HOUR
    await desk.tick()
    desk.later(minutes=9)
    await desk.tick()
    assert desk.agents_room(2) == ["Ana: escaped"]
    desk.clock.time += HOUR + timedelta(minutes=2)
    await desk.tick()
    await desk.tick()
    assert desk.agents_room(2) == ["Ana: escaped", "Ana: any news?"]


@pytest.mark.parametrize(
    "before",
    [datetime(2026, 3, 29, 0, 55, tzinfo=UTC), datetime(2026, 10, 25, 0, 55, tzinfo=UTC)],
    ids=["to summer", "to winter"],
)
async def test_a_change_of_the_hour_changes_nothing(desk: Desk, before: datetime, in_berlin: None) -> None:
    assert time.localtime(before.timestamp()).tm_isdst != time.localtime((before + HOUR).timestamp()).tm_isdst
    began = desk.clock.time = before
    await two_tickets(desk)
    await desk.say(ANA, "any news?")
    for minutes in range(2, 11):
        desk.clock.time = began + timedelta(minutes=minutes)
        await desk.tick()
    assert desk.agents_room(2) == ["Ana: escaped"]
    desk.clock.time = began + timedelta(minutes=12)
    await desk.tick()
    assert desk.agents_room(2) == ["Ana: escaped", "Ana: any news?"]


async def test_when_the_clock_is_set_back_time_goes_on_passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, ticks = Clock(), list[str]()
    soon = asyncio.sleep
    monkeypatch.setattr("bot.process.clockwork.asyncio.sleep", lambda seconds: soon(0.01))
    async with desk_running(Settings(data_dir=tmp_path), now=clock.now) as running:
        running.router.ticks = [lambda tick, work: ticks.append(tick.id)]
        ticking = asyncio.create_task(tick_every_minute(running.app, clock.now))
        for step in (timedelta(), timedelta(minutes=1), -HOUR, timedelta(minutes=59), timedelta(minutes=1)):
            clock.time += step
            wanted = f"tick:{clock.time:%Y-%m-%dT%H:%M}"
            many = ticks.count(wanted)
            await until(lambda wanted=wanted, many=many: ticks.count(wanted) > many)  # type: ignore[misc]
        ticking.cancel()
    told = [id[-5:] for id in ticks]
    assert told == ["09:00", "09:01", "08:01", "09:00", "09:01"]
