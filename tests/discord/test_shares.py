"""Servers on several connections: until when each heard everything, and deliveries by who hears nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.discord.addresses import pointed_at
from adapters.discord.delivery import Delivery
from adapters.discord.places import Places
from adapters.discord.sharded import Anywhere
from adapters.discord.shares import Shares, heard_until
from bot.effects import OpenRoom, Post, PostCard
from bot.inbound import Place
from bot.message import say
from bot.process.peers import Alone
from bot.routes import all_routes
from storage.files import DiskFiles
from tests.discord.shop import World


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "shard", "shards", "heard"),
    [
        ({}, 0, 1, None),
        ({}, 2, 3, None),
        ({"discord": at(5)}, 0, 1, at(5)),
        ({"discord": at(5)}, 2, 3, at(5)),  # there was one; now there are three
        ({"discord": at(5), "discord:0/2": at(9), "discord:1/2": at(8)}, 1, 3, at(8)),  # all of two heard until then
        ({"discord": at(5), "discord:0/2": at(9), "discord:1/2": at(8)}, 0, 1, at(8)),
        ({"discord": at(5), "discord:0/2": at(9)}, 1, 2, at(5)),  # the other one never heard anything
        ({"discord:0/2": at(9), "discord:1/2": at(8)}, 0, 2, at(9)),
    ],
)
def test_what_was_heard_is_known_when_there_are_more_or_fewer_connections(
    kept: dict[str, datetime], shard: int, shards: int, heard: datetime | None
):
    assert heard_until(kept, shard, shards) == heard


async def test_one_process_has_all_connections():
    shares = Shares(Alone())

    async def three() -> int:
        return 3

    first = await shares.agree(three)
    assert first is not None
    assert first.name == "discord:shard:0/3"
    assert await shares.most() == 3
    assert await shares.free([0]) == [1, 2]


@pytest.fixture
async def delivery(fake: World, tmp_path: Path) -> AsyncIterator[Delivery]:
    """Of a process that is not connected to the gateway."""
    with pointed_at(fake.api_url, fake.gateway_url):
        async with Anywhere(all_routes(), lambda: ()) as client:
            await client.login(fake.token)
            delivery = Delivery(client, DiskFiles(tmp_path / "files"), Places(client))
            delivery.meet = client.meet
            yield delivery
    assert fake.gateway.identifies == 0


async def test_a_process_that_hears_nothing_makes_a_private_room_once(fake: World, delivery: Delivery):
    channel = Place("discord", str(fake.shop.id), str(fake.help.id))
    opening = OpenRoom("ticket:1:customer", "discord", channel, "#1", (), private=True)
    room = await delivery.deliver(opening, None, "outbox-1")
    delivery.rooms.threads.made.clear()  # as in another process, which does not know what became of it
    assert await delivery.deliver(opening, None, "outbox-1") == room
    assert room is not None
    assert [str(each.id) for each in fake.world.children(fake.help)] == [room.thread]
    await delivery.deliver(Post("message:1:customer", "discord", "ticket:1:customer", say("hello")), room, "outbox-2")
    assert [m.text for m in fake.messages(room.thread) if m.text] == ["hello"]


async def test_a_process_that_hears_nothing_posts_cards_in_a_forum(fake: World, delivery: Delivery):
    forum = fake.add_forum(fake.shop, "tickets")
    card = PostCard("ticket:1:card", "discord", Place("discord", str(fake.shop.id), str(forum.id)), "#1", say("a card"))
    there = await delivery.deliver(card, None, "outbox-1")
    assert there is not None
    assert there.thread == there.message
    assert [each.name for each in fake.world.children(forum)] == ["#1"]
