"""An export that an officer has made for somebody who asked another way and cannot fetch it in chat.

Two halves go two ways: the officer gets the file, sealed, to be handed on; the passphrase goes to the account alone, in
private. So no officer reads anybody's data this way, and whoever it is about hears of it, whoever ordered it. The
passphrase is in no table once it is delivered: if it is lost, another export is ordered.
"""

from functools import partial

from bot.errors import Problem
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.auditing.audit import Deed
from bot.privacy.exporting import sealed_views as views
from bot.privacy.handlers import begin_export
from bot.privacy.letters import write_to
from bot.privacy.model import SEALED, Asked, Request, Stage
from bot.privacy.officers import four_eyes_views, office_views
from bot.privacy.officers.office import SOURCES, asked_for, tell_officers

GROUP = 4  # characters between two hyphens


def order(who: UserRef, source: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """Have it made. Raises `Problem`, also while another export of theirs, or the deletion of it all, is under way."""
    if source not in SOURCES:
        raise Problem(four_eyes_views.choose_source(SOURCES))
    if who == officer:
        raise Problem(office_views.not_yours())
    work.privacy.alone(who)
    if work.people.language(who) is None:
        raise Problem(four_eyes_views.nothing_held())
    if any(other.running for other in work.privacy.requests_of(who) if other.asked is Asked.EXPORT or other.erases):
        raise Problem(office_views.open_already())
    new = Request(0, who, Asked.EXPORT, work.now, step=SEALED, source=source)
    request = work.privacy.open_request(new)
    begin_export(request, work)
    return views.ordered(request)


def passphrase(random: str) -> str:
    """`random` as people can type it."""
    return "-".join(random[start : start + GROUP] for start in range(0, len(random), GROUP))


def part(request: Request, phrase: str, work: UnitOfWork) -> None:
    """It is ready: the passphrase goes to the account, and word of it to the officers."""
    key = f"privacy:{request.number}:passphrase"
    telling = partial(views.your_passphrase, request, phrase, work.promises.contact)
    write_to(request.who, key, telling, work, about=request.who)
    tell_officers(f"privacy:{request.number}:sealed", request.who, partial(views.ready, request), work)


def hand_out(number: str, officer: UserRef | None, work: UnitOfWork) -> str:
    """To an officer in chat, who gets it in private; on the command line it is copied by whoever asks. Raises `Problem`
    if it is not ready, or there no more."""
    request = _ready(number, officer, work)
    work.audit.note(Deed.HANDED_OUT, about=request.who, number=request.number, reason=request.source)
    if officer is None:
        return views.copied(request)
    key = f"privacy:{request.number}:sealed:{officer}:{work.now:%Y%m%d%H%M%S}"
    write_to(officer, key, partial(views.sealed_file, request), work, about=request.who)
    return views.sent_to_you(request)


def _ready(number: str, officer: UserRef | None, work: UnitOfWork) -> Request:
    request = asked_for(number, officer, work)
    if request.asked is not Asked.EXPORT or request.step != SEALED:
        raise Problem(views.not_sealed())
    past = request.expires_at is not None and request.expires_at <= work.now
    if request.stage is not Stage.DONE or request.file is None or past:
        raise Problem(views.not_there(request))
    return request
