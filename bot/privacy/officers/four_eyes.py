"""What no officer does alone: deleting what somebody did not ask in chat to have deleted. One person begins it, another
one confirms it, and the account it is about hears of it at once.

Whom an agent or officer takes for a minor has their data restricted at once, and two days to say otherwise. Only if a
privacy officer, and not the one who began it, confirms it, it is deleted then; else it is as it was. So a minor's data
goes promptly, and nobody can have another person's data deleted by saying that they are one.
"""

from datetime import timedelta
from functools import partial

from bot.access import Call
from bot.desks.model import Rank
from bot.errors import Problem
from bot.inbound import Tick
from bot.message import UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.asking.restriction import turn
from bot.privacy.erasing.decided import BEFORE, remember
from bot.privacy.erasing.gate import MINOR, RESTRICTION
from bot.privacy.handlers import begin_erasure
from bot.privacy.letters import write_to
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers import four_eyes_views as views
from bot.privacy.officers import office_views
from bot.privacy.officers.office import SOURCES, asked_for, tell_officers
from bot.privacy.uses import Use
from bot.router import Router

router = Router(Use.OFFICE)
TO_CONTEST = timedelta(hours=48)
CONFIRMED, CONTESTED = "confirmed", "contested"  # steps of a request about somebody's age
PLATFORM = "platform"  # a source: the platform deleted the account
ON_BEHALF = (*SOURCES, PLATFORM)
AT_ONCE = 20  # in one transaction


def minor(who: UserRef, by: UserRef | None, work: UnitOfWork) -> str:
    """Restrict them at once, and ask them, and another officer."""
    _refuse(who, Asked.MINOR, by, work)
    if work.people.language(who) is None:
        raise Problem(views.nothing_held())
    return views.flagged(flag(who, by, work))


def flag(who: UserRef, by: UserRef | None, work: UnitOfWork) -> Request:
    """`by` is who said so."""
    before = {} if turn(who, True, work) else {BEFORE: 1}
    new = Request(0, who, Asked.MINOR, work.now, Stage.REVIEW, expires_at=work.now + TO_CONTEST)
    request = _ask(new.with_counts(before), by, work)
    _tell(request, "minor", partial(views.said_to_be_minor, request), work)
    remember(who, MINOR, work)
    return request


def delete_for(who: UserRef, source: str, by: UserRef | None, work: UnitOfWork) -> str:
    """A deletion that somebody asked for who cannot do it in chat. The account can still stop it."""
    if source not in ON_BEHALF:
        raise Problem(views.choose_source(ON_BEHALF))
    _refuse(who, Asked.ERASURE, by, work)
    request = _ask(Request(0, who, Asked.ERASURE, work.now, Stage.REVIEW, source=source), by, work)
    if source != PLATFORM:
        _tell(request, "on-behalf", partial(views.to_be_deleted, request), work)
    return views.waits_for_another(request)


def _refuse(who: UserRef, asked: Asked, by: UserRef | None, work: UnitOfWork) -> None:
    if who == by:
        raise Problem(office_views.not_yours())
    if work.desks.ranked([str(who)], Rank.AGENT):
        raise Problem(views.works_here())
    work.privacy.alone(who)
    if any(other.open and other.stage is not Stage.ASKED for other in work.privacy.requests_of(who, asked)):
        raise Problem(office_views.open_already())


def _ask(new: Request, by: UserRef | None, work: UnitOfWork) -> Request:
    request = work.privacy.open_request(new)
    work.privacy.ask_second(request, by)
    tell_officers(f"privacy:{request.number}:second", new.who, partial(views.confirm_it, request), work, but=by)
    return request


def confirm(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    request = _waiting(number, officer, work)
    _, first = work.privacy.asked_first(request)
    if request.step == CONFIRMED:
        raise Problem(views.nothing_waits())
    if first == officer:
        raise Problem(views.somebody_else())
    if request.asked is Asked.MINOR:
        request = request.to(Stage.REVIEW, step=CONFIRMED)
        work.privacy.save(request)
        contested = CONTESTED in dict(request.counts)
        if contested:
            _tell(request, "again", partial(views.decided, request, work.promises.contact), work)
        return views.minor_confirmed(request, said_otherwise=contested)
    work.privacy.looked_at(request)
    held = begin_erasure(request, work).stage is Stage.HELD
    return views.on_hold(request) if held else views.begun(request)


def clear(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Nothing comes of it. Any officer may say so, whoever began it."""
    request = _waiting(number, officer, work)
    _end(request, work)
    return views.cleared(request)


def _waiting(number: str, officer: UserRef | None, work: UnitOfWork) -> Request:
    request = asked_for(number, officer, work)
    work.privacy.alone(request.who)
    request = asked_for(number, officer, work)
    waits, _ = work.privacy.asked_first(request)
    if request.stage is not Stage.REVIEW or not waits:
        raise Problem(views.nothing_waits())
    return request


@router.command("mydata contest", "Say that you are of age, whatever an agent thinks", hidden=True)
def contest_it(call: Call, work: UnitOfWork) -> Reply:
    number, who = call.arg, call.actor.ref
    work.privacy.alone(who)
    request = work.privacy.request(int(number)) if number.isdecimal() and len(number) < 19 else None
    if request is None or request.who != who or request.asked is not Asked.MINOR or request.stage is not Stage.REVIEW:
        raise Problem(views.over())
    contest(request, work)
    return Say(views.contested())


def contest(request: Request, work: UnitOfWork) -> None:
    """A confirmation from before they said so counts no more. They can say so once; it gives everybody two days."""
    if CONTESTED in dict(request.counts):
        return
    request = request.to(Stage.REVIEW, step=CONTESTED, expires_at=work.now + TO_CONTEST).with_counts({CONTESTED: 1})
    work.privacy.save(request)
    tell_officers(f"privacy:{request.number}:contested", request.who, partial(views.they_say_no, request), work)


def on_tick(tick: Tick, work: UnitOfWork) -> bool:
    due = work.privacy.said_to_be_minors(work.now, AT_ONCE)
    for request in due:
        if request.step == CONFIRMED:
            _erase(request, work)
        else:
            _end(request, work)
    return len(due) == AT_ONCE


def _erase(request: Request, work: UnitOfWork) -> None:
    work.privacy.looked_at(request)
    work.privacy.save(request.to(Stage.DONE, done_at=work.now, expires_at=None))
    last = next((r for r in work.privacy.requests_of(request.who, Asked.ERASURE, 1) if r.open), None)
    if last is None:
        last = work.privacy.open_request(Request(0, request.who, Asked.ERASURE, work.now, Stage.ASKED))
    if last.stage in (Stage.ASKED, Stage.COOLING, Stage.REVIEW):
        begin_erasure(last, work)
    for what in (MINOR, RESTRICTION):  # under a legal hold they stay restricted
        remember(request.who, what, work)


def _end(request: Request, work: UnitOfWork) -> None:
    """As if nobody had said anything: what they had restricted themselves stays so."""
    end(request, work)
    if request.asked is Asked.MINOR:
        _tell(request, "cleared", views.as_before, work)
    elif request.source != PLATFORM:
        _tell(request, "cleared", views.not_deleted, work)


def end(request: Request, work: UnitOfWork) -> None:
    """The same, and nobody is told."""
    work.privacy.looked_at(request)
    work.privacy.save(request.to(Stage.EXPIRED, expires_at=None, done_at=work.now))
    if request.asked is Asked.MINOR:
        if BEFORE not in dict(request.counts):
            turn(request.who, False, work)
        remember(request.who, MINOR, work)


def _tell(request: Request, what: str, telling: views.Telling, work: UnitOfWork) -> None:
    write_to(request.who, f"privacy:{request.number}:{what}", telling, work, about=request.who)


router.ticks.append(on_tick)
