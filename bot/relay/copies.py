"""Copies: what was said in one room, shown in the other, and kept like the original."""

from collections.abc import Iterable

from bot.desks.model import Desk
from bot.effects import Post, Remove
from bot.language import reading
from bot.message import Mark, Message, UserRef
from bot.ports import UnitOfWork
from bot.relay import rooms, views
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.timeline import Entry, Kind


def tell_agents_what_was_said(ticket: Ticket, desk: Desk, entry: Entry, name: str, work: UnitOfWork) -> None:
    """A customer's words, or an agent's that were written elsewhere, shown in the agents' room."""
    if desk.agents is not None:
        message = agents_copy(ticket, desk, entry, name)
        work.outbox.post(Post(entry.agents_copy, desk.agents.platform, ticket.agents_room, message), about=entry.about)


def tell_customers_what_was_said(
    ticket: Ticket, desk: Desk, entry: Entry, name: str, work: UnitOfWork, but: UserRef | None = None
) -> None:
    rooms.carry_to_customers(ticket, entry.customer_copy, customer_copy(ticket, desk, entry, name), work, but=but)


def agents_copy(ticket: Ticket, desk: Desk, entry: Entry, name: str) -> Message:
    with reading(desk.settings.language):
        if ticket.restricted:
            return views.restricted()
        if entry.kind is Kind.SAID:
            ping = ticket.assignee if entry.edited_at is None and ticket.open else None
            return views.from_customer(name, entry.text, entry.files, ping, edited=entry.edited_at is not None)
        return views.sent_by_agent(name, entry.text, entry.files, entry.mark or Mark.DELIVERED)


def customer_copy(ticket: Ticket, desk: Desk, entry: Entry, name: str) -> Message:
    """In the desk's language, as far as the bot adds words: nobody's is looked up for every message."""
    label = f"#{ticket.number}" if ticket.room_kind is RoomKind.DIRECT else ""
    with reading(desk.settings.language):
        return views.from_agent(name, label, entry.text, entry.files, edited=entry.edited_at is not None)


def carry_edit(ticket: Ticket, desk: Desk, entry: Entry, work: UnitOfWork) -> None:
    """Rewrite every copy of an entry that was edited; what was given up and is tried again says the new words, too.
    Those who take part no longer lose the old words like everybody, but are not told the new ones."""
    name = name_of(entry, work)
    reads = {entry.agents_copy: agents_copy(ticket, desk, entry, name)}
    reads |= {entry.copy_for(who): _copy_of(who, ticket, desk, entry, name) for who in rooms.everyone(ticket, work)}
    with reading(desk.settings.language):
        since = views.edited_since()
    for key, platform, room in _copies(ticket, desk, entry, rooms.everyone_ever(ticket, work)):
        rooms.say_instead(key, platform, room, reads.get(key, since), entry.about, work)


def _copy_of(who: UserRef, ticket: Ticket, desk: Desk, entry: Entry, name: str) -> Message:
    """What one of those who take part reads."""
    if ticket.restricted and who != ticket.customer:
        with reading(desk.settings.language):
            return views.restricted()
    return customer_copy(ticket, desk, entry, name)


def carry_deletion(ticket: Ticket, desk: Desk, entry: Entry, work: UnitOfWork) -> None:
    """Take every copy back, also from those who take part no longer; what is not yet posted is never said."""
    with reading(desk.settings.language):
        taken_back = views.taken_back()
    for key, platform, room in _copies(ticket, desk, entry, rooms.everyone_ever(ticket, work)):
        work.outbox.cancel(key)
        work.outbox.cancel_given_up(key)
        work.outbox.revise(key, taken_back)  # the room's next one may be on its way; if not, it is not said now
        if work.outbox.posted(key):
            work.outbox.post(Remove(key, platform, room), about=entry.about)


def _copies(ticket: Ticket, desk: Desk, entry: Entry, people: Iterable[UserRef]) -> list[tuple[str, str, str]]:
    """Key, platform and room of each copy that there may be."""
    found = [(entry.copy_for(who), who.platform, ticket.room_of(who)) for who in people]
    if desk.agents is not None:
        found.append((entry.agents_copy, desk.agents.platform, ticket.agents_room))
    return found


def name_of(entry: Entry, work: UnitOfWork) -> str:
    """Its author's display name, as last seen."""
    who = entry.said_by
    return (work.people.names([who]).get(who, "") if who else "") or views.somebody()
