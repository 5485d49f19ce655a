"""Events told twice, answers too late, rights taken away, connections cut: nothing is lost and nothing done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.inbound import Event
from bot.ports import Pending, Reply
from tests.discord.shop import Shop
from tests.fakes.discord import Perm
from tests.fakes.discord.invocation import FIRST_ANSWER, TOKEN_LIFE


@asynccontextmanager
async def held(shop: Shop) -> AsyncIterator[asyncio.Event]:
    """What people press and type is handled when the event that is given is set, or at the end."""
    handle, go_on = shop.app.handle, asyncio.Event()

    async def later(event: Event) -> Reply:
        await go_on.wait()
        return await handle(event)

    shop.chat.messages.handle = later
    try:
        yield go_on
    finally:
        go_on.set()
        shop.chat.messages.handle = handle


async def test_every_event_told_twice_happens_once(shop: Shop) -> None:
    fake = shop.fake
    said = await fake.dm(fake.ann, "it is blue")
    fake.gateway.repeat()
    await shop.settled()
    await fake.edit(fake.ann, said, "it is green")
    fake.gateway.repeat()
    gone = await fake.dm(fake.ann, "a secret")
    fake.gateway.repeat()
    await fake.delete(fake.ann, gone)
    fake.gateway.repeat()
    await shop.settled()
    assert shop.texts(shop.agents_room()) == ["**Ann:** it is green (edited)"]

    pressed = await fake.press(fake.sam, shop.card(), "Claim")
    fake.gateway.repeat()
    await pressed.finished()
    typed = await fake.command(fake.ann, fake.world.dm(fake.ann), "ticket open", {"text": "another one"})
    fake.gateway.repeat()
    await typed.finished()
    await shop.settled()
    assert "claimed by Sam" in shop.card().text
    assert len(pressed.messages) == len(typed.messages) == 1
    assert await shop.store.read(lambda work: work.tickets.numbered(1, 3)) is None


async def test_an_answer_that_comes_too_late_to_be_the_first_one_is_given_in_private(shop: Shop) -> None:
    fake = shop.fake
    async with held(shop) as go_on:
        fake.faults.fail("POST /interactions/*/callback", 503)  # so "thinking…" is tried again, and is late
        sent = await fake.command(fake.ann, fake.help, "ticket open", {"text": "it burns"})
        await shop.until(lambda: any("callback" in entry.path for entry in fake.log))
        fake.advance(FIRST_ANSWER + 1)
        go_on.set()
    await shop.until(lambda: any("#1" in text for text in shop.texts(fake.ann)), within=15)
    await shop.settled()
    assert fake.failed(sent)
    assert (await shop.ticket()).number == 1


async def test_an_answer_after_the_tokens_life_is_given_in_private(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann, "it burns")
    async with held(shop) as go_on:
        sent = await (await fake.press(fake.sam, shop.card(), "Claim")).answered()
        fake.advance(TOKEN_LIFE + 1)
        go_on.set()
    await shop.until(lambda: any("is yours" in text for text in shop.texts(fake.sam)), within=10)
    await shop.settled()
    assert sent.messages == []
    assert "claimed by Sam" in shop.card().text


async def test_what_cannot_be_shown_to_agents_is_kept_and_shown_when_the_right_is_back(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "hello")
    await shop.settled()
    room = shop.agents_room()
    fake.allow(fake.desk_channel, fake.bot, deny=Perm.VIEW_CHANNEL)
    await fake.dm(fake.ann, "can you hear me?")
    await shop.settled()
    assert shop.texts(room) == ["**Ann:** hello"]
    (lost,) = await dead(shop)
    assert lost.effect.room == "ticket:1:agents"

    fake.allow(fake.desk_channel, fake.bot, allow=Perm.VIEW_CHANNEL)
    assert await shop.store.write(lambda work: work.outbox.retry(lost.id))
    await shop.settled()
    assert shop.texts(room) == ["**Ann:** hello", "**Ann:** can you hear me?"]


async def test_a_reply_the_bot_may_not_write_names_the_permission_and_can_be_tried_again(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "hello"))
    fake.allow(fake.help, fake.bot, deny=Perm.SEND_MESSAGES_IN_THREADS)
    reply = await fake.say(fake.sam, shop.agents_room(), "!r here I am")
    await shop.settled()
    assert list(reply.reactions) == ["❌"]
    told = next(m for m in fake.messages(shop.agents_room()) if "Send Messages in Threads" in m.text and m.components)
    assert not any("here I am" in text for text in shop.texts(room))

    fake.allow(fake.help, fake.bot, allow=Perm.SEND_MESSAGES_IN_THREADS)
    await shop.does(fake.press(fake.sam, told, "Try again"))
    assert [text for text in shop.texts(room) if "here I am" in text] == ["**Sam:** here I am"]
    assert list(reply.reactions) == ["✅"]


async def test_a_mark_that_may_not_be_set_stops_nothing(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "hello"))
    fake.allow(fake.desk_channel, fake.bot, allow=Perm.VIEW_CHANNEL, deny=Perm.ADD_REACTIONS)
    for text in ("!r one", "!r two"):
        await fake.say(fake.sam, shop.agents_room(), text)
    await shop.settled()
    assert [text for text in shop.texts(room) if text.startswith("**Sam:**")] == ["**Sam:** one", "**Sam:** two"]


@pytest.mark.parametrize("how", ["502", "cut"])
@pytest.mark.parametrize("route", ["POST */messages", "PATCH */messages/*", "DELETE */messages/*", "PUT *reactions*"])
async def test_what_discord_did_though_the_answer_was_lost_is_not_done_twice(shop: Shop, route: str, how: str) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "hello"))
    if how == "cut":
        fake.faults.drop(route, after=True)
    else:
        fake.faults.fail(route, 502, after=True)
    reply = await fake.say(fake.sam, shop.agents_room(), "!r one")
    said = await fake.say(fake.ann, room, "two")
    await shop.until(lambda: "**Ann:** two" in shop.texts(shop.agents_room()), within=15)
    await fake.edit(fake.ann, said, "three")
    await shop.until(lambda: "**Ann:** three (edited)" in shop.texts(shop.agents_room()), within=15)
    await fake.delete(fake.ann, said)
    await shop.until(lambda: not any("three" in text for text in shop.texts(shop.agents_room())), within=15)
    await shop.until(lambda: list(reply.reactions) == ["✅"], within=15)
    await shop.until(lambda: not fake.faults.planned, within=15)
    await shop.settled()
    assert shop.texts(shop.agents_room()) == ["**Ann:** hello", "!r one"]
    assert [text for text in shop.texts(room) if text.startswith("**Sam:**")] == ["**Sam:** one"]
    assert await dead(shop) == []


async def dead(shop: Shop) -> list[Pending]:
    return [pending for pending, _ in await shop.store.read(lambda work: work.outbox.dead(10))]
