"""Rooms that cannot be opened, or that somebody took away: the ticket goes on elsewhere, and its agents are told."""

from dataclasses import replace
from functools import partial

from bot.effects import Direct, OpenRoom, Post
from bot.inbound import RoomGone
from bot.ports import Pending, Reply, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms, views
from bot.relay.outcome import ticket_of
from bot.relay.said import desk_of
from bot.router import Router
from bot.tickets.model import RoomKind, Ticket

router = Router(Use.SUPPORT)


def on_failed(row: Pending, reason: str, work: UnitOfWork) -> None:
    """A customer's room that the platform will not open: what waited for it goes to their private messages."""
    ticket = ticket_of(row.effect.room, work) if isinstance(row.effect, OpenRoom) else None
    if ticket is not None and work.outbox.discard(row.id):
        go_on_in_private(ticket, partial(views.room_refused, reason), work)


@router.listen(RoomGone)
def on_gone(event: RoomGone, work: UnitOfWork) -> Reply:
    """A thread was deleted by hand. Nothing of its ticket is lost, and it gets another room if it is open."""
    room = work.tickets.room(event.place)
    if room is None or not room[0].open:
        return None
    ticket, agents = room
    if agents:
        rooms.post_card(ticket, desk_of(ticket, work), work)
        telling = partial(views.new_room, ticket)
        rooms.to_agents(ticket, desk_of(ticket, work), rooms.notice(ticket, "card"), telling, work)
    else:
        go_on_in_private(ticket, views.room_gone, work)
    return None


def go_on_in_private(ticket: Ticket, telling: rooms.Telling, work: UnitOfWork) -> None:
    ticket = work.tickets.save(replace(ticket, room_kind=RoomKind.DIRECT))
    for waiting in work.outbox.waiting_in(ticket.customer_room):
        match waiting.effect:
            case Post(key=key, message=message):
                to = ticket.customer
                work.outbox.readdress(waiting.id, Direct(key, to.platform, ticket.customer_room, to, message))
    desk = desk_of(ticket, work)
    rooms.to_agents(ticket, desk, rooms.notice(ticket, "private-now"), telling, work)


router.failed.append(on_failed)
