"""What a customer says in a ticket: stored, shown to the agents, and to everyone who takes part."""

from dataclasses import dataclass
from datetime import timedelta

from bot.desks.model import Desk
from bot.inbound import MessagePosted, Place
from bot.message import File, UserRef
from bot.people.restriction import refuse_others
from bot.ports import UnitOfWork
from bot.relay import copies
from bot.relay.thanks import only_thanks
from bot.tickets.closing import reopen
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.opening import Opening, check_limits, open_ticket
from bot.tickets.timeline import Entry, Kind, Source


@dataclass(frozen=True, slots=True)
class Said:
    """A customer's words, from a message now or from a draft that has found its ticket."""

    author: UserRef
    name: str
    text: str
    files: tuple[File, ...]
    place: Place

    @property
    def source(self) -> Source | None:
        return source_of(self.place)

    @property
    def empty(self) -> bool:
        return not self.text.strip() and not self.files


def said(event: MessagePosted) -> Said:
    """Only what customers answer is carried along: what an agent answers may be a note, and is never sent."""
    text = f"> {event.quote}\n{event.text}" if event.quote and event.text.strip() else event.text
    return Said(event.actor.ref, event.actor.name, text, event.files, event.place)


def source_of(place: Place) -> Source | None:
    return Source(place.platform, place.conversation, place.thread, place.message) if place.message else None


def receive(ticket: Ticket, desk: Desk, what: Said, work: UnitOfWork) -> Ticket:
    """Put it into the ticket. A closed one opens again if it closed lately, else a new one continues it."""
    if ticket.open or only_thanks(what.text):
        return record(ticket, desk, what, work)
    if lately_closed(ticket, desk, work):
        return record(reopen(ticket, desk, what.author, what.name, work, staff=False), desk, what, work)
    if next_one := next((t for t in work.tickets.open_of(what.author) if t.prior == ticket.id), None):
        return record(next_one, desk, what, work)
    check_limits(desk, what.author, what.text, work)
    thread = what.place if ticket.room_kind is RoomKind.THREAD else None
    return open_ticket(
        Opening(
            desk,
            what.author,
            what.text,
            name=what.name,
            files=what.files,
            source=what.source,
            thread=thread,
            prior=ticket,
        ),
        work,
    )


def record(ticket: Ticket, desk: Desk, what: Said, work: UnitOfWork) -> Ticket:
    """Store it and show it. Everyone else who takes part in private gets a copy. Raises `NotAllowed`."""
    refuse_others(ticket, what.author)
    entry = Entry(
        0, ticket.id, Kind.SAID, work.now, ticket.customer,
        author=what.author, text=what.text, source=what.source, files=what.files,
    )  # fmt: skip
    ticket, entry = work.timeline.add(ticket, entry)
    copies.tell_agents_what_was_said(ticket, desk, entry, what.name, work)
    if ticket.shared and ticket.room_kind is RoomKind.DIRECT:
        copies.tell_customers_what_was_said(ticket, desk, entry, what.name, work, but=what.author)
    return ticket


def lately_closed(ticket: Ticket, desk: Desk, work: UnitOfWork) -> bool:
    closed = ticket.closed_at
    return closed is not None and work.now - closed <= timedelta(days=desk.settings.reopen_days)


def desk_of(ticket: Ticket, work: UnitOfWork) -> Desk:
    desk = work.desks.get(ticket.desk)
    assert desk is not None, "tickets keep their desk"
    return desk
