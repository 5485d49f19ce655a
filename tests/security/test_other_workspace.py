"""Whoever comes from another workspace can do nothing here, whatever ids they send, and be they called as ours are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.inbound import Actor
from bot.message import UserRef
from tests.desk import ANA, Desk
from tests.fakes.slack import payloads
from tests.fakes.slack.delivery import Delivery
from tests.proof.test_hostile import IMPOSTERS, SUPPORT
from tests.slack.world import World, world

TABLES = ("tickets", "timeline", "desks", "members", "tags")


def rows(desk: World) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(desk.folder / "helpthread.db")) as database:
        there = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES if name in there}  # noqa: S608


def buttons(desk: World) -> Iterator[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """Each button in the agents' channel, with its message and block."""
    for message in list(desk.desk.messages.values()):
        for block in message.blocks:
            if block["type"] == "actions":
                yield from ((message, block, element) for element in block["elements"])


async def test_no_button_of_the_agents_works_with_another_workspaces_ids(tmp_path: Path):
    async with world(tmp_path, http=True) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.press(desk.sam, "Claim")
        await desk.say(desk.ben, "mine, too")
        other = desk.slack.team("partner")
        guest = desk.slack.user("guest", team=other.id, is_admin=True)
        shared = desk.slack.channel("shared", [guest], shared=True)
        before, pressed = rows(desk), set()
        assert len(before["tickets"]) == 2
        for message, block, element in buttons(desk):
            payload = payloads.pressed_on_message(
                desk.slack.work, guest.id, message, payloads.action(desk.slack.work, block, element, None)
            )
            elsewhere = {"channel": {"id": shared.id}, "team": {"id": other.id, "domain": other.domain}}
            container = payload["container"] | {"channel_id": shared.id}
            for forged in (payload, payload | elsewhere, payload | elsewhere | {"container": container}):
                trigger = {"trigger_id": desk.slack.work.tickets.trigger(guest.id)}
                await desk.slack.courier.ask(Delivery("interactive", forged | trigger))
                await desk.settle()
                assert rows(desk) == before, element["action_id"]
            pressed.add(element["action_id"].partition(":")[0])
        assert len(pressed) >= 3
        assert not any("on fire" in text or "mine, too" in text for text in desk.sees(guest))
        await desk.press(desk.sam, "Close")  # they do work for agents
        await desk.settle()
        assert rows(desk) != before or desk.slack.seen_by(desk.sam.id).modal


async def test_the_group_is_that_of_agents_only_in_its_own_workspace(desk: Desk):
    await desk.enlist(SUPPORT)
    await desk.say(ANA, "my printer is on fire")
    ours = Actor(UserRef("fake", "w", "una"), "Una", (SUPPORT,))
    for who in IMPOSTERS:
        assert "There is no ticket" in await desk.press(who, "ticket.claim", "1")
    assert "is yours" in await desk.press(ours, "ticket.claim", "1")
