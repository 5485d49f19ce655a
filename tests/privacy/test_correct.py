"""Corrections: what is right is right everywhere, and what was wrong is nowhere."""

import pytest

from bot.effects import CLERK
from bot.inbound import Actor, Place
from bot.message import UserRef
from bot.ports import Ask
from bot.privacy.model import Asked, Request, Stage
from tests.desk import ANA, BEN, HELP, KIM, SAM, Desk, agents_thread, person, private
from tests.privacy.conftest import settle
from tests.privacy.test_mydata import buttons

WRONG, RIGHT = "Zwetschgenknoedel", "Marillenknoedel"
PRINTER = "my printer ate the Zwetschgenknoedel"


async def correct(desk: Desk, who: Actor = ANA, wrong: str = WRONG, right: str = RIGHT) -> str:
    await desk.type(who, "/mydata correct", private(who))
    await desk.click(who, "Words I wrote")
    told = await desk.fill(who, wrong=wrong, right=right)
    await settle(desk)
    return told


async def corrections(desk: Desk, who: UserRef = ANA.ref) -> list[Request]:
    return list(await desk.store.read(lambda work: work.privacy.requests_of(who, Asked.CORRECTION)))


def everything_shown(desk: Desk) -> str:
    return "\n".join(text for room in desk.chat.rooms for text in desk.room(room))


# Words


async def test_wrong_words_are_replaced_in_every_copy_and_on_the_card(office: Desk) -> None:
    await office.say(ANA, PRINTER)
    await settle(office)
    assert WRONG in office.card(1)
    told = await correct(office)
    assert told.startswith("Corrected in 2 messages, and in every copy of ours.")
    assert office.card(1).startswith("#1 my printer ate the Marillenknoedel")
    assert RIGHT in office.agents_room(1)[-1]
    assert WRONG not in everything_shown(office)


async def test_the_history_says_that_it_was_corrected_and_not_what_it_was(office: Desk) -> None:
    await office.say(ANA, PRINTER)
    await correct(office)
    history = await office.type(SAM, "/ticket history 1")
    assert "Ana corrected a message" in history
    assert WRONG not in history


async def test_what_others_wrote_is_left_alone(office: Desk) -> None:
    await office.say(ANA, PRINTER)
    await office.say(BEN, PRINTER)
    await office.say(SAM, f"!r what is a {WRONG}?", agents_thread(1))
    await correct(office)
    found = await office.type(SAM, f"/ticket search {WRONG}")
    assert "#2 my printer ate the Zwetschgenknoedel" in found
    assert f"what is a {WRONG}?" in found
    assert await office.type(SAM, f"/ticket search {RIGHT}") != found


async def test_a_message_that_waits_for_its_ticket_is_corrected_too(office: Desk) -> None:
    await office.set_up_other("billing", KIM)
    await office.say(BEN, PRINTER, Place("fake", "w", "@ben", direct=True))
    [draft] = await office.store.read(lambda work: work.drafts.of(BEN.ref))
    assert WRONG in draft.text
    assert (await correct(office, BEN)).startswith("Corrected in 1 message,")
    [draft] = await office.store.read(lambda work: work.drafts.of(BEN.ref))
    assert draft.text == "my printer ate the Marillenknoedel"


async def test_words_that_are_nowhere_in_ones_own_messages_change_nothing(office: Desk) -> None:
    await office.say(BEN, PRINTER)
    told = await correct(office)
    assert told.startswith("Nothing was changed: “Zwetschgenknoedel” is in nothing that you wrote")
    assert await corrections(office) == []


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("my", "our", "at least 3 characters"),
        ("printer", "printers", "would have the wrong ones in them"),
        ("printer", "p" * 8000, "longer than 8000 characters"),
    ],
)
async def test_corrections_that_would_do_harm_are_refused(office: Desk, wrong: str, right: str, told: str) -> None:
    await office.say(ANA, PRINTER)
    answer = await correct(office, wrong=wrong, right=right)
    assert answer.startswith("Nothing was changed")
    assert told in answer
    assert office.card(1).startswith(f"#1 {PRINTER}")


async def test_a_subject_of_ones_own_choice_is_corrected(office: Desk) -> None:
    await office.type(ANA, "/ticket open", HELP)
    await office.fill(ANA, subject=f"About {WRONG}", text="it burns")
    await correct(office)
    assert office.card(1).startswith(f"#1 About {RIGHT}")
    assert WRONG not in everything_shown(office)


# Names


async def test_a_corrected_name_stays_whatever_the_platform_says(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    told = await office.type(ANA, "/mydata correct name Anna Maria", private(ANA))
    assert told.startswith("From now on you are called Anna Maria here")
    await settle(office)
    await office.say(ANA, "still")
    assert office.agents_room(1)[-1].startswith("Anna Maria")
    assert "From: Anna Maria" in office.card(1)
    known = await office.store.read(lambda work: work.people.get(ANA.ref))
    assert known is not None
    assert known.name == "Anna Maria"


async def test_a_corrected_name_replaces_the_old_one_in_what_was_posted(office: Desk) -> None:
    quentin = person("quentin", "Quentin Oldname")
    await office.say(quentin, "my printer is on fire")
    await office.type(SAM, "/ticket claim 1")
    await settle(office)
    assert "Quentin Oldname" in everything_shown(office)
    await office.type(quentin, "/mydata correct name Quentin Newname", private(quentin))
    await settle(office)
    assert "Oldname" not in everything_shown(office)
    assert [request.stage for request in await corrections(office, quentin.ref)] == [Stage.DONE]


async def test_an_agents_corrected_name_is_on_their_cards_and_replies(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.type(SAM, "/ticket claim 1")
    await office.type(SAM, "/ticket reply 1 on my way")
    await office.type(SAM, "/mydata correct name Samira", private(SAM))
    await settle(office)
    assert "claimed by Samira" in office.card(1)
    assert next(text for text in office.private(ANA) if "on my way" in text).startswith("Samira")


@pytest.mark.parametrize("name", ["", "x" * 81])
async def test_a_name_has_to_be_one(office: Desk, name: str) -> None:
    await office.press(ANA, "mydata.correct-name")
    assert isinstance(office.reply, Ask)
    told = await office.submit(ANA, "mydata.correct-name", "", private(ANA), text=name or " \n ")
    assert told.startswith("Nothing was changed" if name else "The text is missing")


# Languages


async def test_a_corrected_language_stays_whatever_the_platform_says(office: Desk) -> None:
    await office.type(ANA, "/mydata correct language de", private(ANA))
    await office.say(ANA, "mein Drucker brennt")

    await office.store.write(lambda work: work.people.meet(ANA.ref, "Ana", "fr"))
    known = await office.store.read(lambda work: work.people.get(ANA.ref))
    assert known is not None
    assert known.language == "de"
    assert "ein Kürzel wie" in await office.type(ANA, "/mydata correct language Klingon!", private(ANA))


async def test_without_saying_what_one_is_offered_what_can_be_corrected(office: Desk) -> None:
    await office.type(ANA, "/mydata correct", private(ANA))
    assert list(buttons(office)) == ["My name", "My language", "Words I wrote", "Something else"]


async def test_a_correction_waits_for_a_reader_and_then_wipes(office: Desk) -> None:
    """Done is told only when the old words are off the disk."""
    await office.say(ANA, PRINTER)
    clerk = office.chats.pop(CLERK)
    await correct(office)
    assert [request.stage for request in await corrections(office)] == [Stage.DUE]
    assert "is being done" in await office.type(ANA, "/mydata status", private(ANA))
    office.chats[CLERK] = clerk
    await settle(office)
    assert [request.stage for request in await corrections(office)] == [Stage.DONE]
