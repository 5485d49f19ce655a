"""The age gate: nothing is kept of anybody before they say that they are of age, nor of who says that they are not."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.absence import keepable
from bot.config import ConfigError, load_settings
from bot.inbound import MessagePosted, MessageRaised, Place
from bot.ports import Watched
from bot.privacy.erasing.gate import ERASURE, Gate, State, Tombstone
from bot.privacy.model import Asked, Stage
from bot.privacy.promises import Promises
from tests.desk import AGENTS, ANA, BEN, HELP, SAM, Desk, agents_thread, person, private
from tests.privacy.canaries import everything, traces
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import engine
from tests.privacy.test_mydata import buttons

WORD = "Holunderblueten"
ZOE = person("zoe", "Zoe Fliederbusch")
QUESTION = "One question first\nBefore you write to this desk: are you 16 or older?"


def ask_from_now_on(desk: Desk, age: int = 16) -> None:
    vars(desk.store)["promises"] = Promises(age=age)


@pytest.fixture
async def gated(office: Desk) -> Desk:
    ask_from_now_on(office)
    return office


def kept(desk: Desk) -> dict[tuple[str, str], str]:
    return everything(engine(desk))


# Before the answer


@pytest.mark.parametrize("place", [private(ZOE), HELP], ids=["in private", "in a channel"])
async def test_whoever_writes_first_is_asked_and_nothing_is_kept(gated: Desk, place: Place, tmp_path: Path) -> None:
    before = kept(gated)
    told = await gated.say(ZOE, f"my {WORD} are on fire", place)
    assert told.startswith(QUESTION)
    assert buttons(gated) == {"Yes, I am": ("mydata.of-age", ""), "No": ("mydata.under-age", "")}
    assert kept(gated) == before
    assert gated.chat.delivered == []
    left = traces(engine(gated), tmp_path)
    assert WORD.encode() not in left
    assert b"Fliederbusch" not in left


@pytest.mark.parametrize(
    "line", ["/ticket open my printer", "/mydata", "/mydata export", "/mydata delete", "/mydata consent examples"]
)
async def test_no_command_goes_past_the_question(gated: Desk, line: str) -> None:
    before = kept(gated)
    assert (await gated.type(ZOE, line, private(ZOE))).startswith(QUESTION)
    assert kept(gated) == before


async def test_who_is_of_age_says_so_once_and_is_served(gated: Desk) -> None:
    await gated.say(ZOE, f"my {WORD} are on fire")
    assert (await gated.click(ZOE, "Yes, I am")).startswith("Thank you. Please send your message once more")
    assert await gated.say(ZOE, f"my {WORD} are on fire") == ""
    assert (await gated.ticket(1)).customer == ZOE.ref
    assert await gated.say(ZOE, "still") == ""


# Under age


async def test_of_who_says_that_they_are_under_age_nothing_is_kept(gated: Desk, tmp_path: Path) -> None:
    before = kept(gated)
    await gated.say(ZOE, f"my {WORD} are on fire")
    told = await gated.click(ZOE, "No")
    assert told.startswith("Thank you for saying so. This desk is not for you yet, and nothing of you is kept.")
    await settle(gated)
    assert kept(gated) == before
    left = traces(engine(gated), tmp_path)
    assert str(ZOE.ref).encode() not in left
    assert b"Fliederbusch" not in left


async def test_what_there_was_from_before_is_deleted_at_once(office: Desk) -> None:
    await office.say(ZOE, f"my {WORD} are on fire")
    await settle(office)
    office.later(days=1)
    ask_from_now_on(office)
    assert (await office.say(ZOE, "still")).startswith(QUESTION)
    told = await office.click(ZOE, "No")
    assert "Everything we have of you is being deleted now." in told
    await settle(office)
    assert await office.store.read(lambda work: work.privacy.view(ZOE.ref)) == []
    assert WORD not in "".join(kept(office).values())
    assert "closed: the requester had their data erased" in "".join(office.agents_room(1))


async def test_pressing_no_twice_deletes_once(office: Desk) -> None:
    await office.say(ZOE, f"my {WORD} are on fire")
    office.later(days=1)
    ask_from_now_on(office)
    clerk = office.chats.pop("clerk")
    for _ in range(3):
        await office.press(ZOE, "mydata.under-age")
    requests = await office.store.read(lambda work: work.privacy.requests_of(ZOE.ref, Asked.ERASURE))
    assert [request.stage for request in requests] == [Stage.DUE]
    office.chats["clerk"] = clerk


async def test_who_is_known_has_their_rights_without_being_asked(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    office.later(days=1)
    ask_from_now_on(office)
    assert "tickets: 1" in await office.type(ANA, "/mydata", private(ANA))
    await office.type(ANA, "/mydata delete", private(ANA))
    await office.click(ANA, "Delete all of it")
    await settle(office)
    assert await office.store.read(lambda work: work.privacy.view(ANA.ref)) == []


# Others


async def test_agents_are_not_asked(gated: Desk) -> None:
    await gated.press(BEN, "mydata.of-age")
    await gated.say(BEN, "my printer is on fire")
    assert await gated.type(SAM, "/ticket claim 1") == "Ticket #1 is yours."
    assert await gated.say(SAM, "a note", agents_thread(1)) == ""
    refused = await gated.press(SAM, "mydata.under-age")
    assert refused.startswith("Nothing was changed: you work at a desk.")


async def test_agents_by_group_are_not_asked(gated: Desk) -> None:
    await gated.enlist("fake:w/@helpers")
    pia = person("pia", groups=("fake:w/@helpers",))
    await gated.press(BEN, "mydata.of-age")
    await gated.say(BEN, "my printer is on fire")
    assert await gated.type(pia, "/ticket claim 1") == "Ticket #1 is yours."


async def test_nobody_is_brought_in_by_others_before_they_said_so(gated: Desk) -> None:
    await gated.press(BEN, "mydata.of-age")
    await gated.say(BEN, "my printer is on fire")
    before = kept(gated)
    refused = "Nothing was done: they have not said yet that they are of age"
    told = await gated.type(SAM, "/ticket open for:zoe the printer", AGENTS, named=(ZOE,))
    assert told.startswith(refused)
    assert (await gated.type(SAM, "/ticket add 1 @zoe", AGENTS, named=(ZOE,))).startswith(refused)
    message = MessagePosted("m1", ZOE, replace(HELP, message="m1"), f"my {WORD}")
    raised = MessageRaised("r1", SAM, message.place, (message,))
    assert (await gated.handle(raised)).startswith(refused)
    after = kept(gated)
    assert {key: row for key, row in after.items() if key[0] not in ("people", "seen_events")} == {
        key: row for key, row in before.items() if key[0] not in ("people", "seen_events")
    }
    assert str(ZOE.ref) not in "".join(after.values())


async def test_how_far_a_private_conversation_was_read_is_kept_of_those_who_are_known(gated: Desk) -> None:
    await gated.press(BEN, "mydata.of-age")

    here = Place("fake", "w", "c", direct=True)
    marks = [Watched(here, "m1", who) for who in (BEN.ref, ZOE.ref, None)]
    assert await gated.store.read(lambda work: keepable(marks, Gate(), work)) == [marks[0], marks[2]]
    assert await gated.store.read(lambda work: work.privacy.view(ZOE.ref)) == []


async def test_how_far_it_was_read_is_not_kept_again_of_somebody_who_was_erased_until_they_are_back(desk: Desk) -> None:
    gate, here = Gate(), Place("fake", "w", "c", direct=True)
    gate.learn([Tombstone(1, gate.digest(ZOE.ref), ERASURE, State.DONE, desk.now(), desk.now())])
    marks = [Watched(here, "m1", who) for who in (BEN.ref, ZOE.ref)]
    assert await desk.store.read(lambda work: keepable(marks, gate, work)) == [marks[0]]
    await desk.say(ZOE, "hello again")
    assert await desk.store.read(lambda work: keepable(marks, gate, work)) == marks


# The setting


async def test_without_a_limit_nobody_is_asked(office: Desk) -> None:
    assert await office.say(ZOE, "my printer is on fire") == ""


@pytest.mark.parametrize("wrong", ["12", "19", "-1", "old"])
def test_the_limit_is_an_age(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"AGE_LIMIT.*allowed: 0, or a whole number from 13 to 18, in years"):
        load_settings({"AGE_LIMIT": wrong}, None)
    assert load_settings({"AGE_LIMIT": "16"}, None).age_limit == 16
