"""A personal data breach: how long there is to report it, whom and what it concerns, and telling people.

Nothing about anybody is written down of it: times, tables and numbers. What is said in a report is drafted from them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.errors import Problem
from bot.inbound import Tick
from bot.ports import UnitOfWork
from bot.privacy.auditing.audit import Deed
from bot.privacy.letters import write_to
from bot.privacy.model import NOBODY, Topic
from bot.privacy.officers import breach_views as views
from bot.privacy.officers.breaches import Breach
from bot.privacy.officers.office import tell_officers
from bot.privacy.uses import Use
from bot.router import Router

router = Router(Use.OFFICE)
HOURS = timedelta(hours=72)  # to report it in: GDPR Art. 33(1)
REMINDERS = (1, 6, 24, 48)  # hours before that
AT_ONCE = 50  # people told in one minute: platforms have limits, and the desk goes on
DATABASE, FILES = "database", "files"
MOST_LISTED = 100


def open_breach(times: Sequence[str], stores: Sequence[str], work: UnitOfWork, *, drill: bool, keys: bool) -> str:
    """`times` are when we knew, and from when until when it was possible; `keys`: the key store and CONTENT_KEY were
    within reach, too. Raises `Problem`."""
    aware, begin, end = map(moment, times)
    if not begin <= end <= work.now or aware > work.now:
        raise Problem(views.wrong_order())
    tables = tables_of(stores, work.privacy.topics())
    people, counts = work.privacy.affected(tables, end)
    new = Breach(0, work.now, aware, begin, end, dict(counts), people, drill, keys=keys)
    breach = work.privacy.save_breach(_with_ciphertext(new, tables, work))
    work.audit.note(Deed.BREACH, number=breach.number, count=people, reason="drill" if drill else "opened")
    return show(str(breach.number), work)


def _with_ciphertext(breach: Breach, tables: Sequence[str], work: UnitOfWork) -> Breach:
    """What was encrypted only while it was possible was in clear before."""
    words, sealed = work.privacy.ciphertext(tables, breach.to_at)
    since = work.privacy.encrypted_since()
    counts = not breach.keys and since is not None and since <= breach.from_at
    return replace(breach, words=words, sealed=sealed if counts else {})


def tables_of(stores: Sequence[str], topics: Sequence[Topic]) -> Sequence[str]:
    """Raises `Problem` if one is none."""
    known = [topic.table for topic in topics if topic.roles]
    found: list[str] = []
    for store in [word.strip() for word in stores]:
        if store not in (DATABASE, FILES, *known):
            raise Problem(views.no_such_store([DATABASE, FILES, *known]))
        found += known if store == DATABASE else ["attachments"] if store == FILES else [store]
    return list(dict.fromkeys(found))


def moment(text: str) -> datetime:
    """Raises `Problem`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(views.no_moment()) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def register(work: UnitOfWork) -> str:
    return views.register(work.privacy.breaches(MOST_LISTED), work.now)


def show(number: str, work: UnitOfWork) -> str:
    return views.shown(found(number, work), work.privacy.topics(), work.now)


def drafts(number: str, work: UnitOfWork) -> str:
    """What to write to the authority, to people, and to the platforms."""
    return views.drafts(found(number, work), work.privacy.topics(), work.promises)


def reported(number: str, work: UnitOfWork) -> str:
    """The authority has it."""
    breach = found(number, work)
    work.privacy.save_breach(replace(breach, reported_at=work.now))
    work.audit.note(Deed.BREACH, number=breach.number, reason="reported")
    return views.reported(breach, late=work.now > breach.aware_at + HOURS)


def tell(number: str, work: UnitOfWork) -> str:
    """From now on, some people a minute. Begun again it goes on where it was. A drill tells officers alone."""
    breach = found(number, work)
    if breach.told_at is not None:
        raise Problem(views.told_already(breach))
    work.privacy.save_breach(replace(breach, telling=True))
    work.audit.note(Deed.BREACH, number=breach.number, reason="telling")
    return views.telling(breach, AT_ONCE)


def close(number: str, work: UnitOfWork) -> str:
    breach = found(number, work)
    if breach.telling:
        raise Problem(views.still_telling(breach))
    work.privacy.save_breach(replace(breach, closed_at=work.now))
    work.audit.note(Deed.BREACH, number=breach.number, reason="closed")
    return views.closed(breach)


def found(number: str, work: UnitOfWork) -> Breach:
    """Raises `Problem`. One that is closed can still be looked at, and told of."""
    breach = work.privacy.breach(int(number)) if number.isdecimal() and len(number) < 19 else None
    if breach is None:
        raise Problem(views.no_breach())
    return breach


def on_tick(tick: Tick, work: UnitOfWork) -> None:
    for breach in work.privacy.breaches(MOST_LISTED):
        if breach.closed_at is None and breach.reported_at is None:
            _remind(breach, work)
        if breach.telling:
            _tell_some(breach, work)


def _remind(breach: Breach, work: UnitOfWork) -> None:
    left = breach.aware_at + HOURS - work.now
    step = next((hours for hours in (0, *REMINDERS) if left <= timedelta(hours=hours)), None)
    if step is not None:
        tell_officers(f"breach:{breach.number}:due-{step}", NOBODY, partial(views.due, breach, work.now), work)


def _tell_some(breach: Breach, work: UnitOfWork) -> None:
    """The letters and how far it is are one transaction: a crash neither forgets anybody nor tells them twice."""
    telling = partial(views.letter, breach, work.privacy.topics(), work.promises)
    if breach.drill:
        tell_officers(f"breach:{breach.number}:drill", NOBODY, telling, work)
        work.privacy.save_breach(replace(breach, telling=False, told_at=work.now))
        return
    some = work.privacy.affected_people(tuple(breach.records), breach.to_at, breach.told_after, AT_ONCE)
    for id, who in some:
        write_to(who, f"breach:{breach.number}:{id}", telling, work, about=who)
    last = some[-1][0] if some else breach.told_after
    further = replace(breach, told=breach.told + len(some), told_after=last)
    over = len(some) < AT_ONCE
    work.privacy.save_breach(replace(further, telling=not over, told_at=work.now if over else None))


router.ticks.append(on_tick)
