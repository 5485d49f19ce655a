"""What went wrong once, each under the name of what happened."""

import pytest

from bot.desks.model import Desk as DeskValue
from bot.desks.model import Settings
from bot.errors import Busy
from bot.inbound import Actor, Place, Tick
from bot.message import Mark, UserRef
from bot.ports import Refused, TryLater, UnitOfWork
from tests.desk import ANA, BEN, HELP, KIM, SAM, Desk, agents_thread, help_thread, private


async def test_a_message_in_the_thread_of_its_own_first_message_was_lost_until_the_thread_was_known(desk: Desk) -> None:
    desk.chat.refuse = lambda effect: TryLater(30) if effect.kind == "open_room" else None
    await desk.say(ANA, "anyone here?", HELP)
    await desk.say(ANA, "hello?", Place("fake", "w", "help", desk.last))
    assert desk.agents_room(1) == ["Ana: anyone here?", "Ana: hello?"]


@pytest.mark.parametrize("text", ["look at his last one", "!r have you tried water?"])
async def test_an_agent_who_wrote_under_a_card_before_the_bot_knew_where_it_is_was_not_heard(
    desk: Desk, text: str
) -> None:
    desk.chat.refuse = lambda effect: (
        TryLater(30) if effect.kind == "post_card" else None
    )  # done, but the answer is lost
    await desk.say(ANA, "my printer is on fire")
    with pytest.raises(Busy):  # which is what makes platforms deliver it again
        await desk.say(SAM, text, agents_thread(1))
    desk.chat.refuse = lambda effect: None
    desk.later(minutes=1)
    await desk.deliver()
    await desk.handle(desk.event)
    await desk.say(KIM, "!r any news?", agents_thread(1))
    assert desk.mark(desk.event.place.message) is not None
    entries = await desk.type(SAM, "/ticket history 1")
    assert text.removeprefix("!r ") in entries
    assert await desk.say(SAM, "lunch?", Place("fake", "w", "agents", "another thread")) == ""


async def test_a_thread_in_a_private_conversation_was_not_listened_to(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(ANA, "in a thread of yours", Place("fake", "w", "@ana", "t1", direct=True))
    assert desk.agents_room(1) == ["Ana: help", "Ana: in a thread of yours"]


async def test_a_draft_that_its_author_deleted_went_to_the_agents(desk: Desk) -> None:
    await _two_tickets(desk)
    await desk.say(ANA, "my password is hunter2")
    await desk.delete(ANA, desk.last, private(ANA))
    desk.later(minutes=11)
    await desk.tick()
    assert "hunter2" not in str(desk.chat.delivered)


async def test_a_draft_that_its_author_corrected_went_to_the_agents_uncorrected(desk: Desk) -> None:
    await _two_tickets(desk)
    await desk.say(ANA, "my password is hunter2")
    await desk.edit(ANA, desk.last, "any news?", private(ANA))
    await desk.edit(BEN, desk.last, "ana is a fool", private(ANA))
    desk.later(minutes=11)
    await desk.tick()
    assert desk.agents_room(2) == ["Ana: escaped", "Ana: any news?"]


async def test_deleted_words_stayed_in_the_subject(desk: Desk) -> None:
    await desk.say(ANA, "my password is hunter2")
    first = desk.last
    await desk.type(SAM, "/ticket add 1 ben")
    assert "hunter2" in desk.private(BEN)[0]
    await desk.delete(ANA, first, private(ANA))
    assert desk.card(1).startswith("#1 (erased)\n")
    assert "hunter2" not in desk.private(BEN)[0]
    assert "hunter2" not in await desk.type(SAM, "/ticket list")
    assert "Nothing found" in await desk.type(SAM, "/ticket search hunter2")


async def test_deleted_words_stayed_in_a_subject_that_had_been_told_before_the_ticket_was_renamed(desk: Desk) -> None:
    await desk.say(ANA, "my password is hunter2")
    first = desk.last
    await desk.type(SAM, "/ticket add 1 ben")
    await desk.type(SAM, "/ticket rename 1 Login")
    await desk.delete(ANA, first, private(ANA))
    assert desk.private(BEN) == ["Sam added you to ticket #1: Login. What you write here is read there."]


async def test_a_corrected_first_message_left_its_old_words_in_the_subject(desk: Desk) -> None:
    await desk.say(ANA, "my printer is on fier")
    await desk.edit(ANA, desk.last, "my printer is on fire", private(ANA))
    assert desk.card(1).startswith("#1 my printer is on fire\n")
    await desk.type(SAM, "/ticket rename 1 Fire")
    await desk.edit(ANA, desk.last, "my printer was on fire", private(ANA))
    assert desk.card(1).startswith("#1 Fire\n")


async def test_deleted_words_stayed_with_those_who_had_been_removed(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket add 1 ben")
    await desk.say(ANA, "my password is hunter2")
    message = desk.last
    await desk.type(SAM, "/ticket remove 1 ben")
    await desk.delete(ANA, message, private(ANA))
    assert "hunter2" not in str(desk.private(BEN))


async def test_words_edited_away_stayed_with_those_who_had_been_removed(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket add 1 ben")
    await desk.say(ANA, "my password is hunter2")
    await desk.type(SAM, "/ticket remove 1 ben")
    await desk.edit(ANA, desk.last, "my password is not for Ben", private(ANA))
    assert desk.private(BEN)[1:] == ["(edited since you left the ticket)", "You no longer take part in ticket #1."]


async def test_trying_again_showed_what_had_been_deleted(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("no") if "hunter2" in str(effect) else None
    await desk.say(SAM, "!r the password is hunter2", agents_thread(1))
    button = desk.chat.rooms["agents/#1"][-1].message.buttons[0]
    desk.chat.refuse = lambda effect: None
    await desk.delete(SAM, desk.last, agents_thread(1))
    assert await desk.press(SAM, button.action, button.arg) == "That is not waiting any more. Nothing was changed."
    assert "hunter2" not in str(desk.private(ANA))


async def test_trying_again_showed_what_had_been_corrected(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("no") if "water" in str(effect) else None
    await desk.say(SAM, "!r tri water", agents_thread(1))
    await desk.edit(SAM, desk.last, "!r try water", agents_thread(1))
    button = desk.chat.rooms["agents/#1"][-1].message.buttons[0]
    desk.chat.refuse = lambda effect: None
    await desk.press(KIM, button.action, button.arg)
    assert desk.private(ANA)[1:] == ["Sam (#1): try water (edited)"]


async def test_a_message_deleted_while_its_platform_was_away_was_shown_when_it_came_back(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.fail = [TryLater(60)]
    await desk.say(ANA, "my password is hunter2")
    await desk.delete(ANA, desk.last, private(ANA))
    desk.later(minutes=5)
    await desk.deliver()
    assert desk.agents_room(1) == ["Ana: help"]
    assert "hunter2" not in str(desk.chat.delivered)


async def test_a_reply_tried_again_was_still_marked_as_failed_while_it_waited(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("no") if "water" in str(effect) else None
    await desk.say(SAM, "!r try water", agents_thread(1))
    button = desk.chat.rooms["agents/#1"][-1].message.buttons[0]
    desk.chat.refuse = lambda effect: TryLater(30) if "water" in str(effect) else None
    await desk.press(KIM, button.action, button.arg)
    assert desk.mark(desk.last) == (Mark.SENDING, "")


async def test_an_old_mark_tried_again_covered_the_new_one(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("no") if effect.kind in ("set_mark", "direct") else None
    await desk.say(SAM, "!r try water", agents_thread(1))
    desk.chat.refuse = lambda effect: None
    for dead, _ in await desk.store.read(lambda work: work.outbox.dead(9)):
        await desk.press(SAM, "outbox.retry", str(dead.id))
    assert desk.private(ANA)[1:] == ["Sam (#1): try water"]
    assert desk.mark(desk.last) == (Mark.DELIVERED, "")


async def test_somebody_on_a_platform_that_is_not_there_held_up_the_customer(desk: Desk) -> None:
    await desk.say(ANA, "help")
    far = Actor(UserRef("elsewhere", "w", "far"), "Far")
    await desk.type(SAM, "/ticket add 1 far", named=(far,))
    await desk.say(SAM, "!r try water", agents_thread(1))
    assert desk.private(ANA)[1:] == ["Sam (#1): try water"]


async def test_in_a_thread_continued_after_months_every_message_opened_another_ticket(desk: Desk) -> None:
    await desk.say(ANA, "help", HELP)
    await desk.type(SAM, "/ticket close 1")
    desk.later(days=90)
    desk.chat.refuse = lambda effect: TryLater(30) if effect.kind == "open_room" else None
    await desk.say(ANA, "again", help_thread(1))
    await desk.say(ANA, "hello?", help_thread(1))
    assert [text.splitlines()[0] for text in desk.room("agents")] == ["#1 help", "#2 again"]
    assert desk.agents_room(2) == ["Ana: again", "Ana: hello?"]


async def test_one_timer_that_failed_stopped_all_that_came_after_it(desk: Desk) -> None:
    await _two_tickets(desk)
    await desk.say(ANA, "any news?")

    def broken(tick: Tick, work: UnitOfWork) -> None:
        raise ValueError("a bug")

    desk.router.ticks.insert(0, broken)
    desk.later(minutes=11)
    with pytest.raises(ValueError, match="a bug"):
        await desk.tick()
    await desk.deliver()
    assert desk.agents_room(2)[-1] == "Ana: any news?"


async def test_a_forged_button_opened_a_ticket_at_a_desk_of_another_workspace(desk: Desk) -> None:
    far = DeskValue(0, "far", Place("fake", "v", "far-agents"), Settings())
    far = await desk.store.write(lambda work: work.desks.save(far, [Place("fake", "v", "far")], []))
    await desk.submit(ANA, "ticket.open", str(far.id), private(ANA), subject="Printer", text="on fire")
    assert desk.card(1).startswith("#1 Printer\n")
    assert desk.room("far-agents") == []


async def test_deleted_before_it_could_be_chosen_it_left_the_rest_to_choose(desk: Desk) -> None:
    await _two_tickets(desk)
    await desk.say(ANA, "my password is hunter2")
    await desk.delete(ANA, desk.last, private(ANA))
    assert "already found its ticket" in await desk.press(ANA, "draft.to", "ticket-1", private(ANA))


async def test_every_change_of_a_card_waited_for_itself_while_the_platform_was_away(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: TryLater(30)
    for n in range(20):
        await desk.type(SAM, f"/ticket rename 1 subject {n}")
    room = (await desk.ticket(1)).agents_room
    assert await desk.store.read(lambda work: work.outbox.waiting(room)) == 2
    desk.chat.refuse = lambda effect: None
    desk.later(minutes=2)
    await desk.deliver()
    assert desk.card(1).startswith("#1 subject 19\n")


async def _two_tickets(desk: Desk) -> None:
    await desk.submit(ANA, "ticket.open", subject="Printer", text="on fire")
    desk.later(minutes=1)
    await desk.submit(ANA, "ticket.open", subject="Mouse", text="escaped")
