"""Blocking people. A block counts at every desk, because people write to the bot, not to a desk."""

from datetime import timedelta

from bot.access import Call, principals
from bot.desks.model import Rank
from bot.errors import Problem
from bot.people import views
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.router import Option, Router, Scope, Takes
from bot.tickets.handlers import known

router = Router(Use.SUPPORT)

PERSON = Option("person", "Who", Takes.PERSON)
DAYS = Option("days", "For how many days", Takes.NUMBER)
REASON = Option("reason", "Why; they are told", Takes.TEXT, required=False)
LONGEST = 3650  # days
MOST_LISTED = 50


@router.command("desk block", "Refuse what somebody writes", PERSON, DAYS, REASON, allow=Rank.LEAD, scope=Scope.DESK)
def block_person(call: Call, work: UnitOfWork) -> Reply:
    who, days = known(call, "person", work), call.options["days"].strip()
    if not (days.isdecimal() and len(days) < 6 and 1 <= int(days) <= LONGEST):
        raise Problem(views.days_wrong(LONGEST))
    if who.ref == call.actor.ref:
        raise Problem(views.not_yourself())
    if work.desks.ranked(principals(who), Rank.AGENT):
        raise Problem(views.works_here(who.name))
    until = work.now + timedelta(days=int(days))
    work.people.block(who.ref, until, call.options.get("reason", "").strip()[:500])
    return Say(views.blocked(who.name, until))


@router.command("desk unblock", "Let somebody write again", PERSON, allow=Rank.LEAD, scope=Scope.DESK)
def unblock_person(call: Call, work: UnitOfWork) -> Reply:
    who = known(call, "person", work)
    person = work.people.get(who.ref)
    if person is None or not person.blocked(work.now):
        raise Problem(views.not_blocked(who.name))
    work.people.unblock(who.ref)
    return Say(views.unblocked(who.name))


@router.command("desk blocked", "Show who is blocked, why and until when", allow=Rank.LEAD, scope=Scope.DESK)
def list_blocked(call: Call, work: UnitOfWork) -> Reply:
    people = work.people.blocked(MOST_LISTED + 1)
    return Say(views.blocked_list(people[:MOST_LISTED], more=len(people) > MOST_LISTED))
