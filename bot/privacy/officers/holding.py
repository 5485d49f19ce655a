"""Legal holds: a reason in law to keep somebody's data, or one ticket of theirs, for now.

Two officers have to agree on two things: to end one before the day by which it is to be looked at again, and to tell
the person nothing of it. One begins it, another one confirms it; until then the hold is one like any other. Of a hold
that they are not told of nothing they are shown says a word, neither then nor when it is over.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.errors import Problem
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.auditing.audit import Deed
from bot.privacy.erasing.deferring import held_up
from bot.privacy.handlers import begin_erasure
from bot.privacy.model import Awaits, Hold
from bot.privacy.officers import four_eyes_views
from bot.privacy.officers import office_views as views
from bot.privacy.officers.office import tell_officers, the_day

HOLDS = ("obligation", "claims", "expression")  # GDPR Art. 17(3)(b), (e), (a)
LONGEST_HOLD = timedelta(days=90)  # before somebody looks at it again
TOLD, NOT_TOLD = "told", "nondisclosure"


def hold(
    who: UserRef, code: str, review: str, ticket: str, disclosure: str, officer: UserRef | None, work: UnitOfWork
) -> str:
    """From now on nothing of theirs is deleted, be it asked for or past its period; or nothing of one `ticket` of
    theirs, by its number. With NOT_TOLD another officer is asked whether they are told nothing of it."""
    if code not in HOLDS:
        raise Problem(views.choose_code(HOLDS))
    if disclosure not in ("", TOLD, NOT_TOLD):
        raise Problem(views.choose_code((TOLD, NOT_TOLD)))
    if who == officer:
        raise Problem(views.not_yours())
    at = _review(review, work)
    on = _ticket_of(who, ticket, work) if ticket.strip() else None
    placed = work.privacy.place_hold(Hold(0, who, code, work.now, at, officer, ticket=on[0] if on else None))
    told = views.held(placed, work.privacy.name(who), on[1] if on else 0)
    if disclosure != NOT_TOLD:
        return told
    return f"{told} {_ask(placed, Awaits.NONDISCLOSURE, officer, work)}"


def _ticket_of(who: UserRef, named: str, work: UnitOfWork) -> tuple[int, int]:
    """42 or #42, or with its desk: support#42. Its id and its number. Raises `Problem`."""
    of_desk, _, number = named.strip().rpartition("#")
    if not number.isdecimal() or len(number) > 18:
        raise Problem(views.no_ticket())
    desks = [desk for desk in work.desks.all() if of_desk in ("", desk.name)]
    found = [work.tickets.whose(desk.id, int(number)) for desk in desks]
    theirs = [(ticket[0], int(number)) for ticket in found if ticket is not None and ticket[1] == who]
    if len(theirs) > 1:
        raise Problem(views.which_ticket(number))
    if not theirs:
        raise Problem(views.no_ticket())
    return theirs[0]


def show(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Whose it is: whoever reviews one, or is to agree to something of it, has to know."""
    placed = _hold(number, officer, work)
    return views.hold_shown(placed, work.privacy.name(placed.who), _called(placed, work), work.now)


def _called(placed: Hold, work: UnitOfWork) -> str:
    """Its ticket, as one would write it in /privacy hold; empty if it is on all of theirs."""
    called = work.tickets.called(placed.ticket) if placed.ticket is not None else None
    desk = work.desks.get(called[0]) if called else None
    return f"{desk.name}#{called[1]}" if called and desk else ""


def renew(number: str, review: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """It was looked at, and is to be looked at again: nobody ends it."""
    placed = replace(_hold(number, officer, work), review_at=_review(review, work))
    if placed.awaits is Awaits.RELEASE:
        placed = replace(placed, awaits=Awaits.NOTHING, asked_by=None)
    work.privacy.save_hold(placed, Deed.RENEWED)
    return views.renewed(placed)


def release(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """At once if the day has come on which to look at it again; before, if another officer agrees."""
    placed = _hold(number, officer, work)
    if placed.review_at <= work.now:
        return _end(placed, work)
    if placed.awaits is not Awaits.NOTHING:
        raise Problem(views.waits_already(placed))
    return _ask(placed, Awaits.RELEASE, officer, work)


def confirm(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """What another officer asked of a hold."""
    placed = _waiting(number, officer, work)
    if placed.asked_by == officer:
        raise Problem(four_eyes_views.somebody_else())
    settled = replace(placed, awaits=Awaits.NOTHING, asked_by=None)
    if placed.awaits is Awaits.RELEASE:
        return _end(settled, work)
    work.privacy.save_hold(replace(settled, undisclosed=True), Deed.SILENCED)
    return views.undisclosed(settled)


def clear(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Nothing comes of what waits, and the hold stands as it did. Any officer may say so."""
    placed = _waiting(number, officer, work)
    stands = replace(placed, awaits=Awaits.NOTHING, asked_by=None)
    work.privacy.save_hold(stands, Deed.DROPPED, placed.awaits)
    return views.stands_as_before(stands)


def _ask(placed: Hold, what: Awaits, officer: UserRef | None, work: UnitOfWork) -> str:
    asked = replace(placed, awaits=what, asked_by=officer)
    work.privacy.save_hold(asked, Deed.PROPOSED, what)
    key = f"privacy:hold-{placed.number}:{what}:{work.now:%Y%m%d%H%M%S}"
    tell_officers(key, placed.who, partial(views.confirm_hold, asked), work, but=officer)
    return views.hold_waits(asked)


def _end(placed: Hold, work: UnitOfWork) -> str:
    """What waited for it begins by itself, unless there is another one."""
    work.privacy.save_hold(replace(placed, released_at=work.now), Deed.RELEASED)
    waiting = [request for request in work.privacy.waiting_for_hold(placed) if not held_up(request, work)]
    for request in waiting:
        begin_erasure(request, work)
    return views.released(placed, erasing=bool(waiting))


def _waiting(number: str, officer: UserRef | None, work: UnitOfWork) -> Hold:
    placed = _hold(number, officer, work)
    work.privacy.alone(placed.who)
    placed = _hold(number, officer, work)
    if placed.awaits is Awaits.NOTHING:
        raise Problem(views.nothing_waits(placed))
    return placed


def _hold(number: str, officer: UserRef | None, work: UnitOfWork) -> Hold:
    found = work.privacy.hold(int(number)) if number.isdecimal() and len(number) < 19 else None
    if found is None or found.who == officer or found.released_at is not None:
        raise Problem(views.no_hold())
    return found


def _review(text: str, work: UnitOfWork) -> datetime:
    at = the_day(text, work)
    if not work.now < at <= work.now + LONGEST_HOLD:
        raise Problem(views.review_wrong(LONGEST_HOLD.days))
    return at
