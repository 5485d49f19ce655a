"""What the relay says: other people's words carried over, and what became of them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.message import Button, File, Form, Input, Mark, Mention, Message, Span, UserRef, say
from bot.ports import Reply, Say
from bot.tickets.model import Ticket

SOMEBODY = "somebody"
TAKEN_BACK = say("(deleted)")
EDITED = " (edited)"
EDITED_SINCE = say("(edited since you left the ticket)")

REPLY_FORM = Form(action="", title="Reply to the customer", inputs=(Input("text", "Your reply", long=True),))
NOTE_FORM = Form(action="", title="Note for agents", inputs=(Input("text", "Your note", long=True),))

NOTHING_TO_RAISE = "There are no words in that message, so no ticket was opened."
NOT_YOURS_TO_RAISE = "Only agents can open tickets for what others wrote. Nothing was changed."


def raised_already(ticket: Ticket) -> Message:
    return say(f"That message is in ticket #{ticket.number} already. Nothing was changed.")


NOT_AN_AGENT = (
    "This room is for the desk's agents. Your message was not passed on; write to the bot in private to reach them."
)
CHOOSE = "You have several open tickets. Which one is this about? I keep your message until you choose."
CHOOSE_DESK = "There are several desks. Which one is this for? I keep your message until you choose."
NOTHING_TO_CHOOSE = "That message has already found its ticket."


def from_customer(name: str, text: str, files: tuple[File, ...], ping: UserRef | None, *, edited: bool) -> Message:
    spans: tuple[Span, ...] = (text + (EDITED if edited else ""),)
    if ping is not None:
        spans = (Mention(ping), " ", *spans)
    return Message(text=spans, files=files, speaker=name)


def from_agent(name: str, label: str, text: str, files: tuple[File, ...], *, edited: bool) -> Message:
    """`label` tells the ticket in a room that several tickets share."""
    speaker = f"{name} ({label})" if label else name
    return Message(text=(text + (EDITED if edited else ""),), files=files, speaker=speaker)


def sent_by_agent(name: str, text: str, files: tuple[File, ...], mark: Mark) -> Message:
    return Message(text=(text,), files=files, speaker=f"{name} → customer", mark=mark)


def noted_by(name: str, text: str, files: tuple[File, ...]) -> Message:
    return Message(text=(text,), files=files, speaker=name, mark=Mark.INTERNAL)


def sent(ticket: Ticket) -> Message:
    return say(f"Your reply is on its way to the customer of #{ticket.number}.")


def noted(ticket: Ticket) -> Message:
    return say(f"Noted in #{ticket.number}, for agents only.")


def choose(question: str, tickets: Sequence[Ticket], *, new: bool) -> Message:
    buttons = [Button(f"#{t.number} {shortened(t.subject)}", "draft.to", f"ticket-{t.id}") for t in tickets]
    if new:
        buttons.append(Button("New ticket", "draft.to", "new"))
    return Message(text=(question,), buttons=tuple(buttons))


def choose_desk(desks: Sequence[tuple[int, str]]) -> Message:
    buttons = tuple(Button(name, "draft.to", f"desk-{id}") for id, name in desks)
    return Message(text=(CHOOSE_DESK,), buttons=buttons)


def chosen(ticket: Ticket) -> Message:
    return say(f"Passed on in #{ticket.number}. For the next half hour, what you write here goes there.")


def with_refused(reply: Reply, refused: Sequence[str]) -> Reply:
    """What they are told anyway, and which files were not taken and why."""
    not_taken = "Not taken: " + "; ".join(refused) + "."
    if not isinstance(reply, Say):
        return Say(say(f"{not_taken} Everything else was passed on."))
    return Say(replace(reply.message, text=(*reply.message.text, f"\n{not_taken}")), reply.public)


def not_delivered(what: str, reason: str, row: int, ticket: Ticket | None) -> Message:
    """`row` is the effect's id in the outbox; `ticket` one that can go on in a thread instead."""
    text = f"{what} could not be delivered: {reason}. It is kept; try again, or discard it."
    again, discard = Button("Try again", "outbox.retry", str(row)), Button("Discard", "outbox.discard", str(row))
    thread = [Button("Open a thread", "ticket.into-thread", str(ticket.id))] if ticket is not None else []
    return Message(text=(text,), buttons=(again, *thread, discard))


IN_THREAD_ALREADY = "The ticket is in a thread already. Nothing was changed."
NO_CHANNEL_FOR_THREAD = "The desk takes in from no channel where the customer is. Nothing was changed."


def in_thread_now(ticket: Ticket) -> Message:
    return say(f"#{ticket.number} goes on in a thread that only its customer and moderators see.")


REPLY = "A message to the customer"
NOTICE = "A notice to the customer"
COPY = "A message for this room"
RETRYING = "Trying again."
DISCARDED = "Discarded; it will not be delivered."
NOT_THERE = "That is not waiting any more. Nothing was changed."


ROOM_GONE = "The customer's thread was deleted"


def room_refused(reason: str) -> str:
    return f"The customer's thread cannot be opened: {reason}"


def private_now(why: str) -> Message:
    return say(f"{why}. Nothing is lost: the ticket goes on in their private messages with the bot.")


def new_room(ticket: Ticket) -> Message:
    return say(f"The thread of #{ticket.number} was deleted; it goes on here. /ticket history shows what was said.")


def shortened(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
