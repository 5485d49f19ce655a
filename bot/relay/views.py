"""What the relay says: other people's words carried over, and what became of them."""

from collections.abc import Sequence
from dataclasses import replace

from bot.language import Phrase, _, here
from bot.message import Button, File, Form, Input, Mark, Mention, Message, Span, UserRef, say
from bot.ports import Reply, Say
from bot.tickets.model import Ticket
from bot.wording import shortened

REPLY_FORM = Form(
    action="", title=Phrase("Reply to the customer"), inputs=(Input("text", Phrase("Your reply"), long=True),)
)
NOTE_FORM = Form(action="", title=Phrase("Note for agents"), inputs=(Input("text", Phrase("Your note"), long=True),))


def somebody() -> str:
    return _("somebody")


def taken_back() -> Message:
    return say(_("(deleted)"))


def restricted() -> Message:
    return say(_("(restricted: kept, and not to be used)"))


def edited_since() -> Message:
    return say(_("(edited since you left the ticket)"))


def nothing_to_raise() -> str:
    return _("There are no words in that message, so no ticket was opened.")


def not_yours_to_raise() -> str:
    return _("Only agents can open tickets for what others wrote. Nothing was changed.")


def raised_already(ticket: Ticket) -> Message:
    return say(_("That message is in ticket #{number} already. Nothing was changed.", number=ticket.number))


def not_an_agent() -> str:
    return _(
        "This room is for the desk's agents. Your message was not passed on; write to the bot in private to reach them."
    )


def from_customer(name: str, text: str, files: tuple[File, ...], ping: UserRef | None, *, edited: bool) -> Message:
    spans: tuple[Span, ...] = (text + _edited(edited),)
    if ping is not None:
        spans = (Mention(ping), " ", *spans)
    return Message(text=spans, files=files, speaker=name)


def from_agent(name: str, label: str, text: str, files: tuple[File, ...], *, edited: bool) -> Message:
    """`label` tells the ticket in a room that several tickets share."""
    speaker = f"{name} ({label})" if label else name
    return Message(text=(text + _edited(edited),), files=files, speaker=speaker)


def sent_by_agent(name: str, text: str, files: tuple[File, ...], mark: Mark) -> Message:
    return Message(text=(text,), files=files, speaker=_("{name} → customer", name=name), mark=mark)


def noted_by(name: str, text: str, files: tuple[File, ...]) -> Message:
    return Message(text=(text,), files=files, speaker=name, mark=Mark.INTERNAL)


def _edited(edited: bool) -> str:
    return " " + _("(edited)") if edited else ""


def sent(ticket: Ticket) -> Message:
    return say(_("Your reply is on its way to the customer of #{number}.", number=ticket.number))


def noted(ticket: Ticket) -> Message:
    return say(_("Noted in #{number}, for agents only.", number=ticket.number))


def choose(tickets: Sequence[Ticket], *, new: bool) -> Message:
    question = _("You have several open tickets. Which one is this about? I keep your message until you choose.")
    buttons = [Button(f"#{t.number} {shortened(t.subject, 40)}", "draft.to", f"ticket-{t.id}") for t in tickets]
    if new:
        buttons.append(Button(_("New ticket"), "draft.to", "new"))
    return Message(text=(question,), buttons=tuple(buttons))


def choose_desk(desks: Sequence[tuple[int, str]]) -> Message:
    question = _("There are several desks. Which one is this for? I keep your message until you choose.")
    buttons = tuple(Button(name, "draft.to", f"desk-{id}") for id, name in desks)
    return Message(text=(question,), buttons=buttons)


def nothing_to_choose() -> str:
    return _("That message has already found its ticket.")


def chosen(ticket: Ticket) -> Message:
    return say(
        _("Passed on in #{number}. For the next half hour, what you write here goes there.", number=ticket.number)
    )


def with_refused(reply: Reply, refused: Sequence[str]) -> Reply:
    """What they are told anyway, and which files were not taken and why."""
    not_taken = _("Not taken: {files}.", files="; ".join(map(here, refused)))
    if not isinstance(reply, Say):
        return Say(say(not_taken + " " + _("Everything else was passed on.")))
    return Say(replace(reply.message, text=(*reply.message.text, f"\n{not_taken}")), reply.public)


def not_delivered(what: str, reason: str, row: int, ticket: Ticket | None) -> Message:
    """`row` is the effect's id in the outbox; `ticket` one that can go on in a thread instead."""
    text = _(
        "{what} could not be delivered: {reason}. It is kept; try again, or discard it.", what=what, reason=here(reason)
    )
    buttons = [Button(_("Try again"), "outbox.retry", str(row)), Button(_("Discard"), "outbox.discard", str(row))]
    if ticket is not None:
        buttons.insert(1, Button(_("Open a thread"), "ticket.into-thread", str(ticket.id)))
    return Message(text=(text,), buttons=tuple(buttons))


def in_thread_already() -> str:
    return _("The ticket is in a thread already. Nothing was changed.")


def no_channel_for_thread() -> str:
    return _("The desk takes in from no channel where the customer is. Nothing was changed.")


def in_thread_now(ticket: Ticket) -> Message:
    return say(_("#{number} goes on in a thread that only its customer and moderators see.", number=ticket.number))


def a_reply() -> str:
    return _("A message to the customer")


def a_message_here() -> str:
    return _("A message that belongs here")


def a_notice() -> str:
    return _("A notice to the customer")


def retrying() -> str:
    return _("Trying again.")


def discarded() -> str:
    return _("Discarded; it will not be delivered.")


def not_there() -> str:
    return _("That is not waiting any more. Nothing was changed.")


def room_gone() -> Message:
    return say(
        _(
            "The customer's thread was deleted. "
            "Nothing is lost: the ticket goes on in their private messages with the bot."
        )
    )


def room_refused(reason: str) -> Message:
    return say(
        _(
            "The customer's thread cannot be opened: {reason}. "
            "Nothing is lost: the ticket goes on in their private messages with the bot.",
            reason=here(reason),
        )
    )


def new_room(ticket: Ticket) -> Message:
    return say(
        _(
            "The thread of #{number} was deleted; it goes on here. /ticket history shows what was said.",
            number=ticket.number,
        )
    )
