"""What Discord told one process to wait for, others with the same token wait for, too."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import discord
import pytest

from adapters.discord.addresses import pointed_at
from adapters.discord.delivery import Delivery
from adapters.discord.pace import EVERYTHING, LONGEST_WAIT, Pace
from adapters.discord.places import Places
from adapters.discord.sharded import Anywhere
from bot.effects import Announce
from bot.inbound import Place
from bot.message import say
from bot.ports import Limited
from bot.routes import all_routes
from storage.files import DiskFiles
from tests.discord.shop import World
from tests.fakes.discord import Perm

POSTS = "POST */messages"


class Process:
    """One of several, which hear of each other."""

    def __init__(self, fake: World, tmp_path: Path) -> None:
        self.fake, self.pace = fake, Pace()
        self.slept: list[float] = []
        self.pace.sleep = self.sleep
        self.client = Anywhere(all_routes(), lambda: (), self.pace)
        self.delivery = Delivery(self.client, DiskFiles(tmp_path / "files"), Places(self.client))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def says(self, text: str) -> None:
        place = Place("discord", str(self.fake.shop.id), str(self.fake.help.id))
        await self.delivery.deliver(Announce(f"news:{text}", "discord", place, say(text)), None, f"outbox-{text}")


@pytest.fixture
async def two(fake: World, tmp_path: Path) -> AsyncIterator[tuple[Process, Process]]:
    async with AsyncExitStack() as stack:
        stack.enter_context(pointed_at(fake.api_url, fake.gateway_url))
        one, other = Process(fake, tmp_path), Process(fake, tmp_path)
        one.pace.told, other.pace.told = other.pace.hold, one.pace.hold
        for each in (one, other):
            await stack.enter_async_context(each.client)
            await each.client.login(fake.token)
        yield one, other


def posts(fake: World) -> list[int]:
    return [entry.status for entry in fake.log if entry.path.endswith(f"/channels/{fake.help.id}/messages")]


async def test_a_long_wait_that_one_process_is_told_is_the_couriers_in_the_other(
    fake: World, two: tuple[Process, Process]
) -> None:
    one, other = two
    fake.faults.limit(POSTS, LONGEST_WAIT + 30)
    with pytest.raises(Limited):
        await one.says("a")
    with pytest.raises(Limited) as caught:
        await other.says("b")
    assert LONGEST_WAIT < caught.value.seconds <= LONGEST_WAIT + 30
    assert posts(fake) == [429]  # the other one did not even ask


async def test_a_short_wait_is_waited_for(fake: World, two: tuple[Process, Process]) -> None:
    one, other = two
    one.pace.told(EVERYTHING, 5.0)  # as Discord said to the first one
    await other.says("b")
    assert [round(seconds) for seconds in other.slept] == [5]
    assert posts(fake) == [200]


async def test_what_is_over_is_forgotten(two: tuple[Process, Process]) -> None:
    _, other = two
    other.pace.hold(EVERYTHING, 0.0)
    await other.says("b")
    assert (other.slept, other.pace.until) == ([], {})


async def test_a_limit_on_a_channels_name_holds_nothing_else_up(fake: World, two: tuple[Process, Process]) -> None:
    """Discord says it with requests left in the bucket."""
    one, other = two
    fake.allow(fake.help, fake.bot, allow=Perm.VIEW_CHANNEL | Perm.MANAGE_CHANNELS)
    for name in ("a", "b"):
        await one.client.http.edit_channel(fake.help.id, name=name)
    with pytest.raises(discord.RateLimited):
        await one.client.http.edit_channel(fake.help.id, name="c")
    assert other.pace.until == {}
