"""Where customers and agents talk: threads, private ones, private messages, forum posts, and too many of them."""

from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from tests.discord.shop import Shop
from tests.fakes.discord import Channel, Perm


async def forum_desk(shop: Shop) -> Channel:
    """The desk's agents get a forum, in which each ticket is a post."""
    fake, guild = shop.fake, str(shop.fake.shop.id)
    forum = fake.add_forum(fake.shop, "tickets")
    desk = Desk(0, "support", Place("discord", guild, str(forum.id)), Settings(rooms="private"))
    members = [Member(f"discord:{guild}/&{fake.agents.id}", Rank.LEAD)]
    intake = [Place("discord", guild, str(fake.help.id))]
    await shop.store.write(lambda work: work.desks.save(desk, intake, members))
    await shop.until(lambda: isinstance(shop.chat.client.get_channel(forum.id), discord.ForumChannel))
    return forum


async def test_the_agents_room_may_be_a_post_in_a_forum_and_everything_works_there(shop: Shop) -> None:
    fake = shop.fake
    forum = await forum_desk(shop)
    await shop.asks(fake.ann, "it burns")
    (post,) = fake.world.children(forum)
    assert post.name == "#1"
    card = fake.messages(post)[0]
    assert "#1 it burns" in card.text
    assert "**Ann:** it burns" in shop.texts(post)

    assert "is yours" in await shop.does(fake.press(fake.sam, card, "Claim"))
    assert "claimed by Sam" in card.text
    answer = await fake.say(fake.sam, post, "!r with water")
    await shop.settled()
    assert list(answer.reactions) == ["✅"]
    (room,) = fake.world.children(fake.help)
    assert "**Sam:** with water" in shop.texts(room)

    await shop.does(fake.command(fake.sam, post, "ticket close"))
    assert is_archived(post)
    assert "closed" in card.text
    await fake.say(fake.ann, room, "it burns again!")
    await shop.settled()
    assert not is_archived(post)
    assert any("it burns again!" in text for text in shop.texts(post))


async def test_a_forum_post_made_twice_by_a_lost_answer_is_one_in_the_end(shop: Shop) -> None:
    fake = shop.fake
    forum = await forum_desk(shop)
    fake.faults.fail(f"POST /channels/{forum.id}/threads", 502, after=True)
    await shop.asks(fake.ann, "once")
    await shop.until(lambda: len(fake.world.children(forum)) == 1, 10)
    await shop.settled()
    (post,) = fake.world.children(forum)
    await fake.say(fake.sam, post, "!r once")
    await shop.settled()
    assert any("once" in text for text in shop.texts(fake.world.children(fake.help)[0]))


@pytest.mark.parametrize(
    ("rooms", "threads", "private"), [("open", 1, False), ("private", 1, True), ("direct", 0, True)]
)
async def test_a_desk_chooses_the_rooms_of_its_customers(shop: Shop, rooms: str, threads: int, private: bool) -> None:
    fake = shop.fake
    await shop.set_up(rooms=rooms)
    await shop.asks(fake.ann, "it burns")
    found = fake.world.children(fake.help)
    assert len(found) == threads
    assert all(fake.can_see(fake.ann, room) for room in found)
    assert [fake.can_see(fake.ben, room) for room in found] == [not private] * threads
    where = found[0] if found else fake.ann
    assert any("is open" in text for text in shop.texts(where))
    await fake.say(fake.sam, shop.agents_room(), "!r with water")
    await shop.settled()
    assert any("with water" in text for text in shop.texts(where))
    verb = await shop.does(fake.command(fake.ann, found[0] if found else fake.world.dm(fake.ann), "ticket close"))
    assert verb == "Ticket **#1** is closed."


async def test_where_there_are_too_many_threads_one_that_nobody_writes_in_makes_way(shop: Shop) -> None:
    fake = shop.fake
    old = shop.thread(await shop.asks(fake.ann, "an old one"))
    await age(shop, days=3)
    fake.shop.thread_cap = 2
    new = await shop.asks(fake.ben, "a new one")
    assert new.thread_id
    assert any("is open" in text for text in shop.texts(shop.thread(new)))
    assert old.thread
    assert old.thread.archived
    assert (await shop.ticket(1)).open, "archived is not closed"


async def age(shop: Shop, days: int) -> None:
    """All the threads there are were made and written in that long ago, as far as the bot knows."""
    then = discord.utils.time_snowflake(datetime.now(UTC) - timedelta(days=days))
    guild = shop.chat.client.get_guild(shop.fake.shop.id)
    assert guild
    for number, thread in enumerate(guild.threads):
        thread.last_message_id = then + number


async def test_a_card_without_a_thread_says_why_and_its_words_come_under_it(shop: Shop) -> None:
    fake = shop.fake
    await shop.set_up(rooms="direct")
    fake.shop.thread_cap = 0
    await shop.asks(fake.ann, "it burns")
    texts = shop.texts(fake.desk_channel)
    assert "There is no thread for #1: the server has as many active threads as it may." in texts[1]
    assert "**Ann:** it burns" in texts
    card = fake.messages(fake.desk_channel)[0]
    await fake.dm(fake.ann, "still")
    await shop.settled()
    said = fake.messages(fake.desk_channel)[-1]
    assert (said.text, said.reference and int(said.reference["message_id"])) == ("**Ann:** still", card.id)
    form = await (await fake.press(fake.sam, card, "Reply")).finished()
    await shop.does(fake.submit_modal(fake.sam, form, {"text": "with water"}))
    assert any("with water" in text for text in shop.texts(fake.ann))


async def test_a_card_whose_thread_is_not_allowed_names_the_permission(shop: Shop) -> None:
    fake = shop.fake
    allowed, denied = Perm.VIEW_CHANNEL, Perm.CREATE_PUBLIC_THREADS
    fake.allow(fake.desk_channel, fake.bot, allow=allowed, deny=denied)
    await fake.dm(fake.ann, "it burns")
    await shop.settled()
    assert "the bot lacks the permission Create Public Threads there" in shop.texts(fake.desk_channel)[1]
    assert "**Ann:** it burns" in shop.texts(fake.desk_channel)


def is_archived(room: Channel) -> bool:
    return room.thread is not None and room.thread.archived
