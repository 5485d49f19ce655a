"""A legal hold on one ticket keeps that ticket, whoever has their data erased: the rest of them goes at once, and what
is in the ticket waits as a request of its own, restricted, until the hold ends."""

from collections.abc import Sequence
from dataclasses import replace

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


def told_of(requests: Sequence[Request], work: UnitOfWork) -> list[Request]:
    """These requests of somebody as they are told of them: what waits for a hold that they are told nothing of waits
    for an officer; the rest of an erasure that does is none."""
    quiet = [request.number for request in requests if is_silent(request, work)]
    return [
        replace(request, stage=Stage.REVIEW) if request.number in quiet else request
        for request in requests
        if request.number not in quiet or request.asked is not Asked.REST
    ]


def is_silent(request: Request, work: UnitOfWork) -> bool:
    """Whether it waits for a hold of which they are told nothing."""
    on = request.ticket if request.asked is Asked.REST else None
    return request.stage is Stage.HELD and work.privacy.silent(request.who, on)


def defer(who: UserRef, work: UnitOfWork) -> list[int]:
    """Have what holds keep of somebody wait for their end. Doing it again changes nothing. Returns the numbers of those
    tickets that they may be told of."""
    held, numbers = work.privacy.held_tickets(who), []
    waiting = {request.ticket for request in deferred(who, work)} if held else set()
    for id in held:
        ticket = work.tickets.get(id)
        if ticket is None:
            continue
        if not work.privacy.silent(who, id):
            numbers.append(ticket.number)
        if id not in waiting:
            new = Request(0, who, Asked.REST, work.now, Stage.HELD, counts=(("ticket", id),))
            work.privacy.open_request(new)
        if ticket.customer == who:
            work.tickets.restrict_one(id, True)
    return numbers


def keep_restricted(who: UserRef, work: UnitOfWork) -> None:
    """Whatever else is used again: what waits for its deletion is not."""
    for request in deferred(who, work):
        ticket = work.tickets.get(request.ticket)
        if ticket is not None and ticket.customer == who:
            work.tickets.restrict_one(ticket.id, True)
