"""What is said about closing by agreement."""

from datetime import datetime

from bot.language import _
from bot.message import Bold, Button, Message, Style, say, told
from bot.tickets.model import Ticket
from bot.tickets.views import about, number
from bot.wording import moment


def question(ticket: Ticket, reason: str, closes_at: datetime | None) -> Message:
    text = told("Can ticket {ticket} be closed?", ticket=Bold(number(ticket)))
    if reason:
        text = told("Can ticket {ticket} be closed? {reason}", ticket=Bold(number(ticket)), reason=reason)
    if closes_at:
        text += ("\n" + _("It is closed if we hear nothing until {when}.", when=moment(closes_at)),)
    id = str(ticket.id)
    yes = Button(_("Yes, close it"), "ticket.close", id, Style.PRIMARY)
    return Message(text=text, buttons=(yes, Button(_("No, keep it open"), "ticket.keep-open", id)))


def told_asked(ticket: Ticket, closes_at: datetime | None) -> Message:
    if closes_at is None:
        return about("The customer of ticket {ticket} is asked.", ticket)
    return about(
        "The customer of ticket {ticket} is asked. Without an answer it closes on {when}.",
        ticket, when=moment(closes_at),
    )  # fmt: skip


def asked_by(ticket: Ticket, name: str, closes_at: datetime | None) -> Message:
    """For agents; `name` is empty where the desk asked by itself."""
    first = _("{ticket}: the customer was asked whether it can be closed", ticket=number(ticket))
    if name:
        first = _("{ticket}: {name} asked the customer whether it can be closed", ticket=number(ticket), name=name)
    then = " · " + _("without an answer it closes on {when}", when=moment(closes_at)) if closes_at else ""
    return say(first + then)


def asked_already(ticket: Ticket) -> str:
    return _("The customer of ticket {ticket} was asked already. Nothing was changed.", ticket=number(ticket))


def nothing_asked(ticket: Ticket) -> str:
    return _("Ticket {ticket} is open, and nobody asks any more. Nothing was changed.", ticket=number(ticket))


def kept(ticket: Ticket) -> Message:
    return about("Ticket {ticket} stays open.", ticket)


def kept_by(ticket: Ticket, name: str) -> Message:
    return say(_("{ticket}: {name} wants it kept open", ticket=number(ticket), name=name))
