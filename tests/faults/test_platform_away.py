"""A platform is away for a while at twenty messages a second: all of it is stored and acknowledged, in little memory,
and goes out in order when the platform is back. `AWAY_MINUTES=30` is the whole of it and takes some minutes."""

import gc
import os
import tracemalloc
from pathlib import Path

import pytest

from bot.inbound import MessagePosted
from bot.ports import TryLater
from storage.opening import open_store
from tests.desk import Clock, Desk, person, private
from tests.desk import _on as on

MINUTES = float(os.environ.get("AWAY_MINUTES", "1"))
A_SECOND = 20
CUSTOMERS = [person(f"p{number}") for number in range(20)]
MOST_GROWTH = 20_000_000  # bytes


@pytest.mark.timeout(3600)
async def test_all_is_stored_and_goes_out_in_order_and_memory_does_not_grow(tmp_path: Path):
    clock = Clock()
    store = open_store(f"sqlite:///{tmp_path}/desk.db", clock.now)
    desk = Desk(store, clock)
    await desk.set_up()
    for who in CUSTOMERS:
        await desk.say(who, f"{who.name} needs help")
    desk.chat.refuse = lambda effect: TryLater(60)
    many = int(MINUTES * 60 * A_SECOND)
    tracemalloc.start()
    before = 0
    for number in range(many):
        if number == min(600, many // 2):  # caches are full by then
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
        who = CUSTOMERS[number % len(CUSTOMERS)]
        event = MessagePosted(f"e{number}", who, on(private(who), f"m{number}"), f"message {number}")
        assert await desk.app.handle(event) is None
        if number % A_SECOND == 0:
            desk.later(seconds=1)
            await desk.courier.drain()
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert growth < MOST_GROWTH, f"{growth} bytes"
    assert await store.read(lambda work: work.outbox.waiting("")) >= many
    desk.chat.refuse = lambda effect: None
    desk.later(minutes=5)
    await desk.deliver()
    for place, who in enumerate(CUSTOMERS):
        shown = [text.removeprefix(f"{who.name}: message ") for text in desk.agents_room(place + 1)[1:]]
        assert shown == [str(number) for number in range(place, many, len(CUSTOMERS))]
    assert await store.read(lambda work: work.outbox.waiting("")) == 0
    print(f"{many} messages, {growth / 1e6:.1f} MB more")
    await store.close()
