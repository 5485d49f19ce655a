"""Where a ticket's rooms are, and when they are put away."""

from dataclasses import replace

from bot.effects import OpenRoom, Shelve
from bot.inbound import MessagePosted, RoomGone
from bot.ports import Refused
from bot.tickets.model import RoomKind
from tests.desk import ANA, BEN, HELP, LEA, SAM, Desk, agents_thread, help_thread


async def test_a_closed_ticket_is_put_away_and_taken_out_again_when_it_is_reopened(desk: Desk) -> None:
    await desk.say(ANA, "help!", HELP)
    await desk.type(SAM, "/ticket close 1")
    shelved = [e for e in desk.chat.delivered if isinstance(e, Shelve)]
    assert {(e.room.split(":")[2], e.out, e.lock) for e in shelved} == {
        ("agents", False, False),
        ("customer", False, False),
    }
    await desk.type(SAM, "/ticket reopen 1")
    again = [e for e in desk.chat.delivered if isinstance(e, Shelve)][2:]
    assert {(e.room.split(":")[2], e.out) for e in again} == {("agents", True), ("customer", True)}


async def test_a_desk_says_where_a_ticket_from_its_channel_goes_on(bare: Desk) -> None:
    await bare.set_up(rooms="private")
    await bare.say(ANA, "for nobody else", HELP)
    opened = [e for e in bare.chat.delivered if isinstance(e, OpenRoom)]
    assert [(e.private, e.people) for e in opened] == [(True, (ANA.ref,))]

    await bare.type(LEA, "/desk set rooms direct")
    await bare.say(BEN, "in private, please", HELP)
    assert [e for e in bare.chat.delivered if isinstance(e, OpenRoom)] == opened
    assert any("is open" in text for text in bare.private(BEN))


async def test_a_form_opens_a_private_room_where_the_desk_has_those(bare: Desk) -> None:
    await bare.set_up(rooms="private")
    told = await bare.type(ANA, "/ticket open it burns", HELP)
    opened = next(e for e in bare.chat.delivered if isinstance(e, OpenRoom))
    assert "a thread of its own" in told
    assert (opened.place, opened.private) == (HELP, True)


async def test_what_a_customer_answers_is_carried_along_and_what_an_agent_answers_is_not(desk: Desk) -> None:
    await desk.say(ANA, "help!", HELP)
    place = replace(help_thread(1), message="m-1")
    await desk.handle(MessagePosted("m-1", ANA, place, "that one", quote="which printer?"))
    await desk.handle(MessagePosted("m-2", SAM, replace(agents_thread(1), message="m-2"), "!r it", quote="a note"))
    assert "Ana: > which printer?\nthat one" in desk.agents_room(1)
    assert not any("a note" in text for text in desk.room("help/#1"))


async def test_where_no_room_can_be_opened_the_ticket_goes_on_in_private(desk: Desk) -> None:
    desk.chat.refuse = lambda effect: Refused("it is full") if isinstance(effect, OpenRoom) else None
    await desk.say(ANA, "help!", HELP)
    assert any("is open" in text for text in desk.private(ANA))
    assert any("cannot be opened: it is full" in text for text in desk.agents_room(1))
    await desk.say(ANA, "are you there?")
    assert "Ana: are you there?" in desk.agents_room(1)
    assert (await desk.ticket(1)).room_kind is RoomKind.DIRECT


async def test_a_room_deleted_by_hand_loses_nothing(desk: Desk) -> None:
    await desk.say(ANA, "help!", HELP)
    opened = next(e for e in desk.chat.delivered if isinstance(e, OpenRoom))
    place = await desk.store.read(lambda work: work.tickets.room(help_thread(1)))
    assert place is not None
    assert opened.key == place[0].customer_room
    await desk.handle(RoomGone("gone-1", ANA, help_thread(1)))
    await desk.type(SAM, "/ticket reply 1 we are on it")
    assert any("we are on it" in text for text in desk.private(ANA))
    assert any("deleted" in text and "private messages" in text for text in desk.agents_room(1))


async def test_a_card_whose_thread_was_deleted_is_posted_again(desk: Desk) -> None:
    await desk.say(ANA, "help!", HELP)
    await desk.handle(RoomGone("gone-1", ANA, agents_thread(1)))
    assert len([text for text in desk.room("agents") if text.startswith("#1 ")]) == 2
    assert any("goes on here" in text for text in desk.agents_room(1))
