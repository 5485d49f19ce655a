"""SIGTERM with two hundred messages on their way: done, or handed over to the next start, within ten seconds."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.config import Settings
from bot.effects import Direct, Effect
from bot.message import UserRef, say
from bot.ports import Handle, Spot, UnitOfWork
from bot.process.running import desk_running
from tests.desk import FakeChat

MANY = 200


class Crowd(FakeChat):
    """Takes `seconds` for each delivery, and remembers how many are on their way."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.under_way = self.most = 0
        self.busy = asyncio.Event()

    async def run(self, handle: Handle) -> None:
        await asyncio.Event().wait()

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        self.under_way += 1
        self.busy.set()
        try:
            await asyncio.sleep(self.seconds)
            return await super().deliver(effect, at, token)
        finally:
            self.under_way -= 1


def post_all(work: UnitOfWork) -> None:
    for number in range(MANY):
        who = UserRef("fake", "w", f"p{number}")
        work.outbox.post(Direct(f"hello:{number}", "fake", f"private:{who}", who, say(f"hello {number}")), about=who)


@pytest.mark.parametrize("seconds", [0.05, 60.0], ids=["quick", "hanging"])
async def test_nothing_is_lost_or_said_twice(tmp_path: Path, seconds: float, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.process.running.LAST_DELIVERIES", 1.0)
    chat, settings = Crowd(seconds), Settings(data_dir=tmp_path)
    async with desk_running(settings, [partial(lambda chat, running: chat, chat)]) as running:
        stop = asyncio.Event()
        serving = asyncio.create_task(running.serve(stop))
        await running.store.write(post_all)
        running.courier.posted()
        await chat.busy.wait()
        began = asyncio.get_running_loop().time()
        stop.set()
        await serving
        took = asyncio.get_running_loop().time() - began
        waiting = await running.store.read(lambda work: work.outbox.waiting(""))
        assert waiting == MANY - len(chat.delivered), "what was done is done, and the rest is kept"
        assert chat.under_way == 0
    assert took < 10
    chat.seconds = 0.0
    async with desk_running(settings, [partial(lambda chat, running: chat, chat)]) as running:
        await running.courier.settle()
    assert len(chat.delivered) == MANY
    assert all([seen.text for seen in chat.rooms[f"@p{n}"]] == [f"hello {n}"] for n in range(MANY))
