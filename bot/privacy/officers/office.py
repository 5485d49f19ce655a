"""What a privacy officer does, in chat and on the command line alike: every request that came in any way has a due
date, and is answered, extended once, or refused with a reason; legal holds are looked at again and end by
themselves in what they held up.

Nobody has their own request in hand here. Functions return what to tell; errors are a `Problem` that says what to do.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.errors import Problem
from bot.message import Message, UserRef
from bot.ports import UnitOfWork
from bot.privacy.letters import write_to
from bot.privacy.model import NOBODY, Asked, Request, Stage
from bot.privacy.officers import office_views as views
from bot.privacy.officers import officer_notices as notices

LOGGED = {"export": Asked.EXPORT, "deletion": Asked.ERASURE, "restriction": Asked.RESTRICTION}
SOURCES = ("email", "letter", "phone", "person", "authority")
EXTENSIONS = ("complex", "many")  # the two reasons in GDPR Art. 12(3)
REFUSALS = ("unverified", "excessive", "third-party", "not-controller", "no-data", "obligation", "claims")
MOST_LISTED = 50
MOST_REMINDED = 500  # of those that are due first
LADDER = (1, 3, 7, 14)  # days before a request has to be answered
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def queue(officer: UserRef | None, work: UnitOfWork) -> str:
    """What is open, first what is due first; and holds that must be looked at."""
    requests = [request for request in work.privacy.open_requests(MOST_LISTED) if request.who != officer]
    holds = [hold for hold in work.privacy.holds(MOST_LISTED) if hold.who != officer]
    return views.queue(requests, holds, work.now)


def show(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    request = asked_for(number, officer, work)
    told = views.request(request, work.privacy.name(request.who), work.privacy.held(request.who), work.now)
    if request.asked is Asked.DISPUTE and (ticket := work.tickets.called(request.ticket)) is not None:
        told += views.disputed(ticket[1], work.privacy.disputed(request))
    return told


def log(kind: str, who: UserRef, source: str, received: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """A request that came another way. Their account is asked whether it is theirs: no other proof of identity is
    taken, and nothing happens before they say yes."""
    if kind not in LOGGED or source not in SOURCES:
        raise Problem(views.choose(list(LOGGED), SOURCES))
    if who == officer:
        raise Problem(views.not_yours())
    at = the_day(received, work) if received else work.now
    if at > work.now:
        raise Problem(views.not_yet())
    if any(other.asked is LOGGED[kind] and other.open for other in work.privacy.requests_of(who)):
        raise Problem(views.open_already())
    new = Request(0, who, LOGGED[kind], work.now, Stage.ASKED, received_at=at, source=source)
    request = work.privacy.open_request(replace(new, expires_at=new.answer_by))
    _tell(request, "challenge", partial(notices.challenge, request), work)
    return views.logged(request)


def extend(number: str, code: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Two months more, once, told with its reason within the first month."""
    request = asked_for(number, officer, work)
    if code not in EXTENSIONS:
        raise Problem(views.choose_code(EXTENSIONS))
    if not request.open or request.extended or work.now > request.answer_by:
        raise Problem(views.not_extendable(request))
    request = replace(request, extended=code)
    if request.stage is Stage.ASKED and request.source:
        request = replace(request, expires_at=request.answer_by)
    work.privacy.save(request)
    _tell(request, "extended", partial(notices.extended, request), work)
    return views.extended(request)


def refuse(number: str, code: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """They are told why, and where to complain."""
    request = asked_for(number, officer, work)
    if code not in REFUSALS:
        raise Problem(views.choose_code(REFUSALS))
    if not request.cancellable or request.running or request.asked in (Asked.DISPUTE, Asked.MINOR):
        raise Problem(views.not_refusable(request))
    request = request.to(Stage.REFUSED, refused=code, done_at=work.now, expires_at=None)
    work.privacy.save(request)
    _tell(request, "refused", partial(notices.refused, request, work.promises.contact), work)
    return views.refused(request)


def officers(work: UnitOfWork) -> Sequence[UserRef]:
    """Those who are named by their account; a group cannot be written to."""
    named = {m.principal for desk in work.desks.all() for m in work.desks.members(desk.id) if m.officer}
    return [UserRef.parse(name) for name in sorted(named) if name.count("/") == 2 and "@" not in name]


def remind(work: UnitOfWork) -> None:
    """14, 7, 3 days and 1 day before a request has to be answered, when it is overdue, and when a hold has to be looked
    at: each once. An extended request has another day to be answered by, and so is reminded of anew."""
    for request in work.privacy.open_requests(MOST_REMINDED):
        left = request.answer_by - work.now
        step = 0 if left < timedelta() else next((days for days in LADDER if left <= timedelta(days=days)), None)
        if step is not None and not request.running and request.asked is not Asked.REST:  # its hold is looked at
            key = f"privacy:{request.number}:due-{step}{'-extended' if request.extended else ''}"
            tell_officers(key, request.who, partial(views.due, request, work.now), work)
    for placed in work.privacy.holds(MOST_LISTED):
        if placed.review_at <= work.now:
            key = f"privacy:hold-{placed.number}:{placed.review_at:%Y%m%d}"
            tell_officers(key, placed.who, partial(views.review_due, placed), work)


def tell_officers(
    key: str, about: UserRef, telling: Callable[[], Message], work: UnitOfWork, but: UserRef | None = None
) -> None:
    """All but the one whom it is about, and `but` who knows it already; each once."""
    for officer in officers(work):
        own = f"{key}:{officer}"
        if officer not in (about, but) and not work.outbox.posted(own):
            write_to(officer, own, telling, work, about=NOBODY)


def _tell(request: Request, what: str, telling: Callable[[], Message], work: UnitOfWork) -> None:
    """In a room of its own: an erasure waits for it to be taken back."""
    write_to(request.who, f"privacy:{request.number}:{what}", telling, work, about=request.who)


def asked_for(number: str, officer: UserRef | None, work: UnitOfWork) -> Request:
    """Raises `Problem` if there is no such request, or it is the officer's own."""
    found = work.privacy.request(int(number)) if number.isdecimal() and len(number) < 19 else None
    if found is None or found.who == officer or found.who.platform == NOBODY.platform:
        raise Problem(views.no_request())
    return found


def the_day(text: str, work: UnitOfWork) -> datetime:
    """The beginning of a day in UTC. Raises `Problem`."""
    try:
        if DAY.fullmatch(text.strip()):
            return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise Problem(views.no_day())
