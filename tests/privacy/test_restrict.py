"""A restricted person's data is kept: they still have their rights, and nobody else sees or uses it."""

from collections.abc import Iterator

import pytest

from bot.effects import CLERK
from bot.inbound import ButtonPressed, CommandInvoked, Event, FormSubmitted
from bot.ports import Say
from bot.privacy.model import Asked, Stage
from bot.router import Command, Scope
from bot.routes import all_routes
from storage.files import DiskFiles
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, LEA, SAM, Desk, agents_thread, private
from tests.privacy.conftest import settle
from tests.privacy.test_export import contents, export_of, rows
from tests.privacy.test_mydata import buttons

SECRET = "Quittenmarmelade"
ROUTER = all_routes()


@pytest.fixture
async def restricted(office: Desk) -> Desk:
    """Ana wrote, Sam claimed and answered, and then Ana had her data restricted."""
    await office.say(ANA, f"my {SECRET} is on fire")
    await office.type(SAM, "/ticket claim 1")
    await office.type(SAM, "/ticket tag 1 +jam")
    await office.say(SAM, f"!r is the {SECRET} insured?", agents_thread(1))
    await settle(office)
    await office.type(ANA, "/mydata restrict", private(ANA))
    told = await office.click(ANA, "Restrict it")
    assert told.startswith("Your data is restricted from now on")
    await settle(office)
    return office


def agents_see(desk: Desk) -> str:
    return "\n".join(text for room in desk.chat.rooms if room.startswith("agents") for text in desk.room(room))


# What agents see


async def test_nothing_is_restricted_before_the_button(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    shown = await office.type(ANA, "/mydata restrict", private(ANA))
    assert shown.startswith("Restrict your data?")
    assert not (await office.ticket(1)).restricted


async def test_agents_see_a_placeholder_on_the_card_in_the_thread_and_in_lists(restricted: Desk) -> None:
    assert restricted.card(1).startswith("#1 (restricted)")
    assert "(restricted: kept, and not to be used)" in restricted.agents_room(1)
    # Sam's own message in the thread is on the platform, and not ours to take back.
    assert SECRET not in agents_see(restricted)
    shown = await restricted.type(SAM, "/ticket list")
    assert "#1 (restricted) · (restricted)" in shown
    assert "Ana" not in shown


async def test_agents_do_not_find_it(restricted: Desk) -> None:
    assert await restricted.type(SAM, f"/ticket search {SECRET}") == f"Nothing found for “{SECRET}”."
    assert "No tickets" in await restricted.type(SAM, "/ticket list tag:jam")
    assert "#1" not in await restricted.type(SAM, "/ticket search insured")


async def test_what_agents_write_is_neither_sent_nor_kept(restricted: Desk) -> None:
    before = (await restricted.ticket(1)).entries
    for text in ("a note about the jam", "!r an answer"):
        told = await restricted.say(SAM, text, agents_thread(1))
        assert told.startswith("The customer of #1 had their data restricted")
    await settle(restricted)
    assert (await restricted.ticket(1)).entries == before
    assert "an answer" not in "".join(restricted.private(ANA))


FORGED = {"text": SECRET, "subject": "s", "reason": "r", "priority": "high", "tags": "+x", "person": str(KIM.ref)}


def ways(desk: Desk, command: Command, ticket: str) -> Iterator[Event]:
    for who in (SAM, LEA):
        yield ButtonPressed(desk._id(), who, AGENTS, command.action, ticket)
        yield FormSubmitted(desk._id(), who, AGENTS, command.action, ticket, FORGED)
        yield CommandInvoked(desk._id(), who, AGENTS, command.name, FORGED | {"ticket": "1"})


@pytest.mark.parametrize(
    "command", [c for c in ROUTER.commands.values() if c.scope is Scope.TICKET], ids=lambda command: command.action
)
async def test_no_command_does_anything_with_it_but_those_that_say_so(restricted: Desk, command: Command) -> None:
    before = await restricted.ticket(1)
    for event in ways(restricted, command, str(before.id)):
        told = await restricted.handle(event)
        assert SECRET not in told
        if command.restricted != "agent":
            assert told.startswith("The customer of #1 had their data restricted"), told
    await settle(restricted)
    assert SECRET not in agents_see(restricted)
    after = await restricted.ticket(1)
    assert (after.version == before.version) == (command.action != "ticket.release")


async def test_few_commands_work_on_what_is_restricted(office: Desk) -> None:
    works = {command.action: command.restricted for command in office.router.commands.values() if command.restricted}
    assert works == {"ticket.release": "agent", "ticket.show": "customer"}


async def test_an_agent_who_exports_their_own_data_does_not_get_it(restricted: Desk, files: DiskFiles) -> None:
    said = "".join(contents(await export_of(restricted, files, SAM)).values())
    assert SECRET not in said
    assert "(restricted)" in said


async def test_nobody_opens_a_ticket_for_them(restricted: Desk) -> None:
    told = await restricted.type(SAM, "/ticket open for:ana the jam again")
    assert "had your data restricted" in told or "had their data restricted" in told
    assert len(await restricted.store.read(lambda work: work.tickets.open_of(ANA.ref))) == 1


# What they still can do


async def test_what_they_write_is_not_passed_on_and_they_are_told_how_to_go_on(restricted: Desk) -> None:
    before = (await restricted.ticket(1)).entries
    for place in (private(ANA), HELP):
        told = await restricted.say(ANA, "hello?", place)
        assert told.startswith("You had your data restricted, so what you wrote was not passed on")
        assert "/mydata lift" in told
    assert (await restricted.ticket(1)).entries == before


async def test_they_see_export_and_correct_what_is_theirs(restricted: Desk, files: DiskFiles) -> None:
    assert "tickets: 1" in await restricted.type(ANA, "/mydata", private(ANA))
    assert SECRET in "".join(contents(await export_of(restricted, files, ANA)).values())
    await restricted.press(ANA, "mydata.correct-words")
    told = await restricted.fill(ANA, wrong=SECRET, right="Kirschmarmelade")
    await settle(restricted)
    assert told.startswith("Corrected in 2 messages")
    assert "Kirschmarmelade" not in agents_see(restricted)


async def test_they_can_have_it_deleted(restricted: Desk) -> None:
    await restricted.type(ANA, "/mydata delete", private(ANA))
    await restricted.click(ANA, "Delete all of it")
    await settle(restricted)
    assert await restricted.store.read(lambda work: work.privacy.view(ANA.ref)) == []


async def test_others_are_served_as_ever(restricted: Desk) -> None:
    await restricted.say(BEN, "my printer is on fire")
    assert await restricted.type(SAM, "/ticket claim 2") == "Ticket #2 is yours."
    assert "#2 my printer" in await restricted.type(SAM, "/ticket search printer")


# The end of it


async def test_lifting_brings_everything_back(restricted: Desk) -> None:
    assert (await restricted.type(ANA, "/mydata lift", private(ANA))).startswith("The restriction is lifted")
    await settle(restricted)
    assert restricted.card(1).startswith(f"#1 my {SECRET} is on fire")
    assert any(SECRET in text for text in restricted.agents_room(1))
    await restricted.say(ANA, "hello?")
    await settle(restricted)
    assert restricted.agents_room(1)[-1].startswith("Ana\nhello?") or "hello?" in restricted.agents_room(1)[-1]


async def test_what_is_so_already_is_said_and_nothing_changes(restricted: Desk) -> None:
    assert "since 2026-01-05 09:00 UTC" in await restricted.type(ANA, "/mydata restrict", private(ANA))
    assert list(buttons(restricted)) == ["Lift it"]
    await restricted.press(ANA, "mydata.restrict-now")
    requests = await restricted.store.read(lambda work: work.privacy.requests_of(ANA.ref))
    assert [(r.asked, r.stage) for r in requests] == [(Asked.RESTRICTION, Stage.DONE)]
    assert (
        await restricted.type(BEN, "/mydata lift", private(BEN)) == "Your data is not restricted. Nothing was changed."
    )


async def test_lifting_at_once_is_not_overtaken_by_the_restriction(office: Desk) -> None:
    await office.say(ANA, f"my {SECRET} is on fire")
    clerk = office.chats.pop(CLERK)
    await office.press(ANA, "mydata.restrict-now")
    await office.type(ANA, "/mydata lift", private(ANA))
    office.chats[CLERK] = clerk
    await settle(office)
    assert office.card(1).startswith(f"#1 my {SECRET} is on fire")
    requests = await office.store.read(lambda work: work.privacy.requests_of(ANA.ref))
    assert [(r.asked, r.stage) for r in requests] == [
        (Asked.LIFTING, Stage.DONE),
        (Asked.RESTRICTION, Stage.EXPIRED),
    ]


async def test_an_agent_who_restricts_their_own_data_works_on(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.press(SAM, "mydata.restrict-now")
    await settle(office)
    assert await office.say(SAM, "!r on my way", agents_thread(1)) == ""
    assert any("on my way" in text for text in office.private(ANA))


# Objections and consents


async def test_an_objection_counts_until_it_is_taken_back(office: Desk) -> None:
    shown = await office.type(ANA, "/mydata object", private(ANA))
    assert "• asking you how satisfied you are: yes" in shown
    assert list(buttons(office)) == ["No statistics", "No surveys", "No quality"]
    told = await office.click(ANA, "No surveys")
    assert told.startswith("From now on this is not done any more with your data: asking you how satisfied you are.")
    shown = await office.type(ANA, "/mydata object", private(ANA))
    assert "• asking you how satisfied you are: no, as you chose on 2026-01-05" in shown
    assert "• counting your tickets in the desk's statistics: yes\n" in shown
    await office.click(ANA, "Yes, surveys")
    assert "satisfied you are: yes, as you chose" in await office.type(ANA, "/mydata object", private(ANA))


async def test_without_consent_nothing_is_done_and_it_is_withdrawn_as_easily_as_given(office: Desk) -> None:
    assert "example for new agents: no" in await office.type(ANA, "/mydata consent", private(ANA))
    await office.type(ANA, "/mydata consent examples", private(ANA))
    assert list(buttons(office)) == ["No, after all"]
    await office.click(ANA, "No, after all")
    assert list(buttons(office)) == ["Yes, after all"]
    assert "agents: no, as you chose" in await office.type(ANA, "/mydata consent", private(ANA))


async def test_each_choice_leaves_a_proof_of_when_how_and_to_which_words(office: Desk, files: DiskFiles) -> None:
    await office.type(ANA, "/mydata consent examples", private(ANA))
    office.later(hours=3)
    await office.press(ANA, "mydata.forbid", "examples")
    await office.press(ANA, "mydata.forbid", "examples")
    kept = rows(await export_of(office, files, ANA), "data/yours/choices.jsonl")
    assert [(row["allowed"], row["method"], row["until"]) for row in kept] == [
        (True, "mydata consent on fake", "2026-01-05T12:00:00+00:00"),
        (False, "mydata forbid on fake", None),
    ]
    assert all(len(row["text_hash"]) == 64 for row in kept)


async def test_a_forged_purpose_changes_nothing(office: Desk) -> None:
    told = await office.press(ANA, "mydata.allow", "selling")
    assert isinstance(office.reply, Say)
    assert told.startswith("That button is not valid any more. Nothing was changed.")
    assert await office.store.read(lambda work: work.privacy.choices(ANA.ref)) == []
