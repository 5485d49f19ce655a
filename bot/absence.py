"""What a platform's side asks about the time it was not there: what could have changed, who could have come or gone.

Each is a job for `Store.read`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Filter, Spot, UnitOfWork, Watched
from bot.privacy.erasing.gate import Gate
from bot.tickets.model import RoomKind

MOST_COMPARED = 2000  # messages of one conversation
MOST_TICKETS = 1000
ACQUAINTED = timedelta(days=30)
MOST_ACQUAINTANCES = 200  # people


def heard(after: Place, work: UnitOfWork) -> Sequence[tuple[Place, UserRef]]:
    """What is stored of a conversation, after this message in it: where each was said, and by whom."""
    found = work.timeline.heard(after.platform, after.conversation, after.message, MOST_COMPARED)
    return [(replace(after, thread=source.thread, message=source.message), who) for source, who in found]


def acquaintances(platform: str, work: UnitOfWork) -> Sequence[UserRef]:
    """Those who had to do with a desk lately, the last one first."""
    return work.people.lately(platform, work.now - ACQUAINTED, MOST_ACQUAINTANCES)


def visitors(platform: str, work: UnitOfWork) -> Sequence[tuple[UserRef, Spot]]:
    """Customers with an open ticket that goes on in a thread, and where that is."""
    desks = [
        desk.id for desk in work.desks.all() if any(place.platform == platform for place in work.desks.intake(desk.id))
    ]
    tickets = work.tickets.find(Filter(desks), MOST_TICKETS) if desks else ()
    theirs = [t for t in tickets if t.room_kind is RoomKind.THREAD and t.customer.platform == platform]
    return [(t.customer, spot) for t in theirs if (spot := work.outbox.spot(t.customer_room))]


def keepable(marks: Sequence[Watched], gate: Gate, work: UnitOfWork) -> Sequence[Watched]:
    """How far a private conversation was read is kept of those who are known. Where nobody is asked for their age, it
    is kept of everybody but those who were erased and are not back: a platform may tell of their conversation later."""

    def kept(who: UserRef) -> bool:
        return not (work.promises.age or gate.stone(who)) or work.people.get(who) is not None

    return [mark for mark in marks if mark.who is None or kept(mark.who)]
