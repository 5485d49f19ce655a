"""A message arrives. Which room is it in, which ticket does it belong to, and who must see it?"""

from dataclasses import replace
from functools import partial

from bot.access import principals, takes_part
from bot.desks.model import Desk, Rank
from bot.errors import Busy, NotAllowed
from bot.inbound import MessagePosted, Place
from bot.people.model import Person
from bot.people.restriction import refuse_others, refuse_restricted
from bot.ports import Reply, UnitOfWork
from bot.privacy.letters import write_to
from bot.privacy.uses import Use
from bot.relay import agents, views
from bot.relay.private import in_private
from bot.relay.said import Said, desk_of, receive, said
from bot.router import Router
from bot.tickets import views as ticket_views
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.opening import Opening, check_limits, in_room, open_ticket
from bot.tickets.timeline import Source

router = Router(Use.SUPPORT)


@router.listen(MessagePosted)
def on_message(event: MessagePosted, work: UnitOfWork) -> Reply:
    what = said(event)
    reply = None if what.empty else _route(event, what, work)
    return views.with_refused(reply, event.refused) if event.refused else reply


def _route(event: MessagePosted, what: Said, work: UnitOfWork) -> Reply:
    """Nobody is remembered who talks where no desk is."""
    if room := room_of(event.place, work):
        person = _meet(event, work)
        event = replace(event, actor=person.as_known(event.actor))
        what = replace(what, name=event.actor.name)
        ticket, is_agents_room = room
        refuse_others(ticket, person.who)
        desk = desk_of(ticket, work)
        rank, _ = work.desks.rank(desk.id, principals(event.actor))
        if is_agents_room:
            return agents.in_agents_room(event, ticket, desk, rank, work)
        return in_customer_room(event, what, person, ticket, desk, rank, work)
    if event.place.direct:
        person = _meet(event, work)
        if person.own_name:
            what = replace(what, name=person.name)
        if turned_away(person, event.place, work):
            return None
        about = work.tickets.answered(event.place)
        if about is not None and takes_part(what.author, about, work):
            refuse_others(about, person.who)
            receive(about, desk_of(about, work), what, work)
            return None
        return in_private(what, person, work)
    if event.place.thread:
        wait_for_room(event.place, work)
        return None
    return in_channel(event, what, work)


def wait_for_room(place: Place, work: UnitOfWork) -> None:
    """Who answers under a card the moment it is there may be faster than the platform's answer to us. Raises `Busy`, so
    that the platform delivers it again, while a room is being opened and this thread may be it."""
    if work.desks.at(place) is not None and work.outbox.opening(place):
        raise Busy


def _meet(event: MessagePosted, work: UnitOfWork) -> Person:
    return work.people.meet(event.actor.ref, event.actor.name, event.actor.language)


def room_of(place: Place, work: UnitOfWork) -> tuple[Ticket, bool] | None:
    """The ticket whose room this is, true with it for the agents' room.

    The thread on the message a ticket began with is its customer's room even before the platform told us so.
    """
    if place.direct and not place.thread:
        return None
    if (room := work.tickets.room(place)) or not place.thread:
        return room
    first = work.timeline.at(Source(place.platform, place.conversation, "", place.thread))
    ticket = work.tickets.get(first.ticket) if first is not None and first.author is not None else None
    return (ticket, False) if ticket is not None and ticket.room_kind is RoomKind.THREAD else None


def in_customer_room(
    event: MessagePosted, what: Said, person: Person, ticket: Ticket, desk: Desk, rank: Rank, work: UnitOfWork
) -> Reply:
    """A thread that both can see: whoever is an agent here and not the customer speaks as an agent."""
    if rank >= Rank.AGENT and what.author != ticket.customer:
        agents.said_to_customer(event, ticket, desk, work)
        return None
    refuse_blocked(person, work)
    receive(ticket, desk, what, work)
    return None


def in_channel(event: MessagePosted, what: Said, work: UnitOfWork) -> Reply:
    """A new message in a channel opens a ticket where a desk takes in, unless its own agents wrote it."""
    here = work.desks.at(event.place)
    if here is None or here[1]:
        return None
    desk = here[0]
    rank, _ = work.desks.rank(desk.id, principals(event.actor))
    if rank >= Rank.AGENT:
        return None
    person = _meet(event, work)
    what = replace(what, name=person.as_known(event.actor).name)
    refuse_blocked(person, work)
    check_limits(desk, what.author, what.text, work)
    open_ticket(
        in_room(
            Opening(desk, what.author, what.text, name=what.name, files=what.files, source=what.source), event.place
        ),
        work,
    )
    return None


def turned_away(person: Person, place: Place, work: UnitOfWork) -> bool:
    """Whether they are blocked, and are told so in a post that can be taken back: an agent's words about them are in
    it, and in private it stays. Raises `NotAllowed` if their data is restricted."""
    refuse_restricted(person)
    if person.blocked_until is None or not person.blocked(work.now):
        return False
    telling = partial(ticket_views.told_blocked, person.blocked_until, person.block_reason)
    write_to(person.who, f"blocked:{place.message or work.new_code()}", telling, work, about=person.who)
    return True


def refuse_blocked(person: Person, work: UnitOfWork) -> None:
    refuse_restricted(person)
    if person.blocked_until is not None and person.blocked(work.now):
        raise NotAllowed(ticket_views.blocked(person.blocked_until, person.block_reason))
