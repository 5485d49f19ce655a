"""Somebody points at a message that was said elsewhere, and it becomes a ticket, with all of its thread."""

from bot.access import principals
from bot.desks.model import Desk, Rank
from bot.errors import NotAllowed, Problem
from bot.inbound import MessagePosted, MessageRaised
from bot.people.restriction import refuse_restricted
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import agents, views
from bot.relay.intake import refuse_blocked, room_of
from bot.relay.private import candidates
from bot.relay.said import record, said, source_of
from bot.router import Router
from bot.tickets import views as ticket_views
from bot.tickets.model import Ticket, subject_from
from bot.tickets.opening import Opening, check_limits, in_room, open_ticket, own_channel

router = Router(Use.SUPPORT)


@router.listen(MessageRaised)
def on_raised(event: MessageRaised, work: UnitOfWork) -> Reply:
    """Its author is the customer. Only agents may do it with other people's messages."""
    message = event.message
    if message is None or said(message).empty:
        raise Problem(views.nothing_to_raise())
    if ticket := _ticket_already(message, work):
        return Say(views.raised_already(ticket))
    desk = _desk(message, work)
    _check(event, message, desk, work)
    ticket = _open(message, desk, work)
    for each in event.said:
        ticket = _take_in(each, ticket, desk, work)
    return Say(ticket_views.raised(ticket))


def _ticket_already(message: MessagePosted, work: UnitOfWork) -> Ticket | None:
    if room := room_of(message.place, work):
        return room[0]
    source = source_of(message.place)
    entry = work.timeline.at(source) if source else None
    return work.tickets.get(entry.ticket) if entry else None


def _desk(message: MessagePosted, work: UnitOfWork) -> Desk:
    """The one of the channel, else one that takes in nearby."""
    here = work.desks.at(message.place)
    return here[0] if here else candidates(message.place.platform, message.place.workspace, work)[0]


def _check(event: MessageRaised, message: MessagePosted, desk: Desk, work: UnitOfWork) -> None:
    customer = message.actor
    person = work.people.meet(customer.ref, customer.name, customer.language)
    if event.actor.ref == customer.ref:
        refuse_blocked(person, work)
        check_limits(desk, customer.ref, message.text, work)
        return
    if work.desks.rank(desk.id, principals(event.actor))[0] < Rank.AGENT:
        raise NotAllowed(views.not_yours_to_raise())
    refuse_restricted(person)


def _open(message: MessagePosted, desk: Desk, work: UnitOfWork) -> Ticket:
    what = said(message)
    subject = subject_from(what.text) or next((file.name for file in what.files), "")
    new = Opening(desk, what.author, "", subject, name=what.name)
    if desk.settings.rooms == "private":
        channel = own_channel(desk, message.place, work)
        return open_ticket(in_room(new, channel) if channel else new, work)
    return open_ticket(in_room(new, message.place), work)


def _take_in(message: MessagePosted, ticket: Ticket, desk: Desk, work: UnitOfWork) -> Ticket:
    if said(message).empty:
        return ticket
    work.people.meet(message.actor.ref, message.actor.name, message.actor.language)
    rank, _ = work.desks.rank(desk.id, principals(message.actor))
    if rank >= Rank.AGENT and message.actor.ref != ticket.customer:
        return agents.said_to_customer(message, ticket, desk, work)
    return record(ticket, desk, said(message), work)
