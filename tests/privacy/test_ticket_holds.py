"""A legal hold on one ticket: the rest of its customer goes, the ticket waits unseen, and goes when the hold ends."""

from datetime import timedelta
from functools import partial

import pytest

from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers.counter import do
from bot.privacy.retaining.purging import purge_everything
from tests.desk import ANA, BEN, LEA, SAM, Desk, agents_thread, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import release, settle
from tests.privacy.test_cases import _make_officer
from tests.privacy.test_erasure import engine

JAM, TEA, OIL, RYE = "Quittenmarmelade", "Zitronenmelisse", "Haselnussmus", "Weizenkeime"


def until(desk: Desk, days: int) -> str:
    return f"{desk.clock.time + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture
async def two_tickets(office: Desk) -> Desk:
    """Ana has two, of which the second is open, and held; Lea is the officer."""
    await office.store.write(partial(_make_officer, LEA))
    await office.say(ANA, f"my {JAM} burns")
    await office.type(SAM, "/ticket claim 1")
    await office.say(SAM, f"!r try {OIL}", agents_thread(1))
    await office.type(SAM, "/ticket close 1")
    await office.type(ANA, f"/ticket open my {TEA} burns", private(ANA))
    await office.type(SAM, "/ticket claim 2")
    await office.say(SAM, f"!r try {RYE}", agents_thread(2))
    await settle(office)
    told = await office.type(LEA, f"/privacy hold @ana claims {until(office, 60)} 2", private(LEA))
    assert " stands: nothing of #2 is deleted until it is released." in told
    return office


async def delete(desk: Desk) -> None:
    await desk.type(ANA, "/mydata delete", private(ANA))
    await desk.click(ANA, "Delete all of it")
    await settle(desk)


def rows(desk: Desk) -> str:
    return "\n".join(everything(engine(desk)).values())


async def held(desk: Desk) -> int:
    """The number of the hold that is looked at first."""
    return (await desk.store.read(lambda work: work.privacy.holds(9)))[0].number


async def rests(desk: Desk) -> list[Request]:
    return list(await desk.store.read(lambda work: work.privacy.requests_of(ANA.ref, Asked.REST)))


async def test_T28_of_two_tickets_the_one_that_is_not_held_is_erased_and_the_other_waits(two_tickets: Desk) -> None:
    await delete(two_tickets)
    left = rows(two_tickets)
    assert JAM not in left
    assert TEA in left
    assert RYE in left
    kept = await two_tickets.ticket(2)
    assert kept.customer == ANA.ref
    assert kept.restricted
    (rest,) = await rests(two_tickets)
    assert rest.stage is Stage.HELD
    receipt = two_tickets.private(ANA)[-1]
    assert "Deleted\n• messages" in receipt
    assert "Not deleted yet\n• ticket #2 and your name: the law has us keep it for now." in receipt
    shown = "\n".join(text for room in two_tickets.chat.rooms for text in two_tickets.room(room) if room != "@ana")
    assert TEA not in shown


async def test_the_question_says_that_what_is_held_is_only_put_aside(two_tickets: Desk) -> None:
    aside = "What a legal hold keeps is only put aside, and deleted by itself as soon as the hold ends."
    assert aside in await two_tickets.type(ANA, "/mydata delete", private(ANA))
    assert aside not in await two_tickets.type(BEN, "/mydata delete", private(BEN))


async def test_an_officer_sees_whose_hold_it_is_and_not_ones_own(two_tickets: Desk) -> None:
    number = await held(two_tickets)
    shown = await two_tickets.type(LEA, f"/privacy show {number} hold", private(LEA))
    assert shown.startswith(f"hold {number}: claims, since 2026-01-05, of one ticket, review by ")
    assert "Of Ana (fake/w/ana)\nNothing of support#2 is deleted; all else of theirs may be." in shown
    assert await two_tickets.store.write(lambda work: do("show.hold", [str(number)], work)) == shown
    await two_tickets.store.write(
        lambda work: do("hold", ["fake/w/lea", "claims", until(two_tickets, 9), "", ""], work)
    )
    assert "There is no hold" in await two_tickets.type(LEA, f"/privacy show {number + 1} hold", private(LEA))


async def test_T28_nobody_uses_what_is_held_and_it_cannot_be_called_off(two_tickets: Desk) -> None:
    await delete(two_tickets)
    assert await two_tickets.type(SAM, f"/ticket search {TEA}") == f"Nothing found for “{TEA}”."
    assert TEA not in await two_tickets.type(SAM, "/ticket show 2")
    await two_tickets.type(SAM, "/ticket reopen 2")
    assert (await two_tickets.ticket(2)).restricted
    (rest,) = await rests(two_tickets)
    await two_tickets.type(ANA, f"/mydata cancel {rest.number}", private(ANA))
    assert "cannot be refused" in await two_tickets.type(LEA, f"/privacy refuse {rest.number} claims", private(LEA))
    (rest,) = await rests(two_tickets)
    assert rest.stage is Stage.HELD


async def test_T28_the_release_erases_the_rest_by_itself(two_tickets: Desk) -> None:
    await delete(two_tickets)
    told = await release(two_tickets, LEA, await held(two_tickets))
    assert told.endswith(" is released. The deletion that waited for it begins now.")
    await settle(two_tickets)
    left = rows(two_tickets)
    assert TEA not in left
    assert str(ANA.ref) not in left
    assert await two_tickets.store.read(lambda work: work.privacy.view(ANA.ref)) == []
    assert two_tickets.private(ANA)[-1].startswith("Your data is deleted")
    assert RYE in left  # an agent's words are an agent's work, as in any erasure


async def test_T28_who_came_back_meanwhile_keeps_what_is_new(two_tickets: Desk) -> None:
    await delete(two_tickets)
    two_tickets.later(days=2)
    await two_tickets.say(ANA, "my Apfelkompott burns")
    await two_tickets.press(ANA, "mydata.restrict-now", "")
    await two_tickets.type(ANA, "/mydata lift", private(ANA))
    await settle(two_tickets)
    assert (await two_tickets.ticket(2)).restricted
    await release(two_tickets, LEA, await held(two_tickets))
    await settle(two_tickets)
    assert TEA not in rows(two_tickets)
    assert (await two_tickets.ticket(3)).customer == ANA.ref
    assert "Apfelkompott" in rows(two_tickets)


async def test_T28_while_another_hold_stands_the_release_of_one_erases_nothing(two_tickets: Desk) -> None:
    await two_tickets.type(LEA, f"/privacy hold @ana obligation {until(two_tickets, 9)} #2", private(LEA))
    await delete(two_tickets)
    assert (await release(two_tickets, LEA, await held(two_tickets))).endswith(" is released.")
    await settle(two_tickets)
    assert TEA in rows(two_tickets)
    await release(two_tickets, LEA, await held(two_tickets))
    await settle(two_tickets)
    assert TEA not in rows(two_tickets)


async def test_T28_a_hold_past_its_review_date_alerts_the_officers_once(two_tickets: Desk) -> None:
    await delete(two_tickets)
    two_tickets.later(days=61)
    for _ in range(3):
        await two_tickets.tick()
    await settle(two_tickets)
    told = [text for text in two_tickets.private(LEA) if "has to be looked at again" in text]
    number = await held(two_tickets)
    assert told == [
        (
            f"Legal hold {number} has to be looked at again: /privacy show {number} hold says whose it is, then "
            "/privacy renew or /privacy release."
        )
    ]
    assert "of one ticket, review it now" in await two_tickets.type(LEA, "/privacy queue", private(LEA))
    assert TEA in rows(two_tickets)


async def test_retention_spares_a_held_ticket_and_not_the_other_one(two_tickets: Desk) -> None:
    await two_tickets.type(SAM, "/ticket close 2")
    await settle(two_tickets)
    two_tickets.later(days=400)
    await purge_everything(two_tickets.store)
    assert JAM not in rows(two_tickets)
    assert TEA in rows(two_tickets)
    await release(two_tickets, LEA, await held(two_tickets))
    await purge_everything(two_tickets.store)
    assert TEA not in rows(two_tickets)


@pytest.mark.parametrize("named", ["3", "#99", "help#2", "two", "-2"])
async def test_a_hold_takes_only_a_ticket_of_that_person(office: Desk, named: str) -> None:
    await office.store.write(partial(_make_officer, LEA))
    await office.say(ANA, f"my {JAM} burns")
    await office.say(BEN, f"my {TEA} burns")
    told = await office.type(LEA, f"/privacy hold @ana claims {until(office, 9)} {named}", private(LEA))
    assert told == "Nothing was changed: they have no ticket of that number."
    assert await office.store.read(lambda work: work.privacy.holds(9)) == []
