"""The agents' room: what is written there stays there, unless it is sent."""

from functools import partial
from typing import Any

from bot.access import Call
from bot.desks.model import Desk, Rank
from bot.effects import SetMark
from bot.inbound import Actor, MessagePosted, Place
from bot.language import current, here, reading
from bot.message import File, Mark, UserRef, say
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import copies, rooms, views
from bot.relay.said import source_of
from bot.router import Option, Router, Scope, Takes
from bot.tickets.model import Ticket
from bot.tickets.timeline import Entry, Kind, Source

router = Router(Use.SUPPORT)
TEXT = Option("text", "What you want to say", Takes.TEXT)


def in_agents_room(event: MessagePosted, ticket: Ticket, desk: Desk, rank: Rank, work: UnitOfWork) -> Reply:
    """A note, or with the reply prefix a reply. Raises nothing; people who are no agents are told so."""
    if rank < Rank.AGENT:
        return Say(say(views.not_an_agent()))
    source = source_of(event.place)
    if (text := without_prefix(event.text, desk)) is not None:
        if text or event.files:
            send(event.actor, text, event.files, source, ticket, desk, work)
        return None
    note(event, source, ticket, work)
    return None


def without_prefix(text: str, desk: Desk) -> str | None:
    """What follows the reply prefix, or None if the text does not begin with it."""
    prefix = desk.settings.reply_prefix
    rest = text.lstrip().removeprefix(prefix)
    if rest == text.lstrip() or (rest and not rest[0].isspace()):
        return None
    return rest.strip()


def note(event: MessagePosted, source: Source | None, ticket: Ticket, work: UnitOfWork) -> None:
    entry = _entry(Kind.NOTED, event.actor.ref, ticket, work, remark=event.text, files=event.files, source=source)
    _, entry = work.timeline.add(ticket, entry)
    set_mark(entry, ticket, Mark.INTERNAL, "", work)


def send(
    staff: Actor,
    text: str,
    files: tuple[File, ...],
    source: Source | None,
    ticket: Ticket,
    desk: Desk,
    work: UnitOfWork,
) -> None:
    """To the customer. Written elsewhere than in the agents' room (a form, a command), it is shown there, too."""
    entry = _entry(Kind.REPLIED, staff.ref, ticket, work, text=text, files=files, source=source, mark=Mark.SENDING)
    ticket, entry = work.timeline.add(ticket, entry)
    copies.tell_customers_what_was_said(ticket, desk, entry, staff.name, work)
    if source is None:
        copies.tell_agents_what_was_said(ticket, desk, entry, staff.name, work)


def said_to_customer(event: MessagePosted, ticket: Ticket, desk: Desk, work: UnitOfWork) -> Ticket:
    """An agent spoke in the customer's room: the customer has it already, the agents' room gets the copy."""
    source = source_of(event.place)
    entry = _entry(
        Kind.REPLIED,
        event.actor.ref,
        ticket,
        work,
        text=event.text,
        files=event.files,
        source=source,
        mark=Mark.DELIVERED,
    )
    ticket, entry = work.timeline.add(ticket, entry)
    copies.tell_agents_what_was_said(ticket, desk, entry, event.actor.name, work)
    return ticket


def mark_key(entry: Entry) -> str:
    return f"mark:{entry.id}"


def set_mark(entry: Entry, ticket: Ticket, mark: Mark, reason: str, work: UnitOfWork) -> None:
    """Show on the agent's own message what became of it."""
    if entry.source is not None:
        on = _place(entry.source)
        effect = SetMark(mark_key(entry), on.platform, ticket.agents_room, on, mark, *_read_there(reason, ticket, work))
        work.outbox.post(effect, about=entry.about)


def _read_there(reason: str, ticket: Ticket, work: UnitOfWork) -> tuple[str, str]:
    """A reason as the desk reads it, and its language. Most marks have none, and nothing is looked up for them."""
    desk = work.desks.get(ticket.desk) if reason else None
    with reading(desk.settings.language if desk else ()):
        return (here(reason), current()) if reason else ("", "")


@router.command(
    "ticket reply", "Answer the customer", TEXT,
    allow=Rank.AGENT, scope=Scope.TICKET, form=views.REPLY_FORM,
)  # fmt: skip
def reply(call: Call, work: UnitOfWork) -> Reply:
    send(call.actor, call.options["text"], (), None, call.ticket, call.desk, work)
    return Say(views.sent(call.ticket))


@router.command(
    "ticket note", "Note something for agents only", TEXT,
    allow=Rank.AGENT, scope=Scope.TICKET, form=views.NOTE_FORM,
)  # fmt: skip
def write_note(call: Call, work: UnitOfWork) -> Reply:
    entry = _entry(Kind.NOTED, call.actor.ref, call.ticket, work, remark=call.options["text"])
    ticket, entry = work.timeline.add(call.ticket, entry)
    telling = partial(views.noted_by, call.actor.name, entry.remark, ())
    rooms.to_agents(ticket, call.desk, entry.agents_copy, telling, work)
    return Say(views.noted(ticket))


def _entry(kind: Kind, staff: UserRef, ticket: Ticket, work: UnitOfWork, **what: Any) -> Entry:
    return Entry(0, ticket.id, kind, work.now, ticket.customer, staff=staff, **what)


def _place(source: Source) -> Place:
    return Place(source.platform, "", source.conversation, source.thread, source.message)
