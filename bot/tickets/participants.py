"""Letting others into a ticket, and out again."""

from dataclasses import replace
from functools import partial

from bot.access import Call
from bot.desks.model import Desk, Rank
from bot.effects import Admit, Direct
from bot.errors import Conflict
from bot.inbound import Actor
from bot.language import reading
from bot.message import UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.readers import languages_of
from bot.relay import rooms
from bot.relay.rooms import Telling
from bot.router import Option, Router, Scope, Takes
from bot.tickets import views
from bot.tickets.handlers import known
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.timeline import Entry, Kind

router = Router(Use.SUPPORT)
PERSON = Option("person", "Who", Takes.PERSON)


@router.command("ticket add", "Let somebody take part in a ticket", PERSON, allow=Rank.AGENT, scope=Scope.TICKET)
def add(call: Call, work: UnitOfWork) -> Reply:
    who = known(call, "person", work)
    if not work.tickets.admit(call.ticket, who.ref):
        raise Conflict(views.takes_part_already(who.name, call.ticket))
    ticket = _record(Kind.ADDED, call, who, work)
    _tell(ticket, who, call.desk, partial(views.added, ticket, call.actor.name), work, out=False)
    return Say(views.let_in(ticket, who.name))


@router.command("ticket remove", "Let somebody no longer take part", PERSON, allow=Rank.AGENT, scope=Scope.TICKET)
def remove(call: Call, work: UnitOfWork) -> Reply:
    who = known(call, "person", work)
    if not work.tickets.dismiss(call.ticket, who.ref):
        raise Conflict(views.takes_no_part(who.name, call.ticket))
    ticket = _record(Kind.REMOVED, call, who, work)
    _tell(ticket, who, call.desk, partial(views.removed, ticket), work, out=True)
    return Say(views.let_out(ticket, who.name))


def _record(kind: Kind, call: Call, who: Actor, work: UnitOfWork) -> Ticket:
    ticket = replace(call.ticket, shared=True)
    entry = Entry(0, ticket.id, kind, work.now, ticket.customer, staff=call.actor.ref, person=who.ref)
    return work.timeline.add(ticket, entry)[0]


def _tell(ticket: Ticket, who: Actor, desk: Desk, telling: Telling, work: UnitOfWork, *, out: bool) -> None:
    """In a thread the platform lets them in; in private they are told, and hear from then on."""
    key = _key(ticket.id, ticket.entries, "removed" if out else "added", who.ref)
    if ticket.room_kind is RoomKind.THREAD and who.ref.platform == ticket.customer.platform:
        admit = Admit(key, who.ref.platform, ticket.customer_room, who.ref, out)
        work.outbox.post(admit, about=who.ref)
    with reading(languages_of(who.ref, desk, work)):
        direct = Direct(f"{key}:told", who.ref.platform, ticket.room_of(who.ref), who.ref, telling())
    work.outbox.post(direct, about=who.ref)


def tell_subject_again(ticket: Ticket, work: UnitOfWork) -> None:
    """Those who were added were told the subject; when its words change or go, they do so there, too."""
    added = work.timeline.page(ticket.id, frozenset({Kind.ADDED}), 0, rooms.MOST_ADDED) if ticket.shared else ()
    names = work.people.names([entry.staff for entry in added if entry.staff])
    for entry in added:
        if entry.person is not None:
            key = f"{_key(ticket.id, entry.place, 'added', entry.person)}:told"
            room = ticket.room_of(entry.person)
            with reading(languages_of(entry.person, work.desks.get(ticket.desk), work)):
                message = views.added(ticket, names.get(entry.staff, "") if entry.staff else "")
            rooms.say_instead(key, entry.person.platform, room, message, entry.person, work)


def _key(ticket: int, place: int, what: str, who: UserRef) -> str:
    """Named by where in the ticket's timeline it happened."""
    return f"notice:{ticket}:{place}:{what}:{who}"
