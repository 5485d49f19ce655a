"""Whoever asks for their data by e-mail or letter proves that the account is theirs: a code goes to the account in
private, and comes back the way the request came. The officer never sees it before, so nobody can answer for somebody
else; nothing else is taken as proof, no document either."""

from datetime import timedelta
from functools import partial

from bot.errors import Problem
from bot.inbound import Tick
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.asking.restriction import turn
from bot.privacy.handlers import begin_erasure, begin_export
from bot.privacy.letters import write_to
from bot.privacy.linking.link import TRIES, hashed
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.officers import challenge_views as views
from bot.privacy.officers.office import asked_for
from bot.privacy.uses import Use
from bot.router import Router

router = Router(Use.OFFICE)
CODE_COUNTS = timedelta(days=7)


def challenge(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Send a code to the account. A new one takes the place of the last."""
    request = _logged(number, officer, work)
    code, until = work.new_code(), work.now + CODE_COUNTS
    work.privacy.challenge(request, hashed(code), until)
    key = f"privacy:{request.number}:code:{hashed(code)[:16]}"
    write_to(request.who, key, partial(views.quote_it, request, code, until), work, about=request.who)
    return views.sent(request, until)


def quoted(number: str, code: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """What came back. A wrong one is an answer and no error: it has to be counted."""
    request = _logged(number, officer, work)
    given = work.privacy.challenged(request)
    if given is None or given[2] <= work.now or given[1] >= TRIES:
        raise Problem(views.no_code(request))
    if hashed(code) != given[0]:
        work.privacy.answered_wrong(request)
        return views.wrong(TRIES - given[1] - 1)
    work.privacy.answered(request)
    _begin(request, work)
    return views.proven(request)


def _begin(request: Request, work: UnitOfWork) -> None:
    match request.asked:
        case Asked.ERASURE if work.promises.grace:
            until = work.now + work.promises.grace
            work.privacy.save(request.to(Stage.COOLING, at=work.now, expires_at=until))
        case Asked.ERASURE:
            begin_erasure(request, work)
        case Asked.EXPORT:
            request = request.to(Stage.DUE, at=work.now, expires_at=None)
            work.privacy.save(request)
            begin_export(request, work)
        case _:
            turn(request.who, True, work)
            work.privacy.save(request.to(Stage.DUE).to(Stage.DONE, done_at=work.now, expires_at=None))


def _logged(number: str, officer: UserRef | None, work: UnitOfWork) -> Request:
    work.privacy.alone(asked_for(number, officer, work).who)
    request = asked_for(number, officer, work)
    if request.stage is not Stage.ASKED or not request.source:
        raise Problem(views.nothing_to_prove())
    return request


def on_tick(tick: Tick, work: UnitOfWork) -> None:
    work.privacy.forget_challenges(work.now)


router.ticks.append(on_tick)
