"""What Discord refuses, loses, forgets and takes away, and what people are told about it."""

import asyncio

import discord
import pytest

from bot.effects import OpenRoom
from bot.inbound import Place
from bot.ports import Refused, TryLater
from tests.discord.shop import Shop
from tests.fakes.discord import Channel, Perm


async def test_closed_private_messages_are_shown_to_the_agent_and_sent_when_open_again(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "hello")
    await shop.settled()
    fake.close_dms(fake.ann)
    reply = await fake.say(fake.sam, shop.agents_room(), "!r hello!")
    await shop.settled()
    assert list(reply.reactions) == ["❌"]
    told = next(m for m in fake.messages(shop.agents_room()) if "could not be delivered" in m.text and m.components)
    assert "their private messages are closed to the bot" in told.text

    fake.open_dms(fake.ann)
    await shop.does(fake.press(fake.sam, told, "Try again"))
    assert list(reply.reactions) == ["✅"]
    assert any("hello!" in text for text in shop.texts(fake.ann))


async def test_a_missing_permission_is_told_by_its_name(shop: Shop) -> None:
    fake = shop.fake
    room = OpenRoom("r", "discord", Place("discord", str(fake.shop.id), str(fake.help.id)), "#9", (), private=True)
    fake.allow(fake.help, fake.bot, allow=Perm.VIEW_CHANNEL, deny=Perm.CREATE_PRIVATE_THREADS)
    await shop.until(lambda: not _may(shop).create_private_threads)
    with pytest.raises(Refused, match="Create Private Threads"):
        await shop.chat.deliver(room, None, "outbox-9")


def archived(room: Channel) -> bool:
    return room.thread is not None and room.thread.archived


def _may(shop: Shop) -> discord.Permissions:
    channel = shop.chat.client.get_channel(shop.fake.help.id)
    assert isinstance(channel, discord.TextChannel)
    return channel.permissions_for(channel.guild.me)


@pytest.mark.parametrize("route", ["POST */messages", "POST */threads"])
async def test_an_answer_that_is_lost_makes_nothing_twice(shop: Shop, route: str) -> None:
    fake = shop.fake
    fake.faults.fail(route, 502, after=True)
    said = await shop.asks(fake.ann, "once, please")
    await shop.until(lambda: len(shop.texts(shop.agents_room())) == 1, within=10)
    assert shop.texts(shop.agents_room()) == ["**Ann:** once, please"]
    assert len([t for t in shop.texts(shop.thread(said)) if "is open" in t]) == 1
    assert len(fake.world.threads(fake.shop)) == 2


async def test_a_private_room_made_twice_by_a_lost_answer_is_one_in_the_end(shop: Shop) -> None:
    fake = shop.fake
    await shop.set_up(rooms="private")
    fake.faults.fail("POST /channels/{channel_id}/threads", 502, after=True)
    await shop.asks(fake.ann, "for you alone")
    await shop.until(lambda: len([t for t in fake.world.children(fake.help) if fake.can_see(fake.ann, t)]) == 1, 10)
    await shop.settled()
    (room,) = await shop.until(
        lambda: fake.world.children(fake.help) if len(fake.world.children(fake.help)) == 1 else ()
    )
    assert not fake.can_see(fake.ben, room)
    await fake.say(fake.ann, room, "here?")
    await shop.settled()
    assert any("here?" in text for text in shop.texts(shop.agents_room()))


async def test_what_happens_in_an_archived_room_wakes_it(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "slow one"))
    reply = await fake.say(fake.sam, shop.agents_room(), "!r soon")
    await shop.settled()
    fake.archive_thread(room)
    await fake.edit(fake.sam, reply, "!r sooner")
    await shop.settled()
    assert "**Sam:** sooner (edited)" in shop.texts(room)
    assert archived(room), "it sleeps again: nothing new was said"


async def test_a_ticket_is_reopened_from_outside_of_its_archived_room(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann))
    await shop.does(fake.press(fake.sam, shop.card(), "Close"))
    assert archived(room)
    await shop.does(fake.press(fake.sam, shop.card(), "Reopen"))
    assert not archived(room)
    assert "open" in shop.card().text


async def test_a_button_of_one_server_does_nothing_to_the_ticket_of_another(shop: Shop) -> None:
    fake = shop.fake
    await shop.asks(fake.ann)
    other = fake.add_guild("Other")
    eve = fake.add_user("eve", other)
    elsewhere = fake.add_channel(other, "general")
    told = await shop.does(fake.command(eve, elsewhere, "ticket claim", {"ticket": "1"}))
    assert told == "There is no ticket #1 that you can see."
    assert (await shop.ticket()).assignee is None


async def test_no_request_is_sent_once_discord_refused_the_token(shop: Shop) -> None:
    fake = shop.fake
    fake.faults.fail("POST */messages", 401)
    await fake.dm(fake.ann, "hello")
    await shop.settled()
    before = len(fake.log)
    room = OpenRoom("r", "discord", Place("discord", str(fake.shop.id), str(fake.help.id)), "#9", ())
    with pytest.raises(TryLater, match="does not accept the token"):
        await shop.chat.deliver(room, None, "outbox-99")
    assert len(fake.log) == before


async def test_when_the_server_has_too_many_threads_it_goes_on_in_private_messages(shop: Shop) -> None:
    fake = shop.fake
    fake.shop.thread_cap = 1
    fake.faults.slow(f"POST /channels/{fake.help.id}/messages/*/threads", 0.5)  # the card's thread is the last one
    await shop.asks(fake.ann, "one too many")
    await shop.settled()
    await shop.until(lambda: any("is open" in text for text in shop.texts(fake.ann)))
    assert any("as many active threads as it may" in text for text in shop.texts(shop.agents_room()))


async def test_a_thread_deleted_by_hand_is_not_the_end_of_its_ticket(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "hello"))
    fake.delete_channel(room)
    await shop.settled()
    await fake.say(fake.sam, shop.agents_room(), "!r still here")
    await shop.settled()
    assert any("still here" in text for text in shop.texts(fake.ann))
    await fake.dm(fake.ann, "me too")
    await shop.settled()
    assert "**Ann:** me too" in shop.texts(shop.agents_room())


async def test_a_message_that_discord_never_takes_is_told_in_the_room_and_the_next_ones_go_on(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "help")
    await shop.settled()
    fake.faults.fail(f"POST */channels/{shop.agents_room().id}/messages", 400)
    await fake.dm(fake.ann, "poison")
    await shop.settled()
    await fake.dm(fake.ann, "hello?")
    await shop.settled()
    texts = shop.texts(shop.agents_room())
    assert "**Ann:** poison" not in texts
    assert "**Ann:** hello?" in texts
    told = next(m for m in fake.messages(shop.agents_room()) if "belongs here could not be delivered" in m.text)
    await shop.does(fake.press(fake.sam, told, "Try again"))
    assert shop.texts(shop.agents_room())[-1] == "**Ann:** poison"


async def test_whether_discord_is_reached_is_known(shop: Shop) -> None:
    assert await shop.chat.is_connected()
    shop.fake.gateway.down()
    shop.fake.gateway.drop()
    async with asyncio.timeout(10):
        while await shop.chat.is_connected():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    shop.fake.gateway.back()
    async with asyncio.timeout(30):
        while not await shop.chat.is_connected():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
