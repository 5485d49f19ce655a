"""A message that was said elsewhere becomes a ticket, with its thread."""

from bot.inbound import Actor, MessagePosted, MessageRaised, Place
from bot.ports import Say
from tests.desk import ANA, BEN, HELP, KIM, SAM, Desk, words

LOBBY = Place("fake", "w", "lobby")


def said(who: Actor, text: str, id: str, place: Place = LOBBY, thread: str = "") -> MessagePosted:
    return MessagePosted(f"said-{id}", who, Place("fake", "w", place.conversation, thread, id), text)


async def raised(desk: Desk, by: Actor, message: MessagePosted, *thread: MessagePosted) -> str:
    return await desk.handle(MessageRaised(desk._id(), by, message.place, thread or (message,)))


async def test_a_thread_becomes_a_ticket_of_the_one_who_wrote_the_message(desk: Desk) -> None:
    root = said(ANA, "my printer is on fire", "m1")
    thread = (root, said(BEN, "mine, too", "m2", thread="m1"), said(SAM, "since when?", "m3", thread="m1"))
    assert await raised(desk, SAM, root, *thread) == "Ticket #1 is open."
    ticket = await desk.ticket(1)
    assert ticket.customer == ANA.ref
    assert ticket.subject == "my printer is on fire"
    assert desk.agents_room(1) == [
        "Ana: my printer is on fire", "Ben: mine, too", "Sam → customer: since when?",
    ]  # fmt: skip


async def test_customers_can_raise_what_they_wrote_themselves_and_nothing_else(desk: Desk) -> None:
    assert await raised(desk, ANA, said(BEN, "lunch?", "m1")) == (
        "Only agents can open tickets for what others wrote. Nothing was changed."
    )
    assert await raised(desk, BEN, said(BEN, "lunch?", "m1")) == "Ticket #1 is open."


async def test_a_message_becomes_one_ticket_however_often_it_is_raised(desk: Desk) -> None:
    message = said(ANA, "my printer is on fire", "m1")
    assert await raised(desk, SAM, message) == "Ticket #1 is open."
    assert await raised(desk, KIM, message) == "That message is in ticket #1 already. Nothing was changed."


async def test_words_said_later_in_that_thread_reach_the_agents(desk: Desk) -> None:
    await raised(desk, SAM, said(ANA, "my printer is on fire", "m1"))
    room = Place("fake", "w", "lobby", "#1", "m4")
    await desk.handle(MessagePosted("later", ANA, room, "it is blue now"))
    assert desk.agents_room(1)[-1] == "Ana: it is blue now"


async def test_limits_hold_for_customers_and_not_for_agents(desk: Desk) -> None:
    for number in range(3):
        await desk.say(ANA, f"help {number}", HELP)
    message = said(ANA, "one more", "m1")
    assert "You already have 3 tickets open" in await raised(desk, ANA, message)
    assert await raised(desk, SAM, message) == "Ticket #4 is open."


async def test_an_empty_message_is_no_ticket(desk: Desk) -> None:
    await raised(desk, SAM, said(ANA, " ", "m1"))
    assert isinstance(desk.reply, Say)
    assert words(desk.reply.message) == "There are no words in that message, so no ticket was opened."
