"""Outages, crashes and a gateway that repeats itself: nothing is lost, nothing doubled, order is kept."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from adapters.discord import marks
from bot.errors import Busy
from bot.inbound import Event
from bot.ports import Reply
from tests.discord.shop import Shop, World, running


def said_in(shop: Shop, number: int) -> list[str]:
    """What customers said, as the agents' room of a ticket shows it."""
    texts = shop.texts(shop.agents_room(number))
    return [text.split(":** ", 1)[1] for text in texts if ":** " in text and "→" not in text]


def everything(shop: Shop) -> list[str]:
    channels = list(shop.fake.world.children(shop.fake.desk_channel))
    return [m.text.split(":** ", 1)[1] for c in channels for m in c.messages.values() if ":** " in m.text]


async def test_what_was_said_during_an_outage_is_read_from_history_in_its_order(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "first")
    await shop.settled()
    room = shop.thread(await shop.asks(fake.ben, "in a thread"))
    await shop.settled()

    fake.gateway.down()
    for number in range(5):
        await fake.dm(fake.ann, f"private {number}")
        await fake.say(fake.ben, room, f"open {number}")
    await fake.say(fake.kim, fake.help, "agents do not open tickets")
    missed = await fake.say(fake.ann, fake.help, "a new one")
    fake.gateway.forget_sessions()
    fake.gateway.back()
    await shop.until(lambda: missed.thread_id)
    await shop.settled()

    assert said_in(shop, 1) == ["first", *(f"private {n}" for n in range(5))]
    assert said_in(shop, 2) == ["in a thread", *(f"open {n}" for n in range(5))]
    assert said_in(shop, 3) == ["a new one"]


async def test_a_resume_that_replays_a_hundred_events_changes_nothing(shop: Shop) -> None:
    fake = shop.fake
    for number in range(20):
        await fake.dm(fake.ann, f"message {number}")
    await shop.settled()
    before = everything(shop)
    fake.gateway.repeat(100)
    fake.gateway.drop()
    await fake.connected()
    await fake.dm(fake.ann, "and one more")
    await shop.until(lambda: "and one more" in everything(shop))
    await shop.settled()
    assert everything(shop) == [*before, "and one more"]
    assert before == [f"message {n}" for n in range(20)]


async def test_live_messages_wait_until_what_was_missed_before_them_is_handled(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "one")
    await shop.settled()
    fake.gateway.down()
    for number in range(2, 130):
        await fake.dm(fake.ann, str(number))
    fake.faults.slow("GET /channels/{channel_id}/messages", 0.3)
    fake.gateway.forget_sessions()
    fake.gateway.back()
    await fake.connected()
    await fake.dm(fake.ann, "live")
    await shop.until(lambda: "live" in everything(shop), within=20)
    assert said_in(shop, 1) == ["one", *(str(n) for n in range(2, 130)), "live"]


async def test_after_a_restart_the_other_process_goes_on_where_the_first_one_was(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        await fake.dm(fake.ann, "before")
        await shop.settled()
        room = shop.thread(await shop.asks(fake.ben, "thread"))
        await shop.settled()
    await fake.dm(fake.ann, "while away")
    await fake.say(fake.ben, room, "also while away")
    new = await fake.say(fake.ann, fake.help, "and this")
    async with running(fake, tmp_path) as shop:
        await shop.until(lambda: new.thread_id)
        await shop.settled()
        assert said_in(shop, 1) == ["before", "while away"]
        assert said_in(shop, 2) == ["thread", "also while away"]
        assert said_in(shop, 3) == ["and this"]


async def test_somebody_who_wrote_first_while_we_were_away_is_heard_with_their_next_message(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
    await fake.dm(fake.ann, "is anybody there?")
    async with running(fake, tmp_path) as shop:
        await fake.dm(fake.ann, "hello?")
        await shop.until(lambda: "hello?" in everything(shop))
        assert everything(shop) == ["is anybody there?", "hello?"]


def killed(shop: Shop) -> None:
    """From now on nothing is written down any more about how far things are handled."""

    async def nothing(*, last: bool = False) -> None: ...

    shop.chat.marks.flush = nothing  # type: ignore[method-assign]


async def test_a_conversation_that_began_a_moment_before_we_were_killed_is_read_from_its_beginning(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        killed(shop)
        await fake.dm(fake.ann, "is anybody there?")
        await shop.until(lambda: everything(shop))
    await fake.dm(fake.ann, "hello?")
    async with running(fake, tmp_path) as shop:
        await shop.until(lambda: "hello?" in everything(shop), within=10)
        assert everything(shop) == ["is anybody there?", "hello?"]


async def test_an_answer_in_private_that_comes_while_we_are_away_is_found_though_we_wrote_first(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up(rooms="direct")
        killed(shop)
        await shop.asks(fake.ann, "it burns")
        await shop.until(lambda: any("is open" in text for text in shop.texts(fake.ann)))
        await shop.settled()
    await fake.dm(fake.ann, "still burning")
    async with running(fake, tmp_path) as shop:
        await shop.until(lambda: "still burning" in everything(shop), within=10)
        assert said_in(shop, 1) == ["it burns", "still burning"]


async def test_the_moment_until_which_everybody_was_heard_waits_for_what_is_not_handled_yet(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "HEARTBEAT", 0.0)

    async def heard_until() -> datetime | None:
        await shop.chat.marks.flush()
        return await shop.store.read(lambda work: work.read_until("discord"))

    async def busy(event: Event) -> Reply:
        raise Busy

    await shop.settled()
    before, handle = await heard_until(), shop.chat.messages.handle
    assert before is not None
    shop.chat.messages.handle = busy
    await shop.fake.dm(shop.fake.ann, "hello")
    await shop.until(lambda: shop.chat.lanes.busy)
    assert await heard_until() == before
    shop.chat.messages.handle = handle
    await shop.until(lambda: everything(shop), within=10)
    await shop.settled()
    after = await heard_until()
    assert after is not None
    assert after > before


async def test_history_that_cannot_be_read_at_first_is_read_before_anything_newer(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
    for number in range(3):
        await fake.dm(fake.ann, str(number))
    async with running(fake, tmp_path) as shop:
        fake.faults.fail("GET /channels/{channel_id}/messages", 400, times=2)
        await fake.dm(fake.ann, "3")
        await shop.until(lambda: "3" in everything(shop), within=20)
        assert everything(shop) == ["0", "1", "2", "3"]


async def test_ten_minutes_of_outage_with_five_hundred_messages_by_thirty_people(fake: World, tmp_path: Path) -> None:
    people = [fake.add_user(f"p{n}", fake.shop) for n in range(30)]
    async with running(fake, tmp_path, members=True) as shop:
        await shop.set_up()
        for who in people[:25]:
            await fake.dm(who, f"{who.name} 0")
        await shop.settled()
        fake.gateway.down()
        counts = dict.fromkeys(people, 1) | dict.fromkeys(people[25:], 0)
        for who in random.Random(7).choices(people, k=495) + people[25:]:
            await fake.dm(who, f"{who.name} {counts[who]}")
            counts[who] += 1
        fake.advance(600)
        fake.gateway.forget_sessions()
        fake.gateway.back()
        total = sum(counts.values())
        async with asyncio.timeout(50):
            while len(everything(shop)) < total:  # noqa: ASYNC110 - looking at everything often would take all the time
                await asyncio.sleep(0.25)
        await shop.settled()
        heard = everything(shop)
        assert len(heard) == total
        for who in people:
            assert [text for text in heard if text.startswith(f"{who.name} ")] == numbered(who.name, counts[who])


def numbered(name: str, many: int) -> Sequence[str]:
    return [f"{name} {number}" for number in range(many)]


async def test_an_edit_or_deletion_that_comes_before_its_message_is_not_lost(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "hello")
    await shop.settled()
    fake.gateway.hold()
    edited, deleted = await fake.dm(fake.ann, "it is blue"), await fake.dm(fake.ann, "a secret")
    await fake.edit(fake.ann, edited, "it is green")
    await fake.delete(fake.ann, deleted)
    fake.gateway.release(backwards=True)
    await shop.settled()
    assert said_in(shop, 1) == ["hello", "it is green"]
