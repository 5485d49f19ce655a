"""People, roles, channels, rights and servers that go, and come back: nothing is lost, and those concerned are told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desks.model import Rank
from bot.message import UserRef
from storage.store import SqlStore, SqlUnitOfWork
from tests.discord.shop import Shop, World, running
from tests.fakes.discord import DESK_BOT, Perm
from tests.fakes.discord.components import walk


async def lead(shop: Shop) -> None:
    """Kim leads the desk under her own name, so that she is told what concerns leads."""
    kim = str(UserRef("discord", "", str(shop.fake.kim.id)))
    await shop.store.write(lambda work: work.desks.set_rank(work.desks.all()[0].id, kim, Rank.LEAD))


@pytest.fixture
async def heard(fake: World, tmp_path: Path) -> AsyncIterator[Shop]:
    """A bot that hears who comes and goes."""
    async with running(fake, tmp_path, members=True) as bot:
        await bot.set_up(rooms="private")
        yield bot


async def test_agents_are_warned_when_a_customer_leaves_and_the_room_is_theirs_again_when_they_come_back(
    heard: Shop,
) -> None:
    fake = heard.fake
    await heard.asks(fake.ann, "it burns")
    (room,) = fake.world.children(fake.help)
    await fake.leave(fake.ann, fake.shop)
    await heard.settled()
    assert any("Ann left the server. #1 stays open" in text for text in heard.texts(heard.agents_room()))
    assert (await heard.ticket()).open

    await fake.join(fake.ann, fake.shop)
    await heard.settled()
    assert any("Ann is in the server again" in text for text in heard.texts(heard.agents_room()))
    assert fake.can_see(fake.ann, room)
    await fake.say(fake.ann, room, "sorry, back")
    await heard.settled()
    assert "**Ann:** sorry, back" in heard.texts(heard.agents_room())


async def test_a_desk_may_close_the_tickets_of_those_who_leave(heard: Shop) -> None:
    fake = heard.fake
    await heard.set_up(leavers="close")
    await heard.asks(fake.ann)
    await heard.asks(fake.ben)
    await fake.leave(fake.ann, fake.shop)
    await heard.settled()
    assert not (await heard.ticket(1)).open
    assert (await heard.ticket(2)).open
    assert any("closed by Ann: left the server" in text for text in heard.texts(heard.agents_room(1)))


async def test_a_desk_may_keep_silent_about_those_who_leave(heard: Shop) -> None:
    fake = heard.fake
    await heard.set_up(leavers="keep")
    await heard.asks(fake.ann)
    before = heard.texts(heard.agents_room())
    await fake.leave(fake.ann, fake.shop)
    await fake.join(fake.ann, fake.shop)
    await heard.settled()
    assert heard.texts(heard.agents_room()) == before
    assert (await heard.ticket()).open


async def test_it_is_told_once_that_somebody_left_however_often_discord_says_so(heard: Shop) -> None:
    fake = heard.fake
    await heard.asks(fake.ann)
    await fake.leave(fake.ann, fake.shop)
    await heard.settled()
    fake.gateway.repeat(10)
    fake.gateway.drop()
    await fake.connected()
    await heard.settled()
    assert len([t for t in heard.texts(heard.agents_room()) if "left the server" in t]) == 1


async def test_an_agent_who_leaves_gives_back_what_they_claimed(heard: Shop) -> None:
    fake = heard.fake
    await heard.asks(fake.ann)
    await heard.does(fake.press(fake.sam, heard.card(), "Claim"))
    await fake.leave(fake.sam, fake.shop)
    await heard.settled()
    assert (await heard.ticket()).assignee is None
    assert "unclaimed" in heard.card().text
    assert any("waits for somebody else" in text for text in heard.texts(heard.agents_room()))


async def test_a_deleted_role_is_told_to_leads_and_agents_and_gives_no_rights(shop: Shop) -> None:
    fake = shop.fake
    await lead(shop)
    await shop.asks(fake.ann)
    fake.delete_role(fake.agents)
    await shop.settled()
    group = f"discord:{fake.shop.id}/&{fake.agents.id}"
    assert any(group in text and "was deleted" in text for text in shop.texts(fake.kim))
    assert any(group in text and "was deleted" in text for text in shop.texts(fake.desk_channel))
    fake.allow(fake.desk_channel, fake.sam, allow=Perm.VIEW_CHANNEL)
    told = await shop.does(fake.press(fake.sam, shop.card(), "Claim"))
    assert "There is no ticket #1" in told


async def test_an_intake_channel_that_is_deleted_leaves_its_tickets_alive(shop: Shop) -> None:
    fake = shop.fake
    await lead(shop)
    await shop.asks(fake.ann, "it burns")
    fake.delete_channel(fake.help)
    await shop.settled()
    assert any("Desk support takes in" in text and "it was deleted" in text for text in shop.texts(fake.kim))
    assert any("took in from" in text for text in shop.texts(fake.desk_channel))
    await fake.say(fake.sam, shop.agents_room(), "!r still here")
    await shop.settled()
    assert any("still here" in text for text in shop.texts(fake.ann))
    await fake.dm(fake.ann, "me too")
    await shop.settled()
    assert "**Ann:** me too" in shop.texts(shop.agents_room())


async def test_when_the_agents_channel_is_deleted_another_one_gets_cards_of_all_that_is_open(shop: Shop) -> None:
    fake = shop.fake
    await lead(shop)
    room = shop.thread(await shop.asks(fake.ann, "it burns"))
    fake.delete_channel(fake.desk_channel)
    await shop.settled()
    assert any("has its agents" in text for text in shop.texts(fake.kim))
    await fake.say(fake.ann, room, "anybody?")
    await shop.settled()

    office = fake.add_channel(fake.shop, "office")
    form = await (await fake.command(fake.kim, office, "desk setup", {"name": "support"})).finished()
    told = await shop.does(fake.submit_modal(fake.kim, form, {"channel": [office]}))
    assert "Desk support is ready" in told
    (card,) = [m for m in fake.messages(office) if "#1 " in m.text]
    assert any("goes on here" in text for text in shop.texts(shop.thread(card)))
    retry = next(m for m in fake.messages(fake.kim) if "I could not post" in m.text)
    assert "Trying again" in await shop.does(fake.press(fake.kim, retry, "Try again"))
    assert "**Ann:** anybody?" in shop.texts(shop.thread(card))
    await fake.say(fake.sam, shop.thread(card), "!r yes")
    await shop.settled()
    assert "**Sam:** yes" in shop.texts(room)


async def test_a_right_that_is_taken_away_is_told_by_name_and_all_is_caught_up_when_it_is_back(shop: Shop) -> None:
    fake = shop.fake
    await lead(shop)
    fake.set_bot_permissions(fake.shop, DESK_BOT & ~Perm.SEND_MESSAGES)
    fake.allow(fake.desk_channel, fake.bot, allow=Perm.VIEW_CHANNEL, deny=Perm.SEND_MESSAGES)
    await fake.dm(fake.ann, "one")
    await fake.dm(fake.ann, "two")
    await shop.settled()
    told = [m for m in fake.messages(fake.kim) if "I could not post for desk support" in m.text]
    assert "the bot lacks the permission Send Messages" in told[0].text
    assert shop.texts(fake.desk_channel) == []

    fake.set_bot_permissions(fake.shop, DESK_BOT)
    fake.allow(fake.desk_channel, fake.bot, allow=Perm.VIEW_CHANNEL | Perm.SEND_MESSAGES)
    assert "Trying again" in await shop.does(fake.press(fake.kim, told[0], "Try again"))
    assert [t for t in shop.texts(shop.agents_room()) if "Ann" in t] == ["**Ann:** one", "**Ann:** two"]


async def test_a_customer_room_that_cannot_be_written_in_is_told_where_the_agents_are(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann))
    fake.allow(fake.help, fake.bot, deny=Perm.SEND_MESSAGES_IN_THREADS)
    reply = await fake.say(fake.sam, shop.agents_room(), "!r hello")
    await shop.settled()
    assert list(reply.reactions) == ["❌"]
    told = next(m for m in fake.messages(shop.agents_room()) if "could not be delivered" in m.text)
    assert "the bot lacks the permission Send Messages in Threads there" in told.text
    fake.allow(fake.help, fake.bot, allow=Perm.SEND_MESSAGES_IN_THREADS)
    await shop.does(fake.press(fake.sam, told, "Try again"))
    assert "**Sam:** hello" in shop.texts(room)


async def test_a_bot_that_was_removed_says_so_and_reads_what_it_missed_when_it_is_back(shop: Shop) -> None:
    fake = shop.fake
    await lead(shop)
    room = shop.thread(await shop.asks(fake.ann, "it burns"))
    second = fake.add_guild("Second")
    for who in (fake.kim,):
        await fake.join(who, second)
    fake.kick_bot(fake.shop)
    await shop.settled()
    assert any("I was removed from the server" in text for text in shop.texts(fake.kim))
    await fake.say(fake.ann, room, "hello?")
    fake.invite_bot(fake.shop)
    fake.allow(fake.desk_channel, fake.bot, allow=Perm.VIEW_CHANNEL)
    await shop.until(lambda: "**Ann:** hello?" in shop.texts(shop.agents_room()))


async def test_T34_a_server_that_removed_the_bot_has_a_month_to_ask_it_back(shop: Shop) -> None:
    fake = shop.fake
    fake.kick_bot(fake.shop)
    await shop.settled()
    assert gone_from(shop) == [str(fake.shop.id)]
    fake.invite_bot(fake.shop)
    await shop.settled()
    assert gone_from(shop) == []


async def test_T34_that_it_was_removed_while_it_was_away_is_found_when_it_connects(shop: Shop) -> None:
    fake = shop.fake
    await lead(shop)
    fake.gateway.down()
    fake.kick_bot(fake.shop)
    fake.gateway.forget_sessions()
    fake.gateway.back()
    await shop.until(lambda: gone_from(shop) == [str(fake.shop.id)])


def gone_from(shop: Shop) -> list[str]:
    """Servers of which the month runs after which all from there is deleted."""
    assert isinstance(shop.store, SqlStore)
    with shop.store.engine.connect() as connection:
        return [each.workspace for each in SqlUnitOfWork(connection, datetime.now(UTC)).departures.all()]


async def test_an_unavailable_server_is_waited_for(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "it burns"))
    fake.outage(fake.shop)
    await shop.settled()
    await fake.say(fake.ann, room, "during the outage")
    fake.recover(fake.shop)
    await shop.until(lambda: "**Ann:** during the outage" in shop.texts(shop.agents_room()))
    assert [t for t in shop.texts(shop.agents_room()) if "Ann" in t] == [
        "**Ann:** it burns",
        "**Ann:** during the outage",
    ]


async def test_a_thread_that_was_deleted_while_nobody_heard_it_is_no_dead_end(shop: Shop) -> None:
    fake = shop.fake
    room = shop.thread(await shop.asks(fake.ann, "it burns"))
    fake.gateway.lose(1)
    fake.delete_channel(room)
    reply = await fake.say(fake.sam, shop.agents_room(), "!r with water")
    await shop.settled()
    assert await shop.courier.finish(10), "nothing waits any more"
    assert list(reply.reactions) == ["✅"]
    assert any("with water" in text for text in shop.texts(fake.ann))
    assert any("thread was deleted" in text for text in shop.texts(shop.agents_room()))


async def test_closed_private_messages_are_no_dead_end(shop: Shop) -> None:
    fake = shop.fake
    await fake.dm(fake.ann, "hello")
    await shop.settled()
    fake.close_dms(fake.ann)
    reply = await fake.say(fake.sam, shop.agents_room(), "!r hello!")
    await shop.settled()
    told = next(m for m in fake.messages(shop.agents_room()) if "could not be delivered" in m.text and m.components)
    assert [c["label"] for c in walk(told.components) if c.get("label")] == ["Try again", "Open a thread", "Discard"]
    assert "goes on in a thread" in await shop.does(fake.press(fake.sam, told, "Open a thread"))
    (room,) = fake.world.children(fake.help)
    assert fake.can_see(fake.ann, room)
    assert not fake.can_see(fake.ben, room)
    assert "**Sam (#1):** hello!" in shop.texts(room)
    assert list(reply.reactions) == ["✅"]
    await fake.say(fake.ann, room, "much better")
    await shop.settled()
    assert "**Ann:** much better" in shop.texts(shop.agents_room())
