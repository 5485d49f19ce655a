"""What becomes of a person's open tickets when they have their data erased."""

from dataclasses import replace
from functools import partial

from bot.desks.model import Desk, Rank
from bot.effects import Direct, Post
from bot.language import reading
from bot.message import UserRef
from bot.ports import Filter, UnitOfWork
from bot.privacy import views
from bot.privacy.model import NOBODY
from bot.readers import languages_of
from bot.relay import rooms
from bot.tickets.closing import by_itself
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.participants import tell_subject_again
from bot.tickets.timeline import REQUESTER_ERASED, Entry, Kind


def close_some(who: UserRef, work: UnitOfWork, limit: int) -> bool:
    """Close up to `limit` open tickets of theirs; agents are told without a name. True if there may be more."""
    own = [ticket for ticket in work.tickets.open_of(who) if ticket.customer == who]
    for ticket in own[:limit]:
        closed = by_itself(ticket, REQUESTER_ERASED, work)
        _tell(closed, partial(views.requester_erased, closed.number), work)
    return len(own) > limit


def release_some(who: UserRef, work: UnitOfWork, limit: int) -> bool:
    """Give up to `limit` open tickets they had as an agent back to the desk. True if there may be more."""
    desks = {desk.id: desk for desk in work.desks.all()}
    claimed = work.tickets.find(Filter(tuple(desks), assignee=who), limit)
    for ticket in claimed:
        entry = Entry(0, ticket.id, Kind.RELEASED, work.now, ticket.customer)
        free, _ = work.timeline.add(ticket.release(), entry)
        desk = desks[ticket.desk]
        rooms.refresh_card(free, desk, work)
        rooms.to_agents(free, desk, rooms.notice(free, "agent-erased"), partial(views.released, free.number), work)
    return len(claimed) == limit


def take_subjects_back(who: UserRef, after: int, work: UnitOfWork, limit: int) -> int:
    """Whoever was added to a ticket of theirs was told its subject, in a post about themselves: it says so no more. For
    up to `limit` tickets after this id; returns after which to go on, 0 if that was all."""
    theirs = work.tickets.of(who, after, limit, shared=True)
    for ticket in theirs:
        tell_subject_again(replace(ticket, subject=""), work)
    return theirs[-1].id if len(theirs) == limit else 0


def leads_alone(who: UserRef, work: UnitOfWork) -> list[str]:
    """Names of the desks that would have no lead without them."""
    return [desk.name for desk in work.desks.all() if _alone(str(who), desk, work)]


def works_here(who: UserRef, work: UnitOfWork) -> bool:
    return bool(work.desks.ranked([str(who)], Rank.AGENT))


def _alone(who: str, desk: Desk, work: UnitOfWork) -> bool:
    leads = [member.principal for member in work.desks.members(desk.id) if member.rank >= Rank.LEAD]
    return who in leads and set(leads) == {who}


def _tell(ticket: Ticket, telling: rooms.Telling, work: UnitOfWork) -> None:
    """The agents, and everyone else who took part. It is about nobody, so it is not taken back with the rest."""
    desk, key = work.desks.get(ticket.desk), rooms.notice(ticket, "requester-erased")
    if desk is not None and desk.agents is not None and work.outbox.posted(ticket.agents_room):
        with reading(desk.settings.language):
            post = Post(f"{key}:agents", desk.agents.platform, ticket.agents_room, telling())
        work.outbox.post(post, about=NOBODY)
    if ticket.room_kind is RoomKind.DIRECT:
        for other in work.tickets.participants(ticket.id):
            with reading(languages_of(other, desk, work)):
                told = Direct(f"{key}:{other}", other.platform, ticket.customer_room, other, telling())
            work.outbox.post(told, about=other)
