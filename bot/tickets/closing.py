"""Closing and reopening a ticket, by whoever may."""

from dataclasses import replace
from functools import partial

from bot.access import Call
from bot.desks.model import Desk, Rank
from bot.errors import Conflict
from bot.message import UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.router import Option, Router, Scope, Takes
from bot.tickets import views
from bot.tickets.model import Ticket
from bot.tickets.timeline import BOT_REMOVED, NO_ANSWER, Entry, Kind

router = Router(Use.SUPPORT)


@router.command(
    "ticket close", "Close a ticket", Option("reason", "Why; the customer is told", Takes.TEXT, required=False),
    allow=Rank.AGENT, own=True, scope=Scope.TICKET,
)  # fmt: skip
def close_ticket(call: Call, work: UnitOfWork) -> Reply:
    if not call.ticket.open:
        raise Conflict(views.closed_already(call.ticket))
    reason = call.options.get("reason", "")
    ticket = close(call.ticket, call.desk, call.actor.ref, call.actor.name, reason, work, staff=call.is_agent)
    return Say(views.told_closed(ticket))


def close(
    ticket: Ticket,
    desk: Desk,
    by: UserRef,
    name: str,
    reason: str,
    work: UnitOfWork,
    *,
    staff: bool,
    tell: bool = True,
) -> Ticket:
    """`tell` the customer so: not where they cannot hear it."""
    ticket = happened(Kind.CLOSED, ticket.close(work.now), by, staff, work, remark=reason)
    return _closed(ticket, desk, reason, partial(views.closed_by, ticket, name, reason), work, tell=tell)


def close_by_silence(ticket: Ticket, desk: Desk, work: UnitOfWork) -> Ticket:
    """Its customer was asked, and nobody answered."""
    ticket = by_itself(ticket, NO_ANSWER, work)
    return _closed(ticket, desk, "", partial(views.closed_by_silence, ticket), work)


def close_for_departure(ticket: Ticket, desk: Desk, work: UnitOfWork, *, tell: bool) -> None:
    """Its workspace has removed the bot, so there is nobody to answer, or to be answered. `tell` agents elsewhere."""
    ticket = by_itself(ticket, BOT_REMOVED, work)
    work.closings.forget(ticket.id)
    if tell:
        rooms.refresh_card(ticket, desk, work)
        heard = partial(views.closed_for_departure, ticket)
        rooms.to_agents(ticket, desk, rooms.notice(ticket, "closed-agents"), heard, work)


def by_itself(ticket: Ticket, why: str, work: UnitOfWork) -> Ticket:
    """Write it closed by nobody, for a reason of the desk's (`why`, a code). Nobody is told."""
    entry = Entry(0, ticket.id, Kind.CLOSED, work.now, ticket.customer, detail=why)
    return work.timeline.add(ticket.close(work.now), entry)[0]


def _closed(
    ticket: Ticket, desk: Desk, reason: str, heard: rooms.Telling, work: UnitOfWork, *, tell: bool = True
) -> Ticket:
    work.closings.forget(ticket.id)
    rooms.refresh_card(ticket, desk, work)
    if tell:
        told = partial(views.closed, ticket, reason, desk.settings.farewell, desk.settings.reopen_days)
        rooms.tell_customers(ticket, desk, rooms.notice(ticket, "closed"), told, work)
    rooms.to_agents(ticket, desk, rooms.notice(ticket, "closed-agents"), heard, work)
    rooms.shelve(ticket, desk, work)
    return ticket


@router.command("ticket reopen", "Open a closed ticket again", allow=Rank.AGENT, own=True, scope=Scope.TICKET)
def reopen_ticket(call: Call, work: UnitOfWork) -> Reply:
    if call.ticket.open:
        raise Conflict(views.open_already(call.ticket))
    ticket = reopen(call.ticket, call.desk, call.actor.ref, call.actor.name, work, staff=call.is_agent)
    return Say(views.told_reopened(ticket))


def reopen(ticket: Ticket, desk: Desk, by: UserRef, name: str, work: UnitOfWork, *, staff: bool) -> Ticket:
    if not ticket.subject:
        work.tickets.keep_again(ticket.id)
    ticket = happened(Kind.REOPENED, ticket.reopen(), by, staff, work)
    rooms.shelve(ticket, desk, work, out=True)
    rooms.refresh_card(ticket, desk, work)
    told = partial(views.reopened, ticket)
    rooms.tell_customers(ticket, desk, rooms.notice(ticket, "reopened"), told, work)
    heard = partial(views.reopened_by, ticket, name)
    rooms.to_agents(ticket, desk, rooms.notice(ticket, "reopened-agents"), heard, work)
    return ticket


def happened(kind: Kind, ticket: Ticket, by: UserRef, staff: bool, work: UnitOfWork, remark: str = "") -> Ticket:
    """Write the ticket with what somebody did to it, as an agent (`staff`) or as a customer."""
    entry = Entry(0, ticket.id, kind, work.now, ticket.customer, remark=remark)
    entry = replace(entry, staff=by) if staff else replace(entry, author=by)
    return work.timeline.add(ticket, entry)[0]
