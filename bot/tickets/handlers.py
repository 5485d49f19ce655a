"""What agents do with a ticket: claim, release, assign, set its priority, tags and subject."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from bot.access import Call, principals
from bot.desks.model import Rank
from bot.errors import Conflict, Problem
from bot.inbound import Actor
from bot.message import say
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.router import Option, Router, Scope, Takes
from bot.tickets import views
from bot.tickets.model import LONGEST_SUBJECT, Priority, Ticket
from bot.tickets.timeline import Entry, Kind

router = Router(Use.SUPPORT)
PERSON = Option("person", "Who", Takes.PERSON)
TAG = re.compile(r"[+-]?[a-z0-9][a-z0-9-]{0,29}", re.IGNORECASE)


@router.command("ticket claim", "Take a ticket", allow=Rank.AGENT, scope=Scope.TICKET)
def claim(call: Call, work: UnitOfWork) -> Reply:
    """Of any number who claim at once one gets it; the others are told who has it."""
    ticket = _open(call)
    if ticket.assignee == call.actor.ref:
        return Say(say(views.yours_already(ticket)))
    if ticket.assignee:
        raise Conflict(views.already_claimed(ticket, views.called(ticket.assignee, rooms.names(ticket, work))))
    ticket = _change(call, Kind.CLAIMED, ticket.claim(call.actor.ref), work)
    return Say(views.claimed(ticket))


@router.command("ticket release", "Give a ticket back", allow=Rank.AGENT, scope=Scope.TICKET, restricted="agent")
def release(call: Call, work: UnitOfWork) -> Reply:
    if call.ticket.assignee is None:
        raise Conflict(views.unclaimed_already(call.ticket))
    ticket = _change(call, Kind.RELEASED, _open(call).release(), work)
    return Say(views.released(ticket))


@router.command("ticket assign", "Give a ticket to an agent", PERSON, allow=Rank.AGENT, scope=Scope.TICKET)
def assign(call: Call, work: UnitOfWork) -> Reply:
    who = known(call, "person", work)
    if work.desks.rank(call.desk.id, principals(who))[0] < Rank.AGENT:
        raise Problem(views.not_an_agent(who.name))
    ticket = _change(call, Kind.ASSIGNED, _open(call).claim(who.ref), work, person=who.ref)
    if who.ref != call.actor.ref:
        told = partial(views.yours, ticket, who, call.actor)
        rooms.to_agents(ticket, call.desk, rooms.notice(ticket, "assigned"), told, work)
    return Say(views.assigned(ticket, who.name))


@router.command(
    "ticket priority", "Say how urgent a ticket is",
    Option("priority", "How urgent", Takes.CHOICE, choices=tuple(p.word for p in reversed(Priority))),
    allow=Rank.AGENT, scope=Scope.TICKET,
)  # fmt: skip
def prioritise(call: Call, work: UnitOfWork) -> Reply:
    priority = Priority[call.options["priority"].upper()]
    ticket = _change(call, Kind.PRIORITISED, call.ticket.prioritise(priority), work, detail=priority.word)
    return Say(views.prioritised(ticket))


@router.command(
    "ticket tag", "Add and remove tags", Option("tags", "+tag adds, -tag removes", Takes.TAGS),
    allow=Rank.AGENT, scope=Scope.TICKET,
)  # fmt: skip
def tag(call: Call, work: UnitOfWork) -> Reply:
    words = call.options["tags"].replace(",", " ").split()
    for word in words:
        if not TAG.fullmatch(word):
            raise Problem(views.bad_tag(word))
    remove = frozenset(word[1:].lower() for word in words if word.startswith("-"))
    add = frozenset(word.lstrip("+").lower() for word in words if not word.startswith("-"))
    work.tickets.tag(call.ticket, add, remove)
    ticket = _change(call, Kind.TAGGED, call.ticket, work, remark=" ".join(words))
    return Say(views.tagged(ticket, work.tickets.tags(ticket.id)))


@router.command(
    "ticket rename", "Give a ticket another subject", Option("subject", "The new subject", Takes.TEXT),
    allow=Rank.AGENT, scope=Scope.TICKET, form=views.RENAME_FORM,
)  # fmt: skip
def rename(call: Call, work: UnitOfWork) -> Reply:
    subject = " ".join(call.options["subject"].split())[:LONGEST_SUBJECT]
    ticket = _change(call, Kind.RENAMED, call.ticket.rename(subject), work, remark=subject)
    return Say(views.renamed(ticket, subject))


def known(call: Call, option: str, work: UnitOfWork) -> Actor:
    """The person an option names, under the best name there is. Raises `Problem` if it names nobody."""
    who = call.person(option)
    assert who is not None, "the option is required"
    if who.name:
        return work.people.meet(who.ref, who.name, who.language).as_known(who)
    return replace(who, name=work.people.names([who.ref]).get(who.ref) or who.ref.id)


def _open(call: Call) -> Ticket:
    if not call.ticket.open:
        raise Conflict(views.is_closed(call.ticket))
    return call.ticket


def _change(call: Call, kind: Kind, changed: Ticket, work: UnitOfWork, **what: Any) -> Ticket:
    """Write the ticket with what happened to it, and show it on the card."""
    entry = replace(Entry(0, changed.id, kind, work.now, changed.customer, staff=call.actor.ref), **what)
    ticket, _ = work.timeline.add(changed, entry)
    rooms.refresh_card(ticket, call.desk, work)
    return ticket
