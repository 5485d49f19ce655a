"""What becomes of channels, accounts and the app itself."""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.slack.manifest import EVENTS, manifest
from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank, Settings
from bot.errors import Problem
from bot.inbound import Actor, CommandInvoked, MessagePosted, Place
from bot.message import UserRef
from bot.routes import all_routes
from storage.files import DiskFiles
from tests.fakes.slack import FakeSlack, Message
from tests.privacy.canaries import everything
from tests.slack.rig import slack_chat
from tests.slack.world import World, bot, eventually, world


@pytest.mark.parametrize("fate", ["channel_archive", "channel_deleted", "remove_bot"])
async def test_leads_are_told_when_a_channel_of_their_desk_is_gone(desk: World, fate: str):
    await getattr(desk.slack, fate)(desk.help)
    await desk.settle()
    told = [line.text for line in desk.private(desk.lea) if "Desk support takes in" in line.text]
    assert len(told) == 1
    assert desk.help.id in told[0]
    assert not any("Desk support" in line.text for line in desk.private(desk.sam))


@pytest.mark.parametrize("fate", ["channel_archive", "channel_deleted", "remove_bot"])
async def test_a_ticket_whose_channel_is_gone_goes_on_in_private(desk: World, fate: str):
    await desk.say(desk.anna, "anyone here?", desk.help)
    await getattr(desk.slack, fate)(desk.help)
    await desk.settle()
    assert any("The customer's channel is gone." in line.text for line in desk.agents_room())
    await desk.command(desk.sam, "/ticket reply 1 Yes, we are.", desk.desk)
    assert any(line.text == "Yes, we are." for line in desk.private(desk.anna))
    await desk.say(desk.anna, "good")
    assert desk.agents_room()[-1].text == "good"


async def test_a_channel_that_is_no_desks_interests_nobody(desk: World):
    lobby = desk.slack.channel("lobby", [desk.anna])
    await desk.slack.channel_archive(lobby)
    await desk.settle()
    assert desk.private(desk.lea) == []


async def test_the_tickets_of_an_agent_who_is_deactivated_are_free_again(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.press(desk.sam, "Claim", on=desk.card().ts)
    await desk.slack.user_change(desk.sam.id, deleted=True)
    await desk.settle()
    assert "Status: open, unclaimed" in desk.card().text
    assert desk.agents_room()[-1].text == "Ticket #1 is unclaimed again: the account of sam is deactivated."


async def test_agents_are_told_that_a_customer_is_deactivated_and_replies_fail_visibly(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.slack.user_change(desk.anna.id, deleted=True)
    await desk.settle()
    assert "The account of anna is deactivated." in desk.agents_room()[-1].text


async def test_a_new_name_is_shown_from_then_on(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.slack.user_change(desk.anna.id, name="annabel")
    await desk.say(desk.anna, "it is blue now")
    assert desk.agents_room()[-1].author == "annabel (via the bot)"


GOING = ["app_uninstalled", "tokens_revoked"]


async def gone_while_people_go_on(desk: World, *ways: str) -> Message:
    """The app is taken away, which is told in one way or several; a reply waits, customers write, one message is
    changed. Returns the first event's."""
    said = await desk.say(desk.anna, "my printer is on fire", desk.help)
    for how in ways:
        await getattr(desk.slack, how)()
    await desk.running.courier.settle()
    call = CommandInvoked("forced", Actor(desk.ref(desk.sam), "sam"), desk.place(desk.desk), "ticket reply", REPLY)
    await desk.running.app.handle(call)  # as from another platform of the same desk
    await desk.slack.say(desk.anna.id, desk.help, "it is blue now", thread_ts=said.ts)
    await desk.slack.say(desk.ben.id, "@bot", "my screen is dark")
    await desk.slack.edit(said, "my printer was on fire")
    return said


REPLY = {"ticket": "1", "text": "We come."}


async def all_is_there_once(desk: World, said: Message) -> None:
    assert await desk.running.courier.finish(20)
    await desk.settle()
    assert [line.text for line in desk.agents_room(1) if "delivered" not in line.text] == [
        "my printer was on fire (edited)", "it is blue now",
    ]  # fmt: skip
    assert [line.text for line in desk.agents_room(2)] == ["my screen is dark"]
    assert [line.text for line in desk.slack.replies(said)].count("We come.") == 1
    first = [d for d in desk.slack.courier.sent if d.payload.get("event", {}).get("ts") == said.ts]
    before = desk.sees(desk.sam)
    desk.slack.courier.repeat(first[0])  # what Slack delivers again after all is there already
    await desk.settle()
    assert desk.sees(desk.sam) == before


@pytest.mark.parametrize("how", GOING)
async def test_an_app_installed_again_with_its_token_goes_on_and_misses_nothing(
    desk: World, how: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapters.slack.api.PAUSE_WITHOUT_TOKEN", 0.2)
    await eventually(lambda: desk.chat.catch_up.compared)
    said = await gone_while_people_go_on(desk, how)
    assert "install the app again" in caplog.text
    await desk.chat.catch_up.look_again()
    until = await desk.running.store.read(lambda work: work.read_until("slack"))
    assert until is None or until.timestamp() < float(said.ts)
    desk.slack.reinstall()
    desk.chat.catch_up.hurry.set()
    await eventually(lambda: desk.chat.catch_up.absent_since is None and desk.chat.catch_up.compared)
    await all_is_there_once(desk, said)


@pytest.mark.parametrize("order", [GOING, GOING[::-1]], ids=" then ".join)
async def test_T34_in_whichever_order_it_is_told_all_comes_back_and_another_workspace_is_untouched(
    desk: World, order: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapters.slack.api.PAUSE_WITHOUT_TOKEN", 0.2)
    await eventually(lambda: desk.chat.catch_up.compared)
    others = await a_desk_elsewhere(desk)
    assert {table for table, _ in others} >= {"desks", "tickets", "timeline", "people", "outbox"}
    said = await gone_while_people_go_on(desk, *order)
    await desk.chat.catch_up.look_again()
    assert desk.chat.catch_up.absent_since is not None
    assert await gone_from(desk) == [desk.slack.work.team.id]
    desk.slack.reinstall()
    desk.chat.catch_up.hurry.set()
    await eventually(lambda: desk.chat.catch_up.absent_since is None and desk.chat.catch_up.compared)
    await all_is_there_once(desk, said)
    assert await gone_from(desk) == []
    assert rows_elsewhere(desk) == others


async def gone_from(desk: World) -> list[str]:
    """Workspaces of which the month runs after which all from there is deleted."""
    return [each.workspace for each in await desk.running.store.read(lambda work: work.departures.all())]


async def a_desk_elsewhere(desk: World) -> Mapping[tuple[str, str], str]:
    """In another workspace, on a platform that is away: a customer and what waits for both sides. Its rows."""
    intake, agents = Place("elsewhere", "W2", "help"), Place("elsewhere", "W2", "agents")
    value = DeskValue(0, "elsewhere", agents, Settings())
    await desk.running.store.write(lambda work: work.desks.save(value, [intake], []))
    zoe = Actor(UserRef("elsewhere", "W2", "zoe"), "Zoe")
    await desk.running.app.handle(MessagePosted("e1", zoe, replace(intake, message="m1"), "elsewhere it rains in"))
    return rows_elsewhere(desk)


def rows_elsewhere(desk: World) -> Mapping[tuple[str, str], str]:
    rows = everything(desk.running.store.engine)
    return {key: row for key, row in rows.items() if "elsewhere" in row}


@pytest.mark.parametrize("how", GOING)
async def test_an_app_installed_again_with_another_token_goes_on_after_a_start_with_it(tmp_path: Path, how: str):
    slack = FakeSlack(manifest=manifest(all_routes()))
    async with world(tmp_path, http=True, slack=slack) as desk:
        await eventually(lambda: desk.chat.catch_up.compared)
        said = await gone_while_people_go_on(desk, how)
        slack.reinstall("xoxb-another-token")
        await desk.chat.catch_up.look_again()
        assert desk.chat.catch_up.absent_since is not None
        await desk.stop()
        await overdue(tmp_path)
        async with bot(slack, tmp_path, http=True) as desk.running:
            await eventually(lambda: desk.chat.catch_up.compared)
            await all_is_there_once(desk, said)
            assert await gone_from(desk) == []


async def overdue(folder: Path) -> None:
    """What was postponed for a minute because there was no token may be tried now."""
    with sqlite3.connect(folder / "helpthread.db") as database:
        database.execute("UPDATE outbox SET not_before = 0")


async def test_a_token_in_the_environment_is_no_reason_for_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Bolt finds it there and warned at each start that it does not need it, and the log shows no words of others."""
    slack = FakeSlack(manifest=manifest(all_routes()))
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.app.bot_token)
    async with world(tmp_path, http=True, slack=slack):
        assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("how", GOING)
async def test_a_start_without_a_token_that_works_says_so_and_ends(tmp_path: Path, how: str):
    async with FakeSlack() as slack:
        await getattr(slack, how)()
        chat = slack_chat(slack, all_routes(), DiskFiles(tmp_path / "files"), http=True)
        with pytest.raises(Problem, match="SLACK_BOT_TOKEN is not accepted: the"):
            await chat.run(nobody)
        slack.reinstall()
        wrong = slack_chat(slack, all_routes(), DiskFiles(tmp_path / "files"))
        wrong.app_token = "xapp-wrong"
        with pytest.raises(Problem, match="SLACK_APP_TOKEN is not accepted"):
            await wrong.run(nobody)


async def test_a_port_that_is_taken_is_told_in_a_line(desk: World):
    other = slack_chat(desk.slack, all_routes(), DiskFiles(desk.folder / "files"), http=True)
    other.port = desk.chat.http.port
    with pytest.raises(Problem, match="set HTTP_PORT to another one"):
        await other.run(nobody)


async def nobody(event: object) -> None:
    """Hears nothing."""


async def test_an_hour_without_slack_is_caught_up_when_it_is_back(desk: World):
    said = await desk.say(desk.anna, "my printer is on fire", desk.help)
    desk.slack.fail("auth.test", status=503)
    await desk.chat.catch_up.look_again()
    desk.slack.app.events = frozenset()  # Slack gave up delivering
    await desk.slack.say(desk.anna.id, desk.help, "it is blue now", thread_ts=said.ts)
    desk.slack.app.events = frozenset(EVENTS)
    await desk.chat.catch_up.look_again()
    await desk.settle()
    assert [line.text for line in desk.agents_room()] == ["my printer is on fire", "it is blue now"]


async def test_an_hour_in_which_slack_could_not_reach_us_is_caught_up(desk: World, monkeypatch, caplog):
    said = await desk.say(desk.anna, "my printer is on fire", desk.help)
    desk.slack.app.events = frozenset()  # nothing is delivered any more
    await desk.slack.say(desk.anna.id, desk.help, "it is blue now", thread_ts=said.ts)
    call = CommandInvoked("forced", Actor(desk.ref(desk.sam), "sam"), desk.place(desk.desk), "ticket reply", REPLY)
    await desk.running.app.handle(call)
    await desk.running.courier.settle()
    monkeypatch.setattr("adapters.slack.catchup.RETRIES", timedelta(seconds=0))
    await desk.chat.catch_up.look_again()
    assert "do not arrive" in caplog.text
    monkeypatch.undo()
    desk.slack.app.events = frozenset(EVENTS)
    await desk.slack.say(desk.ben.id, "@bot", "is anybody there?")  # is delivered again after the gap was read
    await eventually(lambda: desk.chat.catch_up.absent_since is None)
    await desk.slack.advance(61)
    await desk.settle()
    assert [line.text for line in desk.agents_room(1) if "delivered" not in line.text] == [
        "my printer is on fire", "it is blue now",
    ]  # fmt: skip
    assert [line.text for line in desk.agents_room(2)] == ["is anybody there?"]


async def test_a_user_group_makes_agents_also_beyond_its_first_page(desk: World):
    crowd = [desk.slack.user(f"colleague{number}") for number in range(520)]
    group = desk.slack.group("oncall", [person.id for person in crowd])
    last = crowd[-1]
    desk.slack.work.channels[desk.desk.id].members[last.id] = None
    found = (await desk.running.store.read(lambda work: work.desks.all()))[0]
    principal = f"slack:{desk.team}/@{group.id}"
    await desk.running.store.write(lambda work: work.desks.set_rank(found.id, principal, Rank.AGENT))
    assert Member(principal, Rank.AGENT) in await desk.running.store.read(lambda work: work.desks.members(found.id))
    desk.chat.people.groups_changed()
    await desk.say(desk.anna, "my printer is on fire")
    await desk.press(last, "Claim", on=desk.card().ts)
    assert "claimed by colleague519" in desk.card().text
    desk.slack.work.groups[group.id].users.remove(last.id)
    desk.chat.people.groups_changed()
    await desk.press(last, "Release", on=desk.card().ts)
    assert "claimed by colleague519" in desk.card().text
