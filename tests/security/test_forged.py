"""On Discord, whoever sends the ids of buttons that they were never shown changes nothing and learns nothing."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.client import Gateway
from tests.discord.shop import Shop, World, at_once, running
from tests.fakes.discord import components, numbering
from tests.fakes.discord.invocation import COMPONENT
from tests.fakes.discord.model import Channel, Message, User

TABLES = ("tickets", "timeline", "desks", "members", "tags", "drafts")


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A customer's ticket, which an agent has claimed."""
    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    async with World() as fake, running(fake, tmp_path) as shop:
        await shop.set_up()
        await shop.asks(fake.ann, "my printer is on fire")
        await shop.until(lambda: any("#1 " in text for text in shop.texts(fake.desk_channel)))
        await shop.does(fake.press(fake.sam, shop.card(), "Claim"))
        await shop.until(lambda: "claimed by Sam" in shop.card().text)
        yield shop


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(folder / "desk.db")) as database:
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608


def buttons(shop: Shop) -> dict[str, Message]:
    """The custom id of all that can be pressed in the agents' channel, and the message it is on."""
    places = (shop.fake.desk_channel, shop.agents_room())
    return {
        item["custom_id"]: message
        for place in places
        for message in shop.fake.messages(place)
        for item in components.walk(message.components)
        if item["type"] == numbering.BUTTON and item.get("custom_id")
    }


async def forge(shop: Shop, who: User, place: Channel, custom_id: str, on: Message) -> str:
    """What they are told; a form would be told by its title."""
    data: dict[str, Any] = {"custom_id": custom_id, "component_type": numbering.BUTTON, "id": 1}
    return await shop.does(shop.fake._send(COMPONENT, who, place, data, on))


async def test_no_button_of_the_agents_works_for_anybody_else(shop: Shop, tmp_path: Path):
    """For another customer, in public and in private, and for somebody who is an admin of another server."""
    fake, pressed = shop.fake, buttons(shop)
    other = fake.add_guild("Other")
    boss = fake.add_role(other, "agents", 8)
    eve = fake.add_user("eve", other, [boss])
    elsewhere = fake.add_channel(other, "desk")
    others = ((fake.ben, fake.help), (fake.ben, fake.world.dm(fake.ben)), (eve, elsewhere), (eve, fake.world.dm(eve)))
    before = rows(tmp_path)
    assert len(before["tickets"]) == 1
    assert len({custom_id.partition(":")[0] for custom_id in pressed}) >= 3
    for custom_id, message in pressed.items():
        for who, place in others:
            told = await forge(shop, who, place, custom_id, message)
            assert "on fire" not in told, custom_id
            assert "Sam" not in told, custom_id
            assert rows(tmp_path) == before, (custom_id, who.name)
    assert await shop.does(fake.press(fake.sam, shop.card(), "Release"))  # they do work for agents
    assert rows(tmp_path) != before


async def test_an_agent_whose_role_was_taken_away_can_press_nothing_any_more(shop: Shop, tmp_path: Path):
    fake, pressed = shop.fake, buttons(shop)
    fake.take_role(fake.sam, fake.agents)
    await shop.settled()
    before = rows(tmp_path)
    for custom_id, message in pressed.items():
        for place in (fake.desk_channel, fake.help):
            assert "on fire" not in await forge(shop, fake.sam, place, custom_id, message)
            assert rows(tmp_path) == before, custom_id
    for command, more in (("close", {}), ("reply", {"text": "x"}), ("note", {"text": "x"}), ("show", {})):
        told = await shop.does(fake.command(fake.sam, fake.help, f"ticket {command}", {"ticket": "1"} | more))
        assert "There is no ticket" in told
    await fake.say(fake.sam, fake.help, "!r I am still here")
    await shop.settled()
    assert rows(tmp_path)["tickets"][0] == before["tickets"][0]
