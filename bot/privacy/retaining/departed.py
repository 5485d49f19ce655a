"""What was said in a workspace that has removed the bot: kept for a month, then deleted.

Open tickets are closed then, and from there on it is like any other period that is over. When no words are left, the
desk forgets its channels there and who worked in them; its numbers, settings and privacy officers stay.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.desks.model import Departure, Desk, Member
from bot.desks.naming import is_group
from bot.inbound import Place
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.retaining.retention import REMOVED
from bot.tickets.closing import close_for_departure


def deleted_after(since: datetime, work: UnitOfWork) -> datetime:
    return since + _grace(work)


def tickets(after: int, limit: int, work: UnitOfWork) -> Sequence[int]:
    """Ids of tickets whose workspace has been gone for too long; after this one. It may look long, so it is asked for
    where nobody waits for it."""
    return work.departures.tickets(work.now - _grace(work), after, limit) if _over(work) else ()


def close(ids: Sequence[int], work: UnitOfWork) -> int:
    """Those that are open; how many it was."""
    away = {(gone.platform, gone.workspace) for gone in work.departures.all()}
    opened = [ticket for id in ids if (ticket := work.tickets.get(id)) and ticket.open]
    for ticket in opened:
        desk = work.desks.get(ticket.desk)
        assert desk is not None
        reached = desk.agents is not None and (desk.agents.platform, desk.agents.workspace) not in away
        close_for_departure(ticket, desk, work, tell=reached)
    return len(opened)


def forget(work: UnitOfWork) -> int:
    """Workspaces of whose tickets no words are left. How many desks had channels there."""
    over = _over(work)
    desks = [desk for gone in over for desk in work.desks.all() if _forgets(desk, gone, work)]
    for gone in over:
        work.departures.end(gone)
    return len(desks)


def _over(work: UnitOfWork) -> Sequence[Departure]:
    return [gone for gone in work.departures.all() if gone.since < work.now - _grace(work)]


def _forgets(desk: Desk, gone: Departure, work: UnitOfWork) -> bool:
    intake, agents = work.desks.intake(desk.id), desk.agents
    there = [place for place in (*intake, agents) if place is not None and _is_in(place, gone)]
    if not there:
        return False
    members = [
        each for each in work.desks.members(desk.id) if each.officer or not _worked_in(each, gone, agents in there)
    ]
    left = [place for place in intake if place not in there]
    work.desks.save(replace(desk, agents=None if agents in there else agents), left, members)
    return True


def _is_in(place: Place, gone: Departure) -> bool:
    return (place.platform, place.workspace) == (gone.platform, gone.workspace)


def _worked_in(member: Member, gone: Departure, agents_there: bool) -> bool:
    """An account that belongs to no workspace worked where the agents did."""
    if is_group(member.principal):
        return member.principal.startswith(f"{gone.platform}:{gone.workspace}/")
    who = UserRef.parse(member.principal)
    return who.platform == gone.platform and (who.realm == gone.workspace or (not who.realm and agents_there))


def _grace(work: UnitOfWork) -> timedelta:
    return timedelta(days=work.privacy.periods()[REMOVED.id])
