"""When many write at once: what they say is stored first, and the posts come a little later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot import courier
from bot.ports import Job, T
from tests.desk import ANA, Desk


class Rush:
    """A store for which as many wait as we say. `jobs` counts what is asked of it."""

    def __init__(self, desk: Desk) -> None:
        self.store = desk.store
        self.read = desk.store.read
        self.waiting = 10 * courier.MANY
        self.jobs = 0
        self.pressed = True

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        self.jobs += 1
        return await self.store.write(job)

    async def scrub(self) -> bool:
        return True


@asynccontextmanager
async def rush(desk: Desk) -> AsyncIterator[Rush]:
    """A ticket was just opened, and the courier is at work."""
    await desk.app.handle(desk.form(ANA, "ticket.open", subject="Fire", text="my printer is on fire"))
    store = desk.courier.store = Rush(desk)
    running = asyncio.create_task(desk.courier.run())
    yield store
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_posts_give_way_while_many_wait_to_be_heard(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "GIVEN_WAY", 10_000)
    async with rush(desk) as store, asyncio.timeout(20):
        settled = asyncio.create_task(desk.courier.settle())
        await asyncio.sleep(0.05)
        assert (store.jobs, settled.done(), desk.chat.delivered) == (0, False, [])
        store.waiting = courier.MANY - 1
        await settled
        assert desk.agents_room(1) == ["Ana: my printer is on fire"]


async def test_posts_that_gave_way_long_enough_go_out_however_long_the_rush_lasts(desk: Desk) -> None:
    async with rush(desk), asyncio.timeout(20):
        await desk.courier.settle()
        assert desk.agents_room(1) == ["Ana: my printer is on fire"]
