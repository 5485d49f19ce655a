"""Whether a ticket can be closed is asked of its customer; silence is an answer after a while, words are another."""

from datetime import timedelta

import pytest

from bot.tickets.model import State
from tests.desk import ANA, SAM, Desk, agents_thread, private


@pytest.fixture
async def answered(desk: Desk) -> Desk:
    """Ticket 1 of Ana's, in which Sam had the last word."""
    await desk.say(ANA, "my printer is on fire")
    await desk.type(SAM, "/ticket reply 1 is it off now?")
    return desk


async def state(desk: Desk) -> State:
    return (await desk.ticket(1)).state


async def pass_by(desk: Desk, **time: float) -> None:
    """At ten past the hour, when desks look for what went quiet."""
    desk.later(**time)
    desk.clock.time = desk.clock.time.replace(minute=10)
    await desk.tick()


async def test_a_yes_closes_it(answered: Desk) -> None:
    told = await answered.type(SAM, "/ticket ask-close 1 it is off, is it not?")
    assert told == "The customer of ticket #1 is asked. Without an answer it closes on 2026-01-08 09:00 UTC."
    assert answered.private(ANA)[-1].startswith("Can ticket #1 be closed? it is off, is it not?")
    assert "Sam asked the customer whether it can be closed" in answered.agents_room(1)[-1]
    await answered.click(ANA, "Yes, close it", "@ana")
    assert await state(answered) is State.CLOSED


async def test_a_no_keeps_it_open_and_agents_are_told(answered: Desk) -> None:
    await answered.type(SAM, "/ticket ask-close 1")
    assert await answered.click(ANA, "No, keep it open", "@ana") == "Ticket #1 stays open."
    assert answered.agents_room(1)[-1] == "#1: Ana wants it kept open"
    await pass_by(answered, days=4)
    assert await state(answered) is State.OPEN
    assert "nobody asks any more" in await answered.press(ANA, "ticket.keep-open", str((await answered.ticket(1)).id))


async def test_silence_closes_it_when_its_time_is_over_and_not_before(answered: Desk) -> None:
    await answered.type(SAM, "/ticket ask-close 1")
    answered.later(hours=71, minutes=59)
    await answered.tick()
    assert await state(answered) is State.OPEN
    answered.later(minutes=1)
    await answered.tick()
    assert await state(answered) is State.CLOSED
    assert answered.agents_room(1)[-1] == "#1: closed, because no answer came"
    assert "write again within 7 days and it opens again" in answered.private(ANA)[-1]
    assert "closed the ticket (no answer came)" in await answered.type(SAM, "/ticket history 1")
    await answered.say(ANA, "sorry, I was away")
    assert await state(answered) is State.OPEN
    await pass_by(answered, days=9)
    assert await state(answered) is State.OPEN


async def test_whatever_the_customer_says_is_an_answer(answered: Desk) -> None:
    await answered.type(SAM, "/ticket ask-close 1")
    assert "asked already" in await answered.type(SAM, "/ticket ask-close 1")
    answered.later(hours=1)
    await answered.say(ANA, "it smells a little")
    await pass_by(answered, days=30)
    assert await state(answered) is State.OPEN
    assert "is asked" in await answered.type(SAM, "/ticket ask-close 1")


async def test_an_answer_that_is_still_being_read_after_a_start_is_waited_for(answered: Desk) -> None:
    await answered.type(SAM, "/ticket ask-close 1")
    answered.later(days=4)
    await answered.tick(early=True)
    assert await state(answered) is State.OPEN
    await answered.say(ANA, "no! it burns again")
    await answered.tick()
    assert await state(answered) is State.OPEN


async def test_a_desk_may_wait_for_an_answer_for_ever(answered: Desk) -> None:
    await answered.set_up(close_request_hours=0)
    assert await answered.type(SAM, "/ticket ask-close 1") == "The customer of ticket #1 is asked."
    await pass_by(answered, days=300)
    assert await state(answered) is State.OPEN


async def test_where_it_went_quiet_the_desk_asks_by_itself_and_once(answered: Desk) -> None:
    await answered.set_up(quiet_days=5, close_request_hours=0)
    await pass_by(answered, days=4)
    said = len(answered.private(ANA))
    await pass_by(answered, days=1)
    assert answered.private(ANA)[said:][0].startswith("Can ticket #1 be closed?")
    assert answered.agents_room(1)[-1] == "#1: the customer was asked whether it can be closed"
    await answered.click(ANA, "No, keep it open", "@ana")
    said = len(answered.private(ANA))
    await pass_by(answered, days=40)
    assert len(answered.private(ANA)) == said


async def test_nobody_is_asked_where_it_is_the_agents_turn(answered: Desk) -> None:
    await answered.set_up(quiet_days=5)
    await answered.say(ANA, "no, it burns")
    await answered.say(SAM, "a note is no answer", agents_thread(1))
    await pass_by(answered, days=40)
    assert not any("be closed" in text for text in answered.private(ANA))


async def test_a_restricted_ticket_is_left_as_it_is(answered: Desk) -> None:
    """GDPR Art. 18: kept, and nothing else done with it."""
    await answered.set_up(quiet_days=5)
    await answered.type(SAM, "/ticket ask-close 1")
    await answered.type(ANA, "/mydata restrict", private(ANA))
    await answered.press(ANA, "mydata.restrict-now", place=private(ANA))
    await pass_by(answered, days=40)
    assert await state(answered) is State.OPEN


async def test_a_clock_that_jumps_ahead_and_back_closes_nothing_early(answered: Desk) -> None:
    await answered.type(SAM, "/ticket ask-close 1")
    answered.clock.time += timedelta(hours=1)
    await answered.tick()
    answered.clock.time -= timedelta(hours=2)
    await answered.tick()
    answered.clock.time += timedelta(hours=72)
    await answered.tick()
    assert await state(answered) is State.OPEN
