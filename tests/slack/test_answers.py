"""Answers in time: Slack gives three seconds, whatever the database takes."""

import asyncio
from typing import Any

import pytest

from tests.slack.world import World, eventually


async def test_a_slow_command_is_acknowledged_in_time_and_answered_later(both: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("adapters.slack.reception.ACKNOWLEDGE_WITHIN", 0.1)
    await both.say(both.anna, "my printer is on fire")
    handle, go = both.chat.reception.handle, asyncio.Event()

    async def slow(event: Any) -> Any:
        await go.wait()
        return await handle(event)

    both.chat.reception.handle = slow
    delivery = await both.slack.command(both.sam.id, both.desk, "/ticket", "claim 1")
    assert delivery.answers[-1].status == 200
    assert any("This takes a moment." in text for text in both.sees(both.sam))
    go.set()
    await eventually(lambda: any("Ticket #1 is yours." in text for text in both.sees(both.sam)))
    await both.settle()
    assert "claimed by sam" in both.card().text


async def test_a_slow_button_is_acknowledged_in_time_and_answered_later(both: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("adapters.slack.reception.ACKNOWLEDGE_WITHIN", 0.1)
    await both.say(both.anna, "my printer is on fire")
    handle, go = both.chat.reception.handle, asyncio.Event()

    async def slow(event: Any) -> Any:
        await go.wait()
        return await handle(event)

    both.chat.reception.handle = slow
    delivery = await both.slack.press(both.sam.id, "Claim", on=both.card().ts)
    assert delivery.answers[-1].status == 200
    go.set()
    await eventually(lambda: any("Ticket #1 is yours." in text for text in both.sees(both.sam)))


async def test_a_forged_button_does_nothing_that_its_presser_may_not(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.say(desk.ben, "my screen is dark")
    message = next(m for m in desk.slack.dm(desk.ben.id).messages.values() if m.bot_id)
    (row,) = [block for block in message.blocks if block["type"] == "actions"]
    for action in ("ticket.claim:0", "ticket.reply:0", "ticket.close:0", "outbox.discard:0", "desk.setup:0", "x:0"):
        row["elements"][0] |= {"action_id": action, "value": "1"}
        await desk.press(desk.ben, action, on=message.ts)
        assert desk.slack.seen_by(desk.ben.id).modal == ""
    assert "Status: open, unclaimed" in desk.card(1).text


async def test_an_event_nobody_asked_for_is_answered_all_the_same(both: World):
    event = {"type": "channel_rename", "channel": {"id": both.help.id, "name": "hilfe"}, "event_ts": "1.0"}
    body = {"type": "event_callback", "event_id": "Ev9", "team_id": both.team, "event": event}
    assert (await both.chat.reception.take(body, 0)).status == 200
    assert (await both.chat.reception.take({"type": "something_new"}, 0)).status == 200
