"""Asking a customer whether their ticket can be closed, on an agent's word or after days of silence."""

from datetime import timedelta
from functools import partial

from bot.access import Call
from bot.closing import views
from bot.desks.model import Desk, Rank
from bot.errors import Conflict
from bot.inbound import Tick
from bot.message import UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.relay.said import desk_of
from bot.router import Option, Router, Scope, Takes
from bot.tickets.closing import close_by_silence, happened
from bot.tickets.model import Ticket
from bot.tickets.timeline import Entry, Kind
from bot.tickets.views import is_closed

router = Router(Use.SUPPORT)
AT_A_TIME = 20  # tickets in one transaction, so that nobody waits for it
MINUTE = 10  # of the hour, when desks look for tickets that went quiet: that reads all of their open ones


@router.command(
    "ticket ask-close", "Ask the customer whether a ticket can be closed",
    Option("reason", "Why; the customer is told", Takes.TEXT, required=False),
    allow=Rank.AGENT, scope=Scope.TICKET,
)  # fmt: skip
def ask_close(call: Call, work: UnitOfWork) -> Reply:
    if not call.ticket.open:
        raise Conflict(is_closed(call.ticket))
    if asked(call.ticket, work):
        raise Conflict(views.asked_already(call.ticket))
    reason = call.options.get("reason", "")
    ticket = _ask(call.ticket, call.desk, work, by=call.actor.ref, name=call.actor.name, reason=reason)
    request = work.closings.of(ticket.id)
    return Say(views.told_asked(ticket, request.closes_at if request else None))


@router.command(
    "ticket keep-open", "Keep a ticket open", allow=Rank.AGENT, own=True, scope=Scope.TICKET, hidden=True
)  # fmt: skip
def keep_open(call: Call, work: UnitOfWork) -> Reply:
    if not call.ticket.open:
        raise Conflict(is_closed(call.ticket))
    if not work.closings.forget(call.ticket.id):
        raise Conflict(views.nothing_asked(call.ticket))
    ticket = happened(Kind.KEPT_OPEN, call.ticket, call.actor.ref, call.is_agent, work)
    heard = partial(views.kept_by, ticket, call.actor.name)
    rooms.to_agents(ticket, call.desk, rooms.notice(ticket, "kept-open"), heard, work)
    return Say(views.kept(ticket))


def close_what_nobody_answered(tick: Tick, work: UnitOfWork) -> bool:
    """Not right after a start: what was said meanwhile is still being read."""
    due = () if tick.early else work.closings.due(AT_A_TIME)
    for request in due:
        ticket = work.tickets.get(request.ticket)
        work.closings.forget(request.ticket)
        if ticket and ticket.open and not ticket.restricted and not work.closings.answered(request):
            close_by_silence(ticket, desk_of(ticket, work), work)
    return len(due) == AT_A_TIME


def ask_where_it_went_quiet(tick: Tick, work: UnitOfWork) -> bool:
    """Where the last word was an agent's, and `quiet_days` are over; never twice about the same word."""
    if tick.early or work.now.minute != MINUTE:
        return False
    more = False
    for desk in work.desks.all():
        if days := desk.settings.quiet_days:
            quiet = work.closings.quiet(desk.id, work.now - timedelta(days=days), AT_A_TIME)
            for ticket in quiet:
                _ask(ticket, desk, work)
            more = more or len(quiet) == AT_A_TIME
    return more


router.ticks += [close_what_nobody_answered, ask_where_it_went_quiet]


def asked(ticket: Ticket, work: UnitOfWork) -> bool:
    """Whether an answer is still waited for. Whatever the customer says is one."""
    request = work.closings.of(ticket.id)
    return request is not None and not work.closings.answered(request)


def _ask(
    ticket: Ticket, desk: Desk, work: UnitOfWork, *, by: UserRef | None = None, name: str = "", reason: str = ""
) -> Ticket:
    hours = desk.settings.close_request_hours
    closes_at = work.now + timedelta(hours=hours) if hours else None
    entry = Entry(0, ticket.id, Kind.ASKED, work.now, ticket.customer, staff=by, remark=reason)
    ticket, _ = work.timeline.add(ticket, entry)
    work.closings.ask(ticket, closes_at)
    question = partial(views.question, ticket, reason, closes_at)
    rooms.tell_customers(ticket, desk, rooms.notice(ticket, "ask-close"), question, work)
    heard = partial(views.asked_by, ticket, name, closes_at)
    rooms.to_agents(ticket, desk, rooms.notice(ticket, "ask-close-agents"), heard, work)
    return ticket
