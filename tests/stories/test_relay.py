"""Customers talk in their room, agents in theirs; the bot carries messages, and nothing that was not sent."""

from dataclasses import replace

from bot.inbound import Actor, Place
from bot.message import File, Mark
from bot.ports import Refused, TryLater
from tests.desk import ANA, BEN, HELP, KIM, SAM, Desk, agents_thread, help_thread, private

FUSER = File("ab" * 32, "fuser.png", 12, "image/png")


async def test_a_private_message_opens_a_ticket_and_both_sides_see_it(desk: Desk) -> None:
    assert await desk.say(ANA, "my printer is on fire") == ""
    assert desk.private(ANA) == ["Your ticket #1 is open. We answer here."]
    assert desk.card(1) == "#1 my printer is on fire\nFrom: Ana\nStatus: open, unclaimed"
    assert desk.agents_room(1) == ["Ana: my printer is on fire"]


async def test_what_agents_write_in_their_room_stays_there(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(SAM, "looks like a bad fuser", agents_thread(1))
    assert desk.mark(desk.last) == (Mark.INTERNAL, "")
    assert desk.private(ANA) == ["Your ticket #1 is open. We answer here."]


async def test_the_reply_prefix_sends_and_the_mark_says_delivered(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(SAM, "!r have you tried water?", agents_thread(1))
    assert desk.private(ANA)[1:] == ["Sam (#1): have you tried water?"]
    assert desk.mark(desk.last) == (Mark.DELIVERED, "")
    assert desk.agents_room(1) == ["Ana: help"]


async def test_a_word_that_only_begins_like_the_prefix_is_a_note(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(SAM, "!really bad", agents_thread(1))
    assert desk.mark(desk.last) == (Mark.INTERNAL, "")
    assert len(desk.private(ANA)) == 1


async def test_reply_by_command_is_shown_in_the_agents_room_too(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.type(SAM, "/ticket reply 1 try water") == "Your reply is on its way to the customer of #1."
    assert desk.private(ANA)[1:] == ["Sam (#1): try water"]
    assert desk.agents_room(1)[1:] == ["Sam → customer: try water"]
    assert desk.chat.rooms["agents/#1"][1].message.mark is Mark.DELIVERED


async def test_the_reply_button_asks_for_the_text(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.click(SAM, "Reply") == "form: Reply to the customer"
    await desk.fill(SAM, text="try water")
    assert desk.private(ANA)[1:] == ["Sam (#1): try water"]


async def test_a_note_by_command_is_seen_by_agents_only(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.type(SAM, "/ticket note 1 she is angry") == "Noted in #1, for agents only."
    assert desk.agents_room(1)[1:] == ["Sam: she is angry"]
    assert len(desk.private(ANA)) == 1


async def test_writing_again_in_private_continues_the_open_ticket(desk: Desk) -> None:
    await desk.say(ANA, "my printer is on fire")
    await desk.say(ANA, "it is blue now")
    assert desk.agents_room(1) == ["Ana: my printer is on fire", "Ana: it is blue now"]
    assert len(desk.room("agents")) == 1


async def test_a_message_in_an_intake_channel_opens_a_ticket_in_its_thread(desk: Desk) -> None:
    await desk.say(ANA, "anyone here?", HELP)
    assert desk.room("help/#1") == ["Your ticket #1 is open. We answer here."]
    await desk.say(ANA, "hello?", help_thread(1))
    assert desk.agents_room(1) == ["Ana: anyone here?", "Ana: hello?"]


async def test_an_agent_may_simply_talk_in_the_customers_room(desk: Desk) -> None:
    await desk.say(ANA, "anyone here?", HELP)
    await desk.say(SAM, "yes!", help_thread(1))
    assert desk.agents_room(1)[1:] == ["Sam → customer: yes!"]
    assert desk.room("help/#1") == ["Your ticket #1 is open. We answer here."]


async def test_agents_do_not_open_tickets_by_talking_in_the_intake_channel(desk: Desk) -> None:
    await desk.say(SAM, "we are open until five", HELP)
    assert desk.room("agents") == []


async def test_the_assignee_is_pinged_and_nobody_else(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket claim 1")
    await desk.say(ANA, "hello?")
    assert desk.agents_room(1) == ["Ana: help", "Ana: @sam hello?"]


async def test_strangers_in_the_agents_room_are_told_and_not_stored(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert "for the desk's agents" in await desk.say(BEN, "let me see", agents_thread(1))
    assert "let me see" not in await desk.type(SAM, "/ticket history 1")


async def test_files_go_both_ways(desk: Desk) -> None:
    await desk.say(ANA, "look", files=(FUSER,))
    assert desk.agents_room(1) == ["Ana: look\n[fuser.png]"]
    await desk.say(SAM, "!r", agents_thread(1), files=(FUSER,))
    assert desk.private(ANA)[1:] == ["Sam (#1): \n[fuser.png]"]


async def test_a_file_alone_opens_a_ticket_named_after_it(desk: Desk) -> None:
    await desk.say(ANA, "", files=(FUSER,))
    assert desk.card(1).startswith("#1 fuser.png\n")


async def test_an_edit_is_carried_to_the_copy(desk: Desk) -> None:
    await desk.say(ANA, "my printer is on fier")
    await desk.edit(ANA, desk.last, "my printer is on fire", private(ANA))
    assert desk.agents_room(1) == ["Ana: my printer is on fire (edited)"]


async def test_only_the_author_edits(desk: Desk) -> None:
    await desk.say(ANA, "my printer is on fire", HELP)
    message = desk.last
    await desk.edit(BEN, message, "ana is a fool", HELP)
    assert desk.agents_room(1) == ["Ana: my printer is on fire"]


async def test_an_edited_reply_is_rewritten_for_the_customer_without_its_prefix(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(SAM, "!r tri water", agents_thread(1))
    await desk.edit(SAM, desk.last, "!r try water", agents_thread(1))
    assert desk.private(ANA)[1:] == ["Sam (#1): try water (edited)"]


async def test_a_note_edited_into_a_reply_is_not_sent(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.say(SAM, "she is angry", agents_thread(1))
    await desk.edit(SAM, desk.last, "!r she is angry", agents_thread(1))
    assert len(desk.private(ANA)) == 1


async def test_a_deletion_takes_back_the_copy_and_keeps_the_words_nowhere(desk: Desk) -> None:
    await desk.say(ANA, "hello")
    await desk.say(ANA, "my password is hunter2")
    await desk.delete(ANA, desk.last, private(ANA))
    assert desk.agents_room(1) == ["Ana: hello"]
    assert "hunter2" not in await desk.type(SAM, "/ticket history 1")
    assert "Nothing found" in await desk.type(SAM, "/ticket search hunter2")


async def test_what_is_deleted_before_it_is_delivered_is_never_shown(desk: Desk) -> None:
    await desk.say(ANA, "hello")
    desk.chat.fail = [TryLater(60)]
    await desk.say(ANA, "first")
    await desk.say(ANA, "my password is hunter2")
    await desk.delete(ANA, desk.last, private(ANA))
    desk.later(minutes=5)
    await desk.deliver()
    assert desk.agents_room(1) == ["Ana: hello", "Ana: first"]
    assert "hunter2" not in str(desk.chat.delivered)


async def test_with_several_open_tickets_the_customer_is_asked_and_nothing_is_lost(desk: Desk) -> None:
    await desk.submit(ANA, "ticket.open", subject="Printer", text="on fire")
    await desk.submit(ANA, "ticket.open", subject="Mouse", text="escaped")
    await desk.say(ANA, "any news?")
    assert "Which one is this about?" in desk.private(ANA)[-1]
    assert _buttons(desk) == ["#2 Mouse", "#1 Printer", "New ticket"]
    assert "Passed on in #1" in await desk.click(ANA, "#1 Printer", "@ana")
    assert desk.agents_room(1) == ["Ana: on fire", "Ana: any news?"]
    await desk.say(ANA, "it is getting warm")
    assert desk.agents_room(1)[2:] == ["Ana: it is getting warm"]
    desk.later(hours=1)
    await desk.say(ANA, "and the mouse?")
    assert "Which one" in desk.private(ANA)[-1]


async def test_who_does_not_choose_is_not_left_alone(desk: Desk) -> None:
    await desk.submit(ANA, "ticket.open", subject="Printer", text="on fire")
    desk.later(minutes=1)
    await desk.submit(ANA, "ticket.open", subject="Mouse", text="escaped")
    await desk.say(ANA, "any news?")
    desk.later(minutes=11)
    await desk.tick()
    assert desk.agents_room(2) == ["Ana: escaped", "Ana: any news?"]


async def test_nobody_moves_a_draft_into_anothers_ticket(desk: Desk) -> None:
    await desk.say(BEN, "mine")
    await desk.submit(ANA, "ticket.open", subject="Printer", text="on fire")
    await desk.submit(ANA, "ticket.open", subject="Mouse", text="escaped")
    await desk.say(ANA, "any news?")
    bens = await desk.ticket(1)
    assert "There is no ticket" in await desk.press(ANA, "draft.to", f"ticket-{bens.id}")
    assert desk.agents_room(1) == ["Ben: mine"]


async def test_a_message_within_a_week_reopens_the_closed_ticket(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket close 1 solved")
    assert desk.private(ANA)[-1].startswith("Ticket #1 is closed: solved")
    desk.later(days=6)
    await desk.say(ANA, "it burns again")
    assert desk.private(ANA)[-1] == "Ticket #1 is open again. We answer here."
    assert desk.agents_room(1)[-1] == "Ana: it burns again"
    assert "open" in desk.card(1)


async def test_a_bare_thanks_does_not_reopen_but_is_heard(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket close 1")
    await desk.say(ANA, "Thank you so much!! 🙏")
    assert "closed" in desk.card(1)
    assert desk.agents_room(1)[-1] == "Ana: Thank you so much!! 🙏"


async def test_after_a_week_a_new_ticket_refers_to_the_old_one(desk: Desk) -> None:
    await desk.say(ANA, "help")
    await desk.type(SAM, "/ticket close 1")
    desk.later(days=8)
    await desk.say(ANA, "it burns again")
    assert desk.card(2) == "#2 it burns again\nFrom: Ana\nStatus: open, unclaimed\nContinues: #1"
    assert "continues your earlier ticket #1" in desk.private(ANA)[-1]


async def test_those_who_were_added_hear_and_are_heard(desk: Desk) -> None:
    await desk.say(ANA, "help")
    assert await desk.type(SAM, "/ticket add 1 ben") == "Ticket #1 now has Ben in it."
    assert desk.private(BEN) == ["Sam added you to ticket #1: help. What you write here is read there."]
    await desk.say(ANA, "hello Ben")
    await desk.say(BEN, "hello Ana")
    await desk.say(SAM, "!r hello both", agents_thread(1))
    assert desk.private(BEN)[1:] == ["Ana (#1): hello Ben", "Sam (#1): hello both"]
    assert desk.private(ANA)[1:] == ["Ben (#1): hello Ana", "Sam (#1): hello both"]
    await desk.type(SAM, "/ticket remove 1 ben")
    await desk.say(ANA, "just us")
    assert desk.private(BEN)[-1] == "You no longer take part in ticket #1."


async def test_a_refused_reply_is_shown_with_its_reason_and_can_be_tried_again(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("private messages are closed") if "water" in str(effect) else None
    await desk.say(SAM, "!r try water", agents_thread(1))
    assert desk.mark(desk.last) == (Mark.FAILED, "private messages are closed")
    assert "could not be delivered: private messages are closed" in desk.agents_room(1)[-1]
    retry = desk.chat.rooms["agents/#1"][-1].message.buttons[0]
    desk.chat.refuse = lambda effect: None
    assert "is not waiting" in await desk.press(BEN, retry.action, retry.arg)
    assert await desk.press(KIM, retry.action, retry.arg) == "Trying again."
    assert desk.private(ANA)[1:] == ["Sam (#1): try water"]
    assert desk.mark(desk.last) == (Mark.DELIVERED, "")


async def test_a_busy_platform_is_tried_again_in_order(desk: Desk) -> None:
    await desk.say(ANA, "one")
    desk.chat.fail = [TryLater(30)]
    await desk.say(ANA, "two")
    await desk.say(ANA, "three")
    assert desk.agents_room(1) == ["Ana: one"]
    desk.later(seconds=31)
    await desk.deliver()
    assert desk.agents_room(1) == ["Ana: one", "Ana: two", "Ana: three"]


async def test_the_same_event_twice_is_one_message(desk: Desk) -> None:
    await desk.say(ANA, "one")
    await desk.handle(desk.event)
    assert desk.agents_room(1) == ["Ana: one"]


async def test_a_stranger_in_a_thread_of_no_ticket_is_left_alone(desk: Desk) -> None:
    assert await desk.say(ANA, "hi", help_thread(9)) == ""
    assert desk.chat.delivered == []


def _buttons(desk: Desk) -> list[str]:
    return [button.label for button in desk.chat.rooms["@ana"][-1].message.buttons]


async def test_an_answer_to_what_the_bot_said_in_private_goes_to_that_ticket(desk: Desk) -> None:
    await desk.submit(ANA, "ticket.open", subject="Printer", text="on fire")
    about_the_printer = desk.chat.rooms["@ana"][-1].id
    await desk.submit(ANA, "ticket.open", subject="Mouse", text="escaped")
    assert await desk.say(ANA, "it is blue now", answering(ANA, about_the_printer)) == ""
    assert desk.agents_room(1) == ["Ana: on fire", "Ana: it is blue now"]
    await desk.say(SAM, "!r still?", agents_thread(2))
    await desk.say(ANA, "no", answering(ANA, desk.chat.rooms["@ana"][-1].id))
    assert desk.agents_room(2)[-1] == "Ana: no"


async def test_a_private_answer_to_something_else_is_a_private_message(desk: Desk) -> None:
    await desk.say(ANA, "my printer is on fire", answering(ANA, "an old joke"))
    assert desk.agents_room(1) == ["Ana: my printer is on fire"]


def answering(who: Actor, message: str) -> Place:
    return replace(private(who), thread=message)
