"""What somebody says is wrong goes to a privacy officer; the ticket is restricted until they have read the decision."""

import pytest

from bot.ports import TryLater
from bot.privacy.model import Asked, Request, Stage
from tests.desk import ANA, BEN, SAM, Desk, agents_thread, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import OLE, settle
from tests.privacy.test_erasure import engine

CLAIM = "I never owned a Zeppelinfahrrad"


@pytest.fixture
async def disputed(bureau: Desk) -> Desk:
    """Sam noted something about Ana, and Ana says that it is wrong."""
    await bureau.say(SAM, "she owns an airship", agents_thread(1))
    await bureau.type(ANA, "/mydata correct", private(ANA))
    await bureau.click(ANA, "Something else")
    told = await bureau.fill(ANA, ticket="1", text=CLAIM)
    assert told.startswith("A privacy officer decides about that, as request 1.")
    await settle(bureau)
    return bureau


async def the_dispute(desk: Desk) -> Request:
    [request] = await desk.store.read(lambda work: work.privacy.requests_of(ANA.ref, Asked.DISPUTE))
    return request


async def test_the_ticket_is_restricted_and_no_other(disputed: Desk) -> None:
    assert disputed.card(1).startswith("#1 (restricted)")
    told = await disputed.type(SAM, "/ticket history 1")
    assert told.startswith("The customer of #1 had their data restricted")
    person = await disputed.store.read(lambda work: work.people.get(ANA.ref))
    assert person is not None
    assert person.restricted_at is None
    assert (await disputed.say(ANA, "hello?")).startswith("#1 is restricted, so what you wrote was not passed on")


async def test_officers_are_told_and_only_they_read_what_it_is(disputed: Desk) -> None:
    assert disputed.private(OLE) == ["Request 1 waits for a privacy officer: /privacy show 1."]
    assert CLAIM in await disputed.type(OLE, "/privacy show 1", private(OLE))
    assert "a mistake you told us of" in await disputed.type(ANA, "/mydata status", private(ANA))
    assert CLAIM not in "".join(text for room in disputed.chat.rooms for text in disputed.room(room))


async def test_who_is_right_has_it_said_in_the_ticket(disputed: Desk) -> None:
    assert "is decided" in await disputed.type(OLE, "/privacy decide 1 right", private(OLE))
    await settle(disputed)
    assert disputed.private(ANA)[-1].startswith("You were right in request 1.")
    assert disputed.card(1).startswith("#1 my printer is on fire")
    assert f"a privacy officer found it right: {CLAIM}" in disputed.agents_room(1)[-1]
    assert f"found it right: {CLAIM}" in await disputed.type(SAM, "/ticket history 1")
    assert (await the_dispute(disputed)).stage is Stage.DONE
    assert not [key for key in everything(engine(disputed)) if key[0] == "disputes"]


async def test_who_is_not_right_reads_why_they_can_complain(disputed: Desk) -> None:
    await disputed.type(OLE, "/privacy decide 1 wrong", private(OLE))
    await settle(disputed)
    assert "found no mistake. Agents see the ticket again. You can complain" in disputed.private(ANA)[-1]
    assert not (await disputed.ticket(1)).restricted
    assert CLAIM not in "".join(everything(engine(disputed)).values())


async def test_it_stays_restricted_until_they_have_the_decision(disputed: Desk) -> None:
    away = TryLater(5, "away")
    disputed.chat.refuse = lambda effect: away if getattr(effect, "key", "").endswith(":decided") else None
    await disputed.type(OLE, "/privacy decide 1 right", private(OLE))
    await disputed.deliver()
    assert (await disputed.ticket(1)).restricted
    assert "nothing to decide" in await disputed.type(OLE, "/privacy decide 1 wrong", private(OLE))
    disputed.chat.refuse = lambda effect: None
    await settle(disputed)
    assert not (await disputed.ticket(1)).restricted


async def test_taking_it_back_ends_it(disputed: Desk) -> None:
    await disputed.type(ANA, "/mydata cancel", private(ANA))
    await settle(disputed)
    assert disputed.card(1).startswith("#1 my printer is on fire")
    assert CLAIM not in "".join(everything(engine(disputed)).values())
    assert (await the_dispute(disputed)).stage is Stage.CANCELLED


async def test_lifting_a_restriction_of_everything_leaves_the_dispute(disputed: Desk) -> None:
    await disputed.press(ANA, "mydata.restrict-now")
    await disputed.type(ANA, "/mydata lift", private(ANA))
    await settle(disputed)
    assert (await disputed.ticket(1)).restricted


async def test_a_decision_leaves_a_restriction_of_everything(disputed: Desk) -> None:
    await disputed.press(ANA, "mydata.restrict-now")
    await disputed.type(OLE, "/privacy decide 1 right", private(OLE))
    await settle(disputed)
    assert (await disputed.ticket(1)).restricted


async def test_of_others_tickets_nobody_says_anything(disputed: Desk) -> None:
    told = await disputed.submit(BEN, "mydata.dispute", "", private(BEN), ticket="1", text="no")
    assert told == "There is no ticket #1 that you can see."
    told = await disputed.submit(ANA, "mydata.dispute", "", private(ANA), ticket="1", text="again")
    assert told.startswith("You said that already of ticket #1.")
