"""Retention at work: what is past its period is hidden at once, and deleted by the hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.errors import Problem
from bot.ports import Store, UnitOfWork
from bot.privacy.retaining import departed
from bot.privacy.retaining import retention_views as views
from bot.privacy.retaining.retention import CONTENT, GRACE, REMOVED, RULES, TIMED, defaults
from bot.tickets.model import Ticket
from bot.tickets.timeline import Entry

CHUNK = 500  # rows in one transaction
FEW = 20  # tickets closed in one


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would delete at once with these days."""

    rule: str
    days: int
    now: int


async def purge_everything(store: Store) -> int:
    """All that is past its period, then its traces on the disk. How many rows it was."""
    total = await _purge_departed(store)
    for rule in TIMED:
        if rule is not REMOVED:
            total += await _purge_all(rule.id, store)
    if total:
        await store.scrub()  # where a reader is in the way, the next hour is another try
    return total


async def _purge_departed(store: Store) -> int:
    """The tickets of workspaces that removed the bot, and then their channels, if nothing keeps any of the words."""
    total = after = 0
    while ids := await store.read(partial(departed.tickets, after, CHUNK)):
        for start in range(0, len(ids), FEW):
            await store.write(partial(departed.close, ids[start : start + FEW]))
        total += await _purge_all(REMOVED.id, store, ids)
        after = ids[-1]
    if not await store.read(partial(departed.tickets, 0, 1)):
        total += await store.write(departed.forget)
    return total


async def _purge_all(rule: str, store: Store, among: Sequence[int] | None = None) -> int:
    total = 0
    while done := await store.write(partial(_purge, rule, among)):
        total += done
    return total


def _purge(rule: str, among: Sequence[int] | None, work: UnitOfWork) -> int:
    return work.privacy.purge(rule, CHUNK, among)


def unexpired(ticket: Ticket, work: UnitOfWork) -> Ticket:
    """The ticket as it may be shown: one that is past its period has lost its subject."""
    return replace(ticket, subject="") if is_over(ticket, work) else ticket


def without_words(entry: Entry) -> Entry:
    return replace(entry, text="", remark="", files=())


def is_over(ticket: Ticket, work: UnitOfWork) -> bool:
    """Whether its words are past their period, deleted or not. The periods are read for old tickets only."""
    if ticket.closed_at is None or work.now - ticket.closed_at < timedelta(days=CONTENT.least):
        return False
    return ticket.closed_at < work.now - timedelta(days=work.privacy.periods()[CONTENT.id])


def previews(work: UnitOfWork) -> list[Preview]:
    return [preview(rule.id, work.privacy.periods()[rule.id], work) for rule in TIMED]


def preview(rule: str, days: int, work: UnitOfWork) -> Preview:
    return Preview(rule, days, work.privacy.expired(rule, days))


def set_period(rule: str, days: int, work: UnitOfWork) -> tuple[Preview, datetime]:
    """Keep for so many days from now on; a shorter period begins a day later, so that a slip can be undone.

    Returns what is deleted then, and when. Raises `Problem` if there is no such rule, or it must not be so.
    """
    if rule not in defaults():
        raise Problem(views.no_such_rule(list(defaults())))
    bounds = RULES[rule]
    if not bounds.least <= days <= bounds.most:
        raise Problem(views.out_of_bounds(rule, bounds.least, bounds.most))
    shorter = days < work.privacy.periods()[rule]
    since = work.now + GRACE if shorter else work.now
    work.privacy.keep_for(rule, days, since)
    return preview(rule, days, work), since
