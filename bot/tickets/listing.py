"""Looking at tickets: the list, one ticket, its history, a search."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.access import Call, person_named, principals
from bot.desks.model import Rank
from bot.errors import Problem
from bot.language import Phrase
from bot.ports import Filter, Reply, Say, UnitOfWork
from bot.privacy.retaining.purging import is_over, unexpired, without_words
from bot.privacy.uses import Use
from bot.relay import rooms
from bot.router import Option, Router, Scope, Takes
from bot.tickets import views
from bot.tickets.model import Priority, Ticket
from bot.tickets.timeline import Kind

router = Router(Use.SUPPORT)
PAGE = 20  # tickets, entries or hits: what fits one message on every platform
CURSOR = re.compile(r"(?P<options>[^|]*)\|(?P<rank>[0-9])\.(?P<when>[0-9]{1,14})\.(?P<id>[0-9]{1,18})")
OPTIONS = ("filter", "tag", "priority", "customer")
WHICH = (Phrase("open"), Phrase("mine"), Phrase("unclaimed"), Phrase("closed"))


@router.command(
    "ticket list", "The tickets of the desk, or your own",
    Option("filter", "Which", Takes.CHOICE, required=False, choices=WHICH),
    Option("priority", "How urgent", Takes.CHOICE, required=False, choices=tuple(p.word for p in reversed(Priority))),
    Option("tag", "With this tag", Takes.TAG, required=False, named=True),
    Option("customer", "Of this person", Takes.PERSON, required=False, named=True),
)  # fmt: skip
def list_tickets(call: Call, work: UnitOfWork) -> Reply:
    """Agents see the queues of their desks, most urgent and oldest first; everybody else their own tickets."""
    given, after = _given(call)
    desks = work.desks.ranked(principals(call.actor), Rank.AGENT)
    wanted = _filter(given, desks, call, work) if desks else _own(given, call, work)
    page = work.tickets.find(replace(wanted, after=after), PAGE + 1)
    more = _cursor(given, page[PAGE - 1], work) if len(page) > PAGE else ""
    shown = [unexpired(ticket, work) for ticket in page[:PAGE]]
    people = {who for t in shown for who in (t.customer, t.assignee) if who}
    names = work.people.names(sorted(people, key=str))
    return Say(views.queue(views.list_title(given), shown, names, more, work.now, agent=bool(desks)))


@router.command(
    "ticket show", "Look at a ticket", allow=Rank.AGENT, own=True, scope=Scope.TICKET, restricted="customer"
)
def show(call: Call, work: UnitOfWork) -> Reply:
    ticket = unexpired(call.ticket, work)
    others = work.tickets.participants(ticket.id)
    names = rooms.names(ticket, work, *others)
    people = [views.called(who, names) for who in others]
    return Say(views.details(ticket, names, work.tickets.tags(ticket.id), people, call.is_agent))


@router.command("ticket history", "Everything that happened in a ticket", allow=Rank.AGENT, scope=Scope.TICKET)
def history(call: Call, work: UnitOfWork) -> Reply:
    return _history(call.ticket, 0, work)


@router.command("ticket more-history", "The next page of a history", hidden=True)
def more_history(call: Call, work: UnitOfWork) -> Reply:
    """The argument is ticket-entry, ids of ours; the presser's rights are checked as for the first page."""
    id, _, after = call.arg.partition("-")
    sound = all(part.isdecimal() and len(part) < 19 for part in (id, after))
    ticket = work.tickets.get(int(id)) if sound else None
    if ticket is None or ticket.restricted or ticket.desk not in work.desks.ranked(principals(call.actor), Rank.AGENT):
        raise Problem(views.no_more())
    return _history(ticket, int(after), work)


def _history(ticket: Ticket, after: int, work: UnitOfWork) -> Reply:
    entries = work.timeline.page(ticket.id, frozenset(Kind), after, PAGE + 1)
    shown = [without_words(entry) for entry in entries[:PAGE]] if is_over(ticket, work) else entries[:PAGE]
    people = {who for e in shown for who in (e.said_by, e.person) if who}
    more = f"{ticket.id}-{shown[-1].id}" if len(entries) > PAGE else ""
    return Say(views.history(ticket, shown, work.people.names(sorted(people, key=str)), more))


@router.command("ticket search", "Find words in tickets", Option("words", "What to look for", Takes.TEXT))
def search(call: Call, work: UnitOfWork) -> Reply:
    """Agents search their desks; everybody their own tickets, without what only agents may read."""
    desks = work.desks.ranked(principals(call.actor), Rank.AGENT)
    hits = work.timeline.search(call.options["words"], desks, call.actor.ref, PAGE)
    hits = [(ticket, entry) for ticket, entry in hits if not is_over(ticket, work)]
    said = {ticket.id for ticket, entry in hits if entry.kind is not Kind.OPENED}
    hits = [(ticket, entry) for ticket, entry in hits if entry.kind is not Kind.OPENED or ticket.id not in said]
    return Say(views.found(call.options["words"], hits))


def _filter(given: dict[str, str], desks: Sequence[int], call: Call, work: UnitOfWork) -> Filter:
    here = work.desks.at(call.event.place)
    which = given.get("filter", "open")
    customer = given.get("customer")
    return Filter(
        desks=[here[0].id] if here and here[0].id in desks else desks,
        open=which != "closed",
        assignee=call.actor.ref if which == "mine" else None,
        unclaimed=which == "unclaimed",
        customer=person_named(customer) if customer else None,
        tag=given.get("tag", "").lower(),
        priority=Priority[given["priority"].upper()] if "priority" in given else None,
    )


def _own(given: dict[str, str], call: Call, work: UnitOfWork) -> Filter:
    desks = [desk.id for desk in work.desks.all()]
    return Filter(desks, open=given.get("filter") != "closed", mine=call.actor.ref)


def _given(call: Call) -> tuple[dict[str, str], tuple[int, int, int] | None]:
    """What to list, and after which ticket: from the command's options, or from the button *More*."""
    if not call.arg:
        return {name: call.options[name] for name in OPTIONS if call.options.get(name)}, None
    match = CURSOR.fullmatch(call.arg)
    if match is None:
        raise Problem(views.no_more())
    pairs = (pair.partition("=") for pair in match["options"].split("&") if pair)
    given = {name: value for name, _, value in pairs if name in OPTIONS and value}
    if given.get("priority", "low") not in {p.word for p in Priority}:
        raise Problem(views.no_more())
    return given, (int(match["rank"]), int(match["when"]), int(match["id"]))


def _cursor(given: dict[str, str], last: Ticket, work: UnitOfWork) -> str:
    rank, when, id = work.tickets.sort_key(last)
    return "&".join(f"{name}={value}" for name, value in given.items()) + f"|{rank}.{when}.{id}"
