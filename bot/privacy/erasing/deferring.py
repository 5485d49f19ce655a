"""A legal hold on one ticket keeps that ticket, whoever has their data erased: the rest of them goes at once, and what
is in the ticket waits as a request of its own, restricted, until the hold ends."""

from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.uses import Use, serves


def held_up(request: Request, work: UnitOfWork) -> bool:
    """Whether a legal hold keeps all of what it would delete."""
    on_ticket = request.asked is Asked.REST and work.privacy.holds_ticket(request.ticket)
    return on_ticket or work.privacy.held(request.who)


@serves(Use.RIGHTS)
def deferred(who: UserRef, work: UnitOfWork) -> list[Request]:
    """What is still to be deleted once a hold ends."""
    return [request for request in work.privacy.requests_of(who, Asked.REST) if request.open]


def defer(who: UserRef, work: UnitOfWork) -> list[int]:
    """Have what holds keep of somebody wait for their end. Doing it again changes nothing. Returns the numbers of those
    tickets that they may be told of."""
    held = work.privacy.held_tickets(who)
    waiting = {request.ticket for request in deferred(who, work)} if held else set()
    kept = [ticket for id in held if (ticket := work.tickets.get(id)) is not None]
    for ticket in kept:
        if ticket.id not in waiting:
            new = Request(0, who, Asked.REST, work.now, Stage.HELD, counts=(("ticket", ticket.id),))
            work.privacy.open_request(new)
        if ticket.customer == who:
            work.tickets.restrict_one(ticket.id, True)
    unsaid = work.privacy.silence(who).tickets if kept else ()
    return [ticket.number for ticket in kept if ticket.id not in unsaid]


def keep_restricted(who: UserRef, work: UnitOfWork) -> None:
    """Whatever else is used again: what waits for its deletion is not."""
    for request in deferred(who, work):
        ticket = work.tickets.get(request.ticket)
        if ticket is not None and ticket.customer == who:
            work.tickets.restrict_one(ticket.id, True)
