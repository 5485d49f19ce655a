"""Somebody leaves the server where a desk takes in, or comes back. What happens to their tickets, the desk says."""

from functools import partial

from bot.desks.model import Desk
from bot.effects import Admit
from bot.inbound import MembershipChanged
from bot.language import reading
from bot.lifecycle import views
from bot.message import UserRef
from bot.ports import Filter, Reply, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.router import Router
from bot.tickets.closing import close
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.timeline import Entry, Kind

router = Router(Use.SUPPORT)
MOST = 200  # claimed tickets of one agent that are given back at once


@router.listen(MembershipChanged)
def on_change(event: MembershipChanged, work: UnitOfWork) -> Reply:
    """Nothing is done, or kept, about people who never had to do with a desk."""
    known = work.people.get(event.actor.ref)
    if known is None:
        return None
    here = {desk.id: desk for desk in work.desks.near(event.place.platform, event.place.workspace)}
    name = event.actor.name or known.name or known.who.id
    for ticket in work.tickets.open_of(known.who):
        desk = here.get(ticket.desk)
        if desk is not None and ticket.customer == known.who and not ticket.restricted:
            (_comes_back if event.back else _leaves)(ticket, desk, name, work)
    if not event.back:
        _give_back(known.who, event.place.workspace, name, work)
    return None


def _leaves(ticket: Ticket, desk: Desk, name: str, work: UnitOfWork) -> None:
    match desk.settings.leavers:
        case "warn":
            rooms.to_agents(ticket, desk, rooms.notice(ticket, "left"), partial(views.left, ticket, name), work)
        case "close":
            with reading(desk.settings.language):
                why = views.left_reason()
            close(ticket, desk, ticket.customer, name, why, work, staff=False, tell=False)


def _comes_back(ticket: Ticket, desk: Desk, name: str, work: UnitOfWork) -> None:
    """Leaving a server, people leave its private threads."""
    if ticket.room_kind is RoomKind.THREAD:
        key = f"{rooms.notice(ticket, 'back')}:admit"
        work.outbox.post(
            Admit(key, ticket.customer.platform, ticket.customer_room, ticket.customer), about=ticket.customer
        )
    if desk.settings.leavers != "keep":
        rooms.to_agents(ticket, desk, rooms.notice(ticket, "back"), partial(views.back, ticket, name), work)


def _give_back(agent: UserRef, workspace: str, name: str, work: UnitOfWork) -> None:
    """What they had claimed, of desks whose agents work where they are no longer."""
    desks = {desk.id: desk for desk in work.desks.all() if desk.agents and desk.agents.workspace == workspace}
    for ticket in work.tickets.find(Filter(tuple(desks), assignee=agent), MOST) if desks else ():
        released = Entry(0, ticket.id, Kind.RELEASED, work.now, ticket.customer)
        free, _ = work.timeline.add(ticket.release(), released)
        desk = desks[free.desk]
        rooms.refresh_card(free, desk, work)
        rooms.to_agents(free, desk, rooms.notice(free, "agent-left"), partial(views.agent_left, free, name), work)
