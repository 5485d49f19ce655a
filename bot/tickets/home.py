"""A page of one's own, for platforms that have one: a requester's tickets, an agent's, and the queue."""

from collections.abc import Sequence

from bot.access import Call, principals
from bot.desks.model import Rank
from bot.ports import Filter, Reply, Say, UnitOfWork
from bot.router import Router
from bot.tickets import views
from bot.tickets.model import Ticket

router = Router()
PAGE = 15  # tickets of a kind; the rest is behind a button


@router.command("ticket home", "Your tickets at a glance", hidden=True)
def home(call: Call, work: UnitOfWork) -> Reply:
    who = call.actor.ref
    desks = work.desks.ranked(principals(call.actor), Rank.AGENT)
    asked = list(work.tickets.open_of(who))
    claimed = list(work.tickets.find(Filter(desks, assignee=who), PAGE + 1)) if desks else []
    queue = list(work.tickets.find(Filter(desks, unclaimed=True), PAGE + 1)) if desks else []
    people = {p for t in (*asked, *claimed, *queue) for p in (t.customer, t.assignee) if p}
    names = work.people.names(sorted(people, key=str))
    sections: list[tuple[str, Sequence[Ticket]]] = [(views.asked_heading(), asked)]
    if desks:
        sections = [(views.claimed_heading(), claimed), (views.queue_heading(), queue)] + (
            [sections[0]] if asked else []
        )
    return Say(views.home(sections, names, work.now, PAGE))
