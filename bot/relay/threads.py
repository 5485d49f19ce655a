"""A ticket whose customer cannot be reached in private goes on in a thread of their own, where an agent wants it."""

from dataclasses import replace

from bot.access import Call
from bot.desks.model import Rank
from bot.effects import Admit, Direct, OpenRoom, Post
from bot.errors import Conflict, Problem
from bot.inbound import Place
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms, views
from bot.router import Router, Scope
from bot.tickets import views as ticket_views
from bot.tickets.model import RoomKind, Ticket

router = Router(Use.SUPPORT)
MOST = 1000  # given up deliveries that are looked at


def may_have_thread(ticket: Ticket, work: UnitOfWork) -> bool:
    return ticket.open and ticket.room_kind is RoomKind.DIRECT and _channel(ticket, work) is not None


@router.command(
    "ticket into-thread", "Go on in a thread instead of private messages",
    allow=Rank.AGENT, scope=Scope.TICKET, hidden=True,
)  # fmt: skip
def into_thread(call: Call, work: UnitOfWork) -> Reply:
    """What was given up for the customer comes after it, in its order."""
    if call.ticket.room_kind is RoomKind.THREAD:
        raise Conflict(views.in_thread_already())
    channel = _channel(call.ticket, work)
    if channel is None:
        raise Problem(views.no_channel_for_thread())
    ticket = work.tickets.save(replace(call.ticket, room_kind=RoomKind.THREAD))
    who, room = ticket.customer, ticket.customer_room
    work.outbox.post(
        OpenRoom(room, who.platform, channel, ticket_views.number(ticket), (who,), private=True), about=who
    )
    for other in work.tickets.participants(ticket.id) if ticket.shared else ():
        if other.platform == who.platform:
            key = f"{rooms.notice(ticket, 'into-thread')}:{other}"
            work.outbox.post(Admit(key, who.platform, room, other), about=other)
    _say_there(ticket, work)
    return Say(views.in_thread_now(ticket))


def _say_there(ticket: Ticket, work: UnitOfWork) -> None:
    for row, _ in work.outbox.dead(MOST):
        match row.effect:
            case Direct(key=key, room=room, user=user, message=message) if room == ticket.customer_room:
                if user == ticket.customer and work.outbox.discard(row.id):
                    work.outbox.post(Post(key, user.platform, room, message), about=row.about)


def _channel(ticket: Ticket, work: UnitOfWork) -> Place | None:
    """Where the desk takes in on the customer's platform."""
    return next((p for p in work.desks.intake(ticket.desk) if p.platform == ticket.customer.platform), None)
