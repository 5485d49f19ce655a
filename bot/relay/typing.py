"""Who sees that somebody writes. Asked while they do, and never written down."""

from collections.abc import Sequence

from bot.access import takes_part
from bot.inbound import Place
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.relay.said import desk_of
from bot.tickets.model import RoomKind, Ticket


def seen_typing(who: UserRef, place: Place, work: UnitOfWork) -> Sequence[Place | UserRef]:
    """Where to show it: rooms, or people in private, of the same platform.

    Agents see it of customers. Customers see it of the agent who claimed their ticket: what others write in the agents'
    room is most likely a note.
    """
    if place.direct:
        mine = [ticket for ticket in work.tickets.open_of(who) if ticket.room_kind is RoomKind.DIRECT]
        return _agents_room(mine[0], place, work) if len(mine) == 1 else ()
    room = work.tickets.room(place) if place.thread else None
    if room is None or not room[0].open or room[0].restricted:
        return ()
    ticket, is_agents_room = room
    if is_agents_room:
        return _customers_room(ticket, place, work) if who == ticket.assignee else ()
    return _agents_room(ticket, place, work) if takes_part(who, ticket, work) else ()


def _agents_room(ticket: Ticket, place: Place, work: UnitOfWork) -> Sequence[Place]:
    agents = desk_of(ticket, work).agents
    return _spot(ticket.agents_room, place, work) if agents and agents.platform == place.platform else ()


def _customers_room(ticket: Ticket, place: Place, work: UnitOfWork) -> Sequence[Place | UserRef]:
    if ticket.customer.platform != place.platform:
        return ()
    return [ticket.customer] if ticket.room_kind is RoomKind.DIRECT else _spot(ticket.customer_room, place, work)


def _spot(key: str, place: Place, work: UnitOfWork) -> Sequence[Place]:
    spot = work.outbox.spot(key)
    return [Place(place.platform, place.workspace, spot.conversation, spot.thread)] if spot else []
