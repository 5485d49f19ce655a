"""What a platform tells of accounts: a new name, or that somebody is gone. Tickets do not wait for people who left."""

from functools import partial

from bot.inbound import PersonChanged
from bot.message import UserRef
from bot.people import views
from bot.ports import Filter, Reply, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.router import Router
from bot.tickets.timeline import Entry, Kind

router = Router(Use.SUPPORT)
MOST = 200  # open tickets of one person that are looked after at once


@router.listen(PersonChanged)
def on_change(event: PersonChanged, work: UnitOfWork) -> Reply:
    """Nothing is kept about people who never had to do with a desk."""
    who = event.actor
    known = work.people.get(who.ref)
    if known is None:
        return None
    if not event.gone:
        work.people.meet(who.ref, who.name or known.name, who.language)
        return None
    name = known.name or who.ref.id
    _release(who.ref, name, work)
    _tell_about_customer(who.ref, name, work)
    return None


def _release(who: UserRef, name: str, work: UnitOfWork) -> None:
    desks = {desk.id: desk for desk in work.desks.all()}
    for ticket in work.tickets.find(Filter(tuple(desks), assignee=who), MOST):
        released = Entry(0, ticket.id, Kind.RELEASED, work.now, ticket.customer)
        free, _ = work.timeline.add(ticket.release(), released)
        desk = desks[free.desk]
        rooms.refresh_card(free, desk, work)
        telling = partial(views.agent_gone, free.number, name)
        rooms.to_agents(free, desk, rooms.notice(free, "agent-gone"), telling, work)


def _tell_about_customer(who: UserRef, name: str, work: UnitOfWork) -> None:
    for ticket in work.tickets.open_of(who):
        desk = work.desks.get(ticket.desk)
        if ticket.customer == who and desk is not None and not ticket.restricted:
            telling = partial(views.customer_gone, ticket.number, name)
            rooms.to_agents(ticket, desk, rooms.notice(ticket, "customer-gone"), telling, work)
