"""What was edited, deleted or reacted to while the bot was stopped is found in the history; nothing else is changed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.history import History
from tests.fakes.slack import FakeSlack
from tests.slack.world import World, bot, eventually, world


@contextlib.asynccontextmanager
async def stopped(folder: Path) -> AsyncIterator[World]:
    """A desk with a ticket from a private message and one from a channel, its bot stopped."""
    slack = FakeSlack()
    async with world(folder, http=True, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.say(desk.ben, "my screen is dark", desk.help)
        await eventually(lambda: desk.chat.catch_up.compared)
        await desk.stop()
        slack.patience = slack.courier.ask_patience = 0.05
        yield desk


@contextlib.asynccontextmanager
async def back(desk: World) -> AsyncIterator[None]:
    """The bot runs again and has looked at everything."""
    async with bot(desk.slack, desk.folder, http=True) as desk.running:
        await eventually(lambda: desk.chat.catch_up.compared)
        await desk.settle()
        yield


def last(desk: World, who: Any, place: Any = None) -> Any:
    """The newest message somebody wrote."""
    channel = desk.slack.dm(who.id) if place is None else place
    return [said for said in channel.messages.values() if said.user == who.id][-1]


async def test_edits_made_meanwhile_are_shown_to_the_agents(tmp_path: Path):
    async with stopped(tmp_path) as desk:
        await desk.slack.edit(last(desk, desk.anna), "my printer was on fire")
        reply = await desk.slack.say(desk.ben.id, desk.help, "very dark", thread_ts=last(desk, desk.ben, desk.help).ts)
        await desk.slack.edit(reply, "nothing")
        async with back(desk):
            assert [line.text for line in desk.agents_room(1)] == ["my printer was on fire (edited)"]
            assert [line.text for line in desk.agents_room(2)] == ["my screen is dark", "nothing"]
        before = desk.sees(desk.sam)
        async with back(desk):
            assert desk.sees(desk.sam) == before


async def test_what_was_deleted_meanwhile_is_taken_back_also_where_a_tombstone_is_left(tmp_path: Path):
    async with stopped(tmp_path) as desk:
        await desk.slack.delete(last(desk, desk.anna))
        await desk.slack.delete(last(desk, desk.ben, desk.help))  # others have answered it
        async with back(desk):
            assert desk.agents_room(1) == []
            assert desk.agents_room(2) == []
            assert not any("printer" in line.text for line in desk.slack.seen_by(desk.sam.id).lines)


async def test_a_reply_and_a_note_deleted_meanwhile_are_gone_too(tmp_path: Path):
    slack = FakeSlack()
    async with world(tmp_path, http=True, slack=slack) as desk:
        said = await desk.say(desk.ben, "my screen is dark", desk.help)
        second = await desk.say(desk.ben, "the password is 4711", desk.help, thread_ts=said.ts)
        answer = await desk.say(desk.sam, "!r wrong words", desk.desk, thread_ts=desk.card().ts)
        await eventually(lambda: desk.chat.catch_up.compared)
        await desk.stop()
        slack.patience = 0.05
        await slack.delete(second)
        await slack.delete(answer)
        async with back(desk):
            assert [line.text for line in desk.agents_room()] == ["my screen is dark"]
            assert not any("wrong words" in text for text in desk.sees(desk.ben))


async def test_a_message_that_a_page_lacks_is_not_deleted_while_it_is_there(tmp_path: Path, monkeypatch):
    async with stopped(tmp_path) as desk:
        wanted = last(desk, desk.anna).ts
        stretch = History.stretch

        async def gappy(self: History, *args: Any) -> Any:
            found = await stretch(self, *args)
            return found._replace(messages=[m for m in found.messages if m["ts"] != wanted])

        monkeypatch.setattr(History, "stretch", gappy)
        async with back(desk):
            assert [line.text for line in desk.agents_room(1)] == ["my printer is on fire"]


@pytest.mark.parametrize(
    "fault",
    [{"error": "channel_not_found", "times": -1}, {"error": "missing_scope", "times": -1}, {"status": 503, "times": 2}],
)
async def test_what_slack_does_not_show_is_not_deleted(tmp_path: Path, fault: dict[str, Any]):
    async with stopped(tmp_path) as desk:
        for method in ("conversations.history", "conversations.replies"):
            desk.slack.fail(method, **fault)
        async with back(desk):
            assert [line.text for line in desk.agents_room(1)] == ["my printer is on fire"]
            assert [line.text for line in desk.agents_room(2)] == ["my screen is dark"]


async def test_a_reaction_made_meanwhile_is_the_verb_it_means_once(tmp_path: Path):
    async with stopped(tmp_path) as desk:
        await desk.slack.react(desk.sam.id, desk.card(1).ts, "eyes", desk.desk)
        await desk.slack.react(desk.kim.id, desk.card(2).ts, "white_check_mark", desk.desk)
        async with back(desk):
            assert "claimed by sam" in desk.card(1).text
            assert "Status: closed" in desk.card(2).text
            await desk.press(desk.kim, "Release", on=desk.card(1).ts)
        async with back(desk):
            assert "unclaimed" in desk.card(1).text


async def test_a_reaction_that_was_heard_live_is_not_taken_in_again(tmp_path: Path):
    async with stopped(tmp_path) as desk:
        async with back(desk):
            await desk.slack.react(desk.sam.id, desk.card(1).ts, "eyes", desk.desk)
            await desk.settle()
            assert "claimed by sam" in desk.card(1).text
            await desk.press(desk.sam, "Release", on=desk.card(1).ts)
        told = desk.sees(desk.sam)
        async with back(desk):
            assert "unclaimed" in desk.card(1).text
            assert desk.sees(desk.sam) == told


async def test_a_customers_reaction_is_no_verb_of_agents(tmp_path: Path):
    async with stopped(tmp_path) as desk:
        await desk.slack.react(desk.anna.id, last(desk, desk.ben, desk.help), "eyes")
        async with back(desk):
            assert "unclaimed" in desk.card(2).text


async def test_an_edit_heard_live_is_not_undone_by_an_older_page(tmp_path: Path, monkeypatch):
    async with stopped(tmp_path) as desk:
        said = last(desk, desk.anna)
        await desk.slack.edit(said, "old words")
        stretch, read, go = History.stretch, asyncio.Event(), asyncio.Event()

        async def slow(self: History, *args: Any) -> Any:
            found = await stretch(self, *args)
            if len(args) > 2 and any(m["ts"] == said.ts for m in found.messages):
                read.set()
                await go.wait()
            return found

        monkeypatch.setattr(History, "stretch", slow)
        async with bot(desk.slack, desk.folder, http=True) as desk.running:
            async with asyncio.timeout(10):
                await read.wait()
            desk.slack.patience = 2.0
            await desk.slack.edit(said, "new words")
            await desk.settle()
            go.set()
            await eventually(lambda: desk.chat.catch_up.compared)
            await desk.settle()
            assert [line.text for line in desk.agents_room(1)] == ["new words (edited)"]
