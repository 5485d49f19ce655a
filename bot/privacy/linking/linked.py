"""What follows for accounts that are linked, and for what was put together of several when they part."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from bot.effects import Remove
from bot.message import Message, UserRef
from bot.ports import UnitOfWork
from bot.privacy.auditing.audit import Deed
from bot.privacy.letters import write_to
from bot.privacy.linking import link_views as views
from bot.privacy.linking.link import accounts, hashed
from bot.privacy.model import Asked, Held, Request, Stage
from bot.privacy.tasks import give_work


def held(whose: Sequence[UserRef], work: UnitOfWork) -> Sequence[Held]:
    """What is held about all of these accounts, added up."""
    total: dict[tuple[str, str, str], Held] = {}
    for account in whose:
        for one in work.privacy.view(account):
            key = (one.what, one.role, one.why)
            count = one.count + (total[key].count if key in total else 0)
            total[key] = replace(one, count=count)
    return list(total.values())


def others(who: UserRef, work: UnitOfWork) -> Sequence[views.Called]:
    return [called(other, work) for other in accounts(who, work)[1:]]


def called(who: UserRef, work: UnitOfWork) -> views.Called:
    return work.privacy.name(who), who


def tell(who: UserRef, what: str, telling: Callable[[], Message], other: UserRef, work: UnitOfWork) -> None:
    """It names the `other` account, so it is about that one; each time in a line of its own."""
    key = f"link:{hashed(f'{other} {who} {work.now.isoformat()}')[:16]}:{what}"
    write_to(who, key, telling, work, about=other)


def part(who: UserRef, work: UnitOfWork, *, erased: bool = False) -> None:
    """End its links. What was put together of several accounts is put away; those that stay are told, without a name
    if they are `erased`: an erasure takes back whatever names them."""
    theirs = work.links.of(who)
    for account in theirs if erased or not theirs else (who, *theirs):
        call_off_exports(account, work)
    work.links.leave(who)
    if theirs:
        work.audit.note(Deed.UNLINKED, about=who)
    for other in theirs:
        telling = partial(views.other_unlinked, *(("", None) if erased else called(who, work)))
        tell(other, "unlinked", telling, other if erased else who, work)


def export_key(request: Request) -> str:
    return f"privacy:{request.number}:file"


def call_off_exports(who: UserRef, work: UnitOfWork) -> None:
    """Those being made are not, and those lying ready are deleted."""
    for request in work.privacy.requests_of(who, Asked.EXPORT):
        if request.stage is Stage.DUE or (request.stage is Stage.DONE and request.file is not None):
            work.privacy.save(request.to(Stage.EXPIRED, expires_at=None))
            take_back(request, work)
            give_work(request, "expire", work)


def take_back(request: Request, work: UnitOfWork) -> None:
    key = export_key(request)
    work.outbox.cancel(key)
    if work.outbox.posted(key):
        work.outbox.post(Remove(key, request.who.platform, request.room), about=request.who)
