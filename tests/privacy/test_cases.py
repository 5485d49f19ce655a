"""What goes wrong elsewhere, each under the number of its case in the design: agents who are customers, tickets of
several people, floods, clocks, restrictions, new versions of the notice, corrections. On both databases."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.inbound import Actor, ButtonPressed, CommandInvoked, Event, FormSubmitted
from bot.ports import UnitOfWork
from bot.privacy.asking.restriction import turn
from bot.privacy.model import Asked, Request
from bot.privacy.notices.policy import keep_current
from bot.privacy.promises import Promises
from bot.router import Command
from bot.routes import all_routes
from storage.files import DiskFiles
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, LEA, SAM, Desk, agents_thread, help_thread, person, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import engine, erase
from tests.privacy.test_export import contents, export_of

CARA = person("cara")
JAM, TEA, OIL, RYE = "Quittenmarmelade", "Zitronenmelisse", "Haselnussmus", "Weizenkeime"


async def held(desk: Desk, who: Actor) -> list[str]:
    return [one.what for one in await desk.store.read(lambda work: work.privacy.view(who.ref))]


# Agents are people


async def test_T5_an_agent_who_is_a_customer_gets_both_roles_and_never_mixed(office: Desk, files: DiskFiles) -> None:
    await office.say(SAM, f"my own {JAM} burns", private(SAM))
    await office.say(ANA, f"my {TEA} burns")
    await office.type(SAM, "/ticket claim 2")
    await office.say(SAM, f"!r try {OIL}", agents_thread(2))
    await office.say(SAM, f"{RYE} is what she needs", agents_thread(2))
    await settle(office)
    archive = await export_of(office, files, SAM)
    inside = contents(archive)
    yours = "".join(text for path, text in inside.items() if path.startswith("data/yours/"))
    as_agent = "".join(text for path, text in inside.items() if path.startswith("data/as-agent/"))
    portable = "".join(text for path, text in inside.items() if path.startswith("portability/"))
    assert JAM in yours
    assert JAM not in as_agent
    assert OIL in as_agent
    assert RYE in as_agent
    assert OIL not in yours + portable
    assert TEA not in "".join(inside.values())
    view = await office.type(SAM, "/mydata", private(SAM))
    assert "Yours\n" in view
    assert "As an agent\n" in view


async def test_T5_as_a_customer_they_are_erased_and_their_replies_stay_with_the_customers(
    office: Desk, files: DiskFiles
) -> None:
    await office.say(SAM, f"my own {JAM} burns", private(SAM))
    await office.say(ANA, f"my {TEA} burns")
    await office.type(SAM, "/ticket claim 2")
    await office.say(SAM, f"!r try {OIL}", agents_thread(2))
    await settle(office)
    await erase(office, SAM)
    left = "\n".join(everything(engine(office)).values())
    assert JAM not in left
    assert str(SAM.ref) not in left
    assert OIL in left
    assert TEA in left
    archive = "".join(contents(await export_of(office, files, ANA)).values())
    assert OIL in archive
    assert "Sam" not in archive


async def test_T6_an_agents_own_view_export_and_deletion_show_no_customer_and_take_nothing_from_them(
    office: Desk, files: DiskFiles
) -> None:
    await office.say(ANA, f"my {TEA} burns, says Ana")
    await office.type(SAM, "/ticket claim 1")
    await office.say(SAM, f"!r dear Ana, {OIL}", agents_thread(1))
    await settle(office)
    mine = "".join(contents(await export_of(office, files, SAM)).values())
    assert OIL in mine
    assert TEA not in mine
    assert "Ana" not in mine
    assert str(ANA.ref) not in mine
    assert "Ana" not in await office.type(SAM, "/mydata", private(SAM))
    await erase(office, SAM)
    assert await held(office, SAM) == []
    ticket = await office.ticket(1)
    assert ticket.assignee is None
    hers = "".join(contents(await export_of(office, files, ANA)).values())
    assert OIL in hers
    assert "Sam" not in hers


async def test_T6_an_agent_has_no_officers_hand_in_their_own_request(office: Desk) -> None:
    await office.store.write(partial(_make_officer, SAM))
    await office.type(SAM, "/mydata delete", private(SAM))
    (request,) = await office.store.read(lambda work: work.privacy.requests_of(SAM.ref))
    for command in ("show", "extend", "refuse", "confirm", "clear"):
        reason = {"extend": " complex", "refuse": " claims"}.get(command, "")
        told = await office.type(SAM, f"/privacy {command} {request.number}{reason}", private(SAM))
        assert "There is no request of that number here" in told, command
    assert await office.type(SAM, "/privacy queue", private(SAM)) == "No requests are open."


def _make_officer(who: Actor, work: UnitOfWork) -> None:
    [desk] = work.desks.all()
    members = [replace(m, officer=m.principal == str(who.ref)) for m in work.desks.members(desk.id)]
    work.desks.save(desk, [HELP], members)


# Tickets of several people


async def test_T9_a_ticket_of_three_is_exported_with_ones_own_words_alone(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, f"my {JAM} burns", HELP)
    await office.say(BEN, f"my {TEA}, too, Ana!", help_thread(1))
    await office.say(CARA, f"> my {TEA}, too, Ana!\n and my {OIL}", help_thread(1))
    await office.type(SAM, "/ticket claim 1")
    await office.say(SAM, f"Ben and Cara are {RYE}", agents_thread(1))
    await settle(office)
    archive = await export_of(office, files, BEN)
    inside = contents(archive)
    whole = "\n".join((*inside, *inside.values()))
    assert TEA in whole
    for foreign in (JAM, OIL, RYE, "Cara", str(CARA.ref), str(ANA.ref), "Ana", "Sam", str(SAM.ref)):
        assert foreign not in whole, foreign
    hers = "".join(contents(await export_of(office, files, CARA)).values())
    assert OIL in hers
    assert JAM not in hers
    assert "Ben" not in hers


# Floods and clocks


@pytest.mark.parametrize("command", ["mydata export", "mydata delete"])
async def test_T27_a_hundred_submits_make_one_request(office: Desk, command: str) -> None:
    await office.say(ANA, "my printer is on fire")
    events = [CommandInvoked(f"press {n}", ANA, private(ANA), command) for n in range(100)]
    await asyncio.gather(*map(office.app.handle, events))
    requests = await office.store.read(lambda work: work.privacy.requests_of(ANA.ref))
    assert [request.asked for request in requests] == [Asked.EXPORT if "export" in command else Asked.ERASURE]


async def test_T27_the_same_person_on_two_accounts_has_one_request_on_each(office: Desk) -> None:
    other = person("ana2")
    who = [ANA, other] * 25
    events = [CommandInvoked(f"press {n}", one, private(one), "mydata export") for n, one in enumerate(who)]
    await asyncio.gather(*map(office.app.handle, events))
    for one in (ANA, other):
        found = await office.store.read(lambda work, one=one: work.privacy.requests_of(one.ref))  # type: ignore[misc]
        assert len(found) == 1


@pytest.mark.parametrize(
    ("received", "due", "extended", "too_late"),
    [
        ("2026-01-31", "2026-02-28", "2026-04-30", "2026-03-01"),
        ("2028-01-31", "2028-02-29", "2028-04-30", "2028-03-01"),
        ("2026-03-29", "2026-04-29", "2026-06-29", "2026-04-30"),  # the day clocks are put forward in Europe
        ("2026-10-25", "2026-11-25", "2027-01-25", "2026-11-26"),  # and back
        ("2026-11-30", "2026-12-30", "2027-02-28", "2026-12-31"),
    ],
)
async def test_T31_a_request_is_due_in_a_month_and_extended_once_within_it(
    office: Desk, received: str, due: str, extended: str, too_late: str
) -> None:
    await office.store.write(partial(_make_officer, LEA))
    office.clock.time = _day(received) + timedelta(hours=12)
    await office.type(LEA, f"/privacy log deletion @ana letter {received}", private(LEA))
    (first,) = await office.store.read(lambda work: work.privacy.requests_of(ANA.ref))
    assert f"{first.answer_by:%Y-%m-%d}" == due
    told = await office.type(LEA, f"/privacy extend {first.number} complex", private(LEA))
    assert f"by {extended} now" in told
    assert "cannot be extended" in await office.type(LEA, f"/privacy extend {first.number} many", private(LEA))
    await settle(office)
    assert f"You have an answer by {extended}." in office.private(ANA)[-1]
    await office.type(LEA, f"/privacy log export @ana letter {received}", private(LEA))
    (second, _) = await office.store.read(lambda work: work.privacy.requests_of(ANA.ref))
    office.clock.time = _day(too_late)
    assert "cannot be extended" in await office.type(LEA, f"/privacy extend {second.number} many", private(LEA))


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Restriction: every handler there is, and a restricted person

ROUTER = all_routes()
LOOKED_AT = frozenset({"ticket.release"})  # what agents may still do with a ticket that is restricted
FORGED = {"text": "x", "subject": "s", "reason": "spam", "priority": "high", "tags": "+x", "state": "closed"}
FORGED |= {"words": "Quittenmarmelade", "name": "x", "days": "3", "person": str(ANA.ref), "for": str(ANA.ref)}
RIGHTS = ("mydata", "privacy")  # what people, and officers, may do to data that is restricted


def others(command: Command) -> bool:
    return command.name.split()[0] not in RIGHTS


@pytest.fixture
async def restricted(office: Desk) -> Desk:
    await office.say(ANA, f"my {JAM} is on fire")
    await office.type(SAM, "/ticket claim 1")
    await office.store.write(partial(turn, ANA.ref, True))
    await settle(office)
    return office


def attempts(desk: Desk, command: Command, ticket: int) -> Iterator[Event]:
    for who in (SAM, KIM, LEA, BEN):
        for place in (AGENTS, agents_thread(1)):
            for arg in (str(ticket), "1", ""):
                yield ButtonPressed(desk._id(), who, place, command.action, arg)
                yield FormSubmitted(desk._id(), who, place, command.action, arg, FORGED)
            yield CommandInvoked(desk._id(), who, place, command.name, FORGED | {"ticket": "1"})


@pytest.mark.parametrize(
    "command", [command for command in ROUTER.commands.values() if others(command)], ids=lambda command: command.action
)
async def test_T33_no_handler_shows_or_uses_what_is_restricted(restricted: Desk, command: Command) -> None:
    before = await restricted.ticket(1)
    for event in attempts(restricted, command, before.id):
        told = await restricted.handle(event)
        assert JAM not in told.replace(f"“{JAM}”", "what was searched for"), event
    await settle(restricted)
    shown = [text for room, seen in restricted.chat.rooms.items() if room != "@ana" for text in restricted.room(room)]
    assert JAM not in "\n".join(shown)
    after = await restricted.ticket(1)
    assert after.restricted
    if command.action not in LOOKED_AT:
        assert (after.version, after.state, after.subject) == (before.version, before.state, before.subject)


async def test_T33_what_is_said_in_its_rooms_goes_nowhere(restricted: Desk) -> None:
    before = await restricted.ticket(1)
    for who, place in ((SAM, agents_thread(1)), (ANA, private(ANA)), (BEN, agents_thread(1))):
        for text in (f"more {TEA}", f"!r more {TEA}"):
            await restricted.say(who, text, place)
    await settle(restricted)
    after = await restricted.ticket(1)
    assert (after.version, after.entries) == (before.version, before.entries)
    assert TEA not in "\n".join(text for room in restricted.chat.rooms for text in restricted.room(room))


async def test_T33_time_does_nothing_with_it_and_a_lift_is_told_first(restricted: Desk) -> None:
    before = await restricted.ticket(1)
    for _ in range(40):
        restricted.later(days=1)
        await restricted.tick()
    await settle(restricted)
    after = await restricted.ticket(1)
    assert (after.version, after.state, after.subject) == (before.version, before.state, before.subject)
    assert "lifted" in await restricted.type(ANA, "/mydata lift", private(ANA))


# New versions of the notice


async def test_T39_a_material_change_is_told_once_to_everybody_also_to_who_was_away(office: Desk) -> None:
    office.store.promises = await keep_current(office.store, Promises(recipients=("fake",)))  # type: ignore[attr-defined]
    await office.say(ANA, "my printer is on fire")
    await office.say(BEN, "mine, too")
    office.later(days=1)
    office.store.promises = await keep_current(  # type: ignore[attr-defined]
        office.store,
        Promises(recipients=("fake", "archive")),
    )
    (new, old) = await office.store.read(lambda work: work.privacy.notices(2))
    assert new.material
    assert new.effective_at - new.published_at >= timedelta(days=30)
    assert "privacy notice" in await office.type(ANA, "/mydata status", private(ANA))
    assert "privacy notice" not in await office.type(ANA, "/mydata status", private(ANA))
    office.later(days=60)  # Ben was away
    assert "privacy notice" in await office.type(BEN, "/mydata status", private(BEN))
    assert "privacy notice" not in await office.type(BEN, "/mydata status", private(BEN))
    choices = await office.store.read(lambda work: work.privacy.choices(ANA.ref))
    assert choices == []  # nobody is asked to agree where consent is not the basis
    assert old.number < new.number


# Corrections


async def test_T41_a_wrong_statement_is_nowhere_any_more(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, f"I owe {JAM} to my neighbour")
    await office.type(SAM, "/ticket claim 1")
    await settle(office)
    await office.submit(ANA, "mydata.correct-words", place=private(ANA), wrong=JAM, right="nothing")
    await settle(office)
    rows = "\n".join(everything(engine(office)).values())
    assert JAM not in rows
    shown = "\n".join(text for room in office.chat.rooms for text in office.room(room))
    assert JAM not in shown
    assert "nothing to my neighbour" in shown
    assert await office.type(SAM, f"/ticket search {JAM}") == f"Nothing found for “{JAM}”."
    archive = "".join(contents(await export_of(office, files, ANA)).values())
    assert JAM not in archive
    assert "corrected a message" in archive


async def test_T41_a_disputed_fact_is_restricted_until_it_is_decided(office: Desk) -> None:
    await office.store.write(partial(_make_officer, LEA))
    await office.say(ANA, f"my {JAM} is on fire")
    await office.submit(ANA, "mydata.dispute", place=private(ANA), ticket="1", text="I never owed anything")
    request: Request = (await office.store.read(lambda work: work.privacy.requests_of(ANA.ref, Asked.DISPUTE)))[0]
    assert (await office.ticket(1)).restricted
    await office.type(LEA, f"/privacy decide {request.number} right", private(LEA))
    await settle(office)
    assert not (await office.ticket(1)).restricted
    assert "I never owed anything" in "\n".join(office.agents_room(1))
