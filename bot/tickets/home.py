"""A page of one's own, for platforms that have one: a requester's tickets, an agent's, and the queue."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.access import Call, principals
from bot.desks.model import Rank
from bot.effects import ShowHome
from bot.errors import Problem
from bot.message import Message, UserRef
from bot.people.model import OTHERS, OWN
from bot.ports import Filter, HomePage, Reply, UnitOfWork
from bot.privacy.uses import Use
from bot.router import Router
from bot.tickets import views
from bot.tickets.model import Ticket

router = Router(Use.SUPPORT)
ROWS = 10  # tickets of a kind on a page
PAGES = 500  # of those who see others' tickets: agents, and who was added to one
CLOSED = 3  # tickets closed last, which their requester may want to open again
FURTHER = re.compile(r"(?P<section>[a-z]+)-(?P<rank>[0-9])-(?P<when>[0-9]{1,14})-(?P<id>[0-9]{1,18})")


@router.command("ticket home", "Your tickets at a glance", hidden=True)
def home(call: Call, work: UnitOfWork) -> Reply:
    """The argument is a kind of tickets, and after which of them to go on; nothing is the first page."""
    who, wanted = call.actor.ref, _wanted(call, work)
    if call.arg:
        return _further(call.arg, wanted, work)
    joined = [ticket for ticket in work.tickets.open_of(who) if ticket.customer != who]
    _note(who, OTHERS if joined or "queue" in wanted else OWN, work)
    rows = [views.home_top("queue" in wanted, further=False)]
    for section, tickets in wanted.items():
        rows += _section(section, work.tickets.find(tickets, ROWS + 1), work)
    rows += _section("joined", joined[:ROWS], work)
    if len(rows) == 1:
        rows.append(views.home_heading("asked", empty=True))
    return HomePage(tuple(rows))


def _note(who: UserRef, shown: str, work: UnitOfWork) -> None:
    """What stands on their page: mostly the same as before, and then nothing is written."""
    known = work.people.met(who)
    if known is None or known.home != shown:
        work.people.saw_home(who, shown)


def redraw(about: UserRef, work: UnitOfWork, ghost: UserRef | None = None) -> None:
    """Draw the pages again on which something of theirs may stand: their own, and those with others' tickets. It is
    noted under their account, or under what is left of it."""
    noted = ghost or about
    person = work.people.get(about)
    own = [about] if person and person.home else []
    for who in {**dict.fromkeys(own), **dict.fromkeys(work.people.who_see_others(PAGES))}:
        work.outbox.post(ShowHome(f"home:{who}:{noted}", who.platform, who), about=noted)


def _further(arg: str, wanted: dict[str, Filter], work: UnitOfWork) -> HomePage:
    found = FURTHER.fullmatch(arg)
    if found is None or found["section"] not in wanted:
        raise Problem(views.no_more())
    after = (int(found["rank"]), int(found["when"]), int(found["id"]))
    tickets = work.tickets.find(replace(wanted[found["section"]], after=after), ROWS + 1)
    return HomePage((views.home_top("queue" in wanted, further=True), *_section(found["section"], tickets, work)))


def _wanted(call: Call, work: UnitOfWork) -> dict[str, Filter]:
    """The kinds of tickets on a person's page, in order: what waits for an agent before what they asked themselves."""
    who, every = call.actor.ref, [desk.id for desk in work.desks.all()]
    own = {"asked": Filter(every, mine=who), "closed": Filter(every, open=False, mine=who)}
    desks = work.desks.ranked(principals(call.actor), Rank.AGENT)
    return {"claimed": Filter(desks, assignee=who), "queue": Filter(desks, unclaimed=True)} | own if desks else own


def _section(section: str, tickets: Sequence[Ticket], work: UnitOfWork) -> Sequence[Message]:
    """A heading, a row for each ticket, and the way to those that do not fit. An agent is told that nothing waits."""
    agent, most = section in ("claimed", "queue"), CLOSED if section == "closed" else ROWS
    if not tickets:
        return [views.home_heading(section, empty=True)] if agent else []
    shown = tickets[:most]
    people = {who for ticket in shown for who in (ticket.customer, ticket.assignee) if who}
    names = work.people.names(sorted(people, key=str))
    rows = [views.home_heading(section, empty=False)]
    rows += [views.home_row(ticket, names, work.now, agent) for ticket in shown]
    if len(tickets) > ROWS:
        after = "-".join([section, *map(str, work.tickets.sort_key(shown[-1]))])
        rows.append(views.home_more(after))
    return rows
