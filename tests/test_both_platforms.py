"""Customers on Discord, agents on Slack, one desk: the bot as it is run, between two fakes."""

import asyncio
import contextlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import uploads
from adapters.discord.client import Gateway
from adapters.slack.manifest import manifest
from bot.config import Settings as Configuration
from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place, Tick
from bot.message import UserRef
from bot.process import platforms
from bot.process.running import Running, desk_running
from bot.routes import all_routes
from tests.discord.shop import World as Server
from tests.discord.shop import at_once
from tests.fakes.discord.components import walk
from tests.fakes.discord.model import Message
from tests.fakes.slack import Channel, FakeSlack, Line, User
from tests.network import free_port

PHOTO = bytes(range(256)) * 50


@dataclass
class Between:
    """Ann is a customer on Discord, Sam an agent on Slack."""

    server: Server
    slack: FakeSlack
    sam: User
    desk: Channel
    running: Running

    async def settled(self) -> None:
        """All that came in is handled, all that can go out is delivered, on both sides."""
        discord: Any = self.running.chats["discord"]
        slack: Any = self.running.chats["slack"]
        for _ in range(3):
            await asyncio.sleep(0.01)
            await self.slack.settled()
            await discord.lanes.idle()
            await self.running.courier.settle()
            await slack.settle()
        await self.slack.settled()

    async def writes(self, text: str = "", **more: Any) -> Message:
        """Ann, in private."""
        said = await self.server.dm(self.server.ann, text, **more)
        await self.settled()
        return said

    async def answers(self, text: str, **more: Any) -> Any:
        """Sam, in the thread under the card."""
        said = await self.slack.say(self.sam.id, self.desk, text, thread_ts=self.card().ts, **more)
        await self.settled()
        return said

    async def presses(self, label: str) -> None:
        """Sam, on the card."""
        await self.slack.press(self.sam.id, label, on=self.card().ts)
        await self.settled()

    async def types(self, command: str) -> str:
        """Ann, in private; what she is told."""
        dm = self.server.world.dm(self.server.ann)
        invocation = await (await self.server.command(self.server.ann, dm, command)).finished(10)
        await self.settled()
        return "\n".join(message.text for message in invocation.messages)

    def card(self) -> Line:
        (card,) = [line for line in self.slack.seen_by(self.sam.id).within(self.desk) if not line.thread_ts]
        return card

    def room(self) -> list[Line]:
        return self.slack.thread(self.desk, self.card().ts)[1:]

    def private(self) -> list[Message]:
        """What the bot told Ann."""
        return [m for m in self.server.seen_by(self.server.ann) if m.author is self.server.bot and m.text]


@pytest.fixture
async def between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Between]:
    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    slack, port = FakeSlack(manifest=manifest(all_routes())), free_port()
    sam = slack.user("sam")
    desk = slack.channel("desk", [sam], private=True)
    async with Server() as server, slack:
        settings = Configuration.model_validate(
            {
                "data_dir": tmp_path,
                "slack_bot_token": slack.app.bot_token,
                "slack_signing_secret": slack.app.signing_secret,
                "slack_api_url": slack.base_url,
                "http_port": port,
                "discord_token": server.token,
                "discord_api_url": server.api_url,
                "discord_gateway_url": server.gateway_url,
            }
        )
        async with serving(settings) as running:
            await slack.use_http(f"http://127.0.0.1:{port}/slack/events")
            team, shop = slack.work.team.id, str(server.shop.id)
            value = Desk(0, "support", Place("slack", team, desk.id), Settings())
            intake = [Place("discord", shop, str(server.help.id))]
            members = [Member(str(UserRef("slack", team, sam.id)), Rank.AGENT)]
            await running.store.write(lambda work: work.desks.save(value, intake, members))
            yield Between(server, slack, sam, desk, running)
            assert server.violations == []


@contextlib.asynccontextmanager
async def serving(settings: Configuration) -> AsyncIterator[Running]:
    async with desk_running(settings, platforms.with_tokens(settings)) as running:
        stop = asyncio.Event()
        task = asyncio.create_task(running.serve(stop))
        slack: Any = running.chats["slack"]
        discord: Any = running.chats["discord"]

        async def connected() -> None:
            await slack.ready.wait()
            await discord.up.wait()

        ready = asyncio.create_task(connected())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
            assert ready.done(), "a platform did not connect"
            yield running
        finally:
            ready.cancel()
            stop.set()
            await task


async def test_one_story_between_a_customer_on_discord_and_an_agent_on_slack(between: Between) -> None:
    # Open, relay, claim.
    said = await between.writes("my printer is on @everyone's fire")
    assert "Status: open, unclaimed" in between.card().text
    (first,) = between.room()
    assert (first.author, first.text) == ("Ann (via the bot)", "my printer is on @everyone's fire")
    await between.presses("Claim")
    assert "Status: claimed by sam" in between.card().text

    # A note stays, a reply goes.
    await between.answers("bad fuser, I guess")
    reply = await between.answers("!r have you tried *water*?")
    assert not any("fuser" in message.text for message in between.private())
    assert "**Sam (#1):** have you tried" in between.private()[-1].text.replace("sam", "Sam")
    assert [line.reactions for line in between.room() if line.ts == reply.ts] == [("incoming_envelope",)]

    # Edits and deletions follow, both ways.
    await between.server.edit(between.server.ann, said, "my printer is <!channel> blue")
    await between.slack.edit(reply, "!r have you tried wine?")
    await between.settled()
    assert between.room()[0].text == "my printer is <!channel> blue (edited)"
    assert between.room()[0].pings == frozenset()
    assert "tried wine? (edited)" in between.private()[-1].text
    secret = await between.writes("my pin is 1234")
    await between.server.delete(between.server.ann, secret)
    await between.slack.delete(reply)
    await between.settled()
    assert not any("1234" in line.text for line in between.room())
    assert not any("wine" in message.text for message in between.private())

    # Files, both ways, whole.
    await between.writes("look", files=[("photo.png", PHOTO)])
    assert [line.files for line in between.room() if line.files] == [("photo.png",)]
    copies = [f.content for f in between.slack.work.files.values() if f.user == between.slack.bot]
    assert copies == [PHOTO]
    await between.answers("!r the manual", files=[("manual.txt", b"read me")])
    attached = [a for m in between.server.seen_by(between.server.ann) if m.author.bot for a in m.attachments]
    assert [(a.filename, a.data) for a in attached] == [("manual.txt", b"read me")]

    # Close and reopen, each on their side.
    await between.presses("Close")
    assert "Status: closed" in between.card().text
    closed = between.private()[-1]
    assert "is closed" in closed.text
    assert "Reopen" in [c.get("label") for c in walk(closed.components)]
    await (await between.server.press(between.server.ann, closed, "Reopen")).finished()
    await between.settled()
    assert "Status: claimed by sam" in between.card().text
    await between.writes("blue again")
    assert between.room()[-1].text == f"<@{between.sam.id}> blue again"


async def test_the_customers_rights_reach_the_other_platform(between: Between) -> None:
    await between.writes("my printer is on fire")
    await between.answers("!r try water")
    assert "What we hold about you" in await between.types("mydata view")

    await between.types("mydata export")
    assert await between.running.courier.finish(20)
    await between.settled()
    (file,) = [a for m in between.server.seen_by(between.server.ann) if m.author.bot for a in m.attachments]
    with zipfile.ZipFile(io.BytesIO(file.data)) as export:
        held = "\n".join(export.read(name).decode(errors="replace") for name in export.namelist())
    assert "my printer is on fire" in held
    assert "try water" in held

    dm = between.server.world.dm(between.server.ann)
    asked = await (await between.server.command(between.server.ann, dm, "mydata delete")).finished()
    await (await between.server.press(between.server.ann, asked.messages[-1], "Delete all of it")).finished()
    assert await between.running.courier.finish(20)
    await between.settled()
    assert not any(
        "printer" in line.text or "Ann" in line.author for line in between.slack.seen_by(between.sam.id).lines
    )


async def test_an_export_that_no_message_holds_comes_in_several_and_all_of_them_go_when_its_time_is_over(
    between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SMALLEST_LIMIT", 1000)
    monkeypatch.setattr(uploads, "REQUEST", 2500)
    await between.writes("my printer is on fire")
    await between.types("mydata export")
    assert await between.running.courier.finish(20)
    await between.settled()
    sent = [m.attachments for m in between.server.seen_by(between.server.ann) if m.attachments]
    assert len(sent) > 10
    parts = sorted((a for attachments in sent for a in attachments), key=lambda a: a.filename)
    with zipfile.ZipFile(io.BytesIO(b"".join(part.data for part in parts))) as export:
        assert export.testzip() is None
        assert "my printer is on fire" in export.read("data/yours/timeline.jsonl").decode()

    running = between.running
    running.store.now = running.courier.now = lambda: datetime.now(UTC) + timedelta(hours=73)
    await running.app.tick(Tick("tick:73 hours later"))
    assert await running.courier.finish(20)
    await between.settled()
    assert [m for m in between.server.seen_by(between.server.ann) if m.attachments] == []


async def test_while_discord_is_away_agents_go_on_and_the_customer_gets_it_afterwards(between: Between) -> None:
    await between.writes("my printer is on fire")
    between.server.gateway.down()
    await between.server.dm(between.server.ann, "still burning")
    await between.answers("looks bad")
    await between.presses("Claim")
    assert "Status: claimed by sam" in between.card().text
    between.server.gateway.back()
    await between.server.until(lambda: any("still burning" in line.text for line in between.room()), within=20)
    heard = [line.text.removeprefix(f"<@{between.sam.id}> ") for line in between.room()]
    assert heard == ["my printer is on fire", "looks bad", "still burning"]


async def test_one_person_links_an_account_on_each_platform_and_has_both_exported(between: Between) -> None:
    """In direct messages, with the code carried over by hand, and a yes on either side."""
    slack, server, ann = between.slack, between.server, between.slack.user("ann")
    room = slack.dm(ann.id)
    await between.writes("my printer is on fire")
    told = await between.types("mydata link")
    code = next(line for line in told.splitlines() if line.startswith("/mydata link ")).rpartition(" ")[2]
    await slack.command(ann.id, room, "/mydata", f"link {code}")
    await between.settled()
    assert "Is that account yours, too?" in slack.seen_by(ann.id)
    await slack.press(ann.id, "Yes, both are mine")
    await between.settled()
    asked = between.private()[-1]
    assert "ann (slack/" in asked.text
    await (await server.press(server.ann, asked, "Yes, both are mine")).finished()
    await between.settled()
    assert "Was that not you? Unlink it now" in slack.seen_by(ann.id)

    running: Any = between.running
    running.store.now = running.courier.now = lambda: datetime.now(UTC) + timedelta(days=1)
    await slack.command(ann.id, room, "/mydata", "export")
    assert await between.running.courier.finish(20)
    await between.settled()
    (file,) = [f for f in slack.work.files.values() if f.user == slack.bot]
    with zipfile.ZipFile(io.BytesIO(file.content)) as export:
        assert "my printer is on fire" in export.read("linked/1-discord/data/yours/timeline.jsonl").decode()
    assert "asked for by ann (slack/" in between.private()[-1].text
