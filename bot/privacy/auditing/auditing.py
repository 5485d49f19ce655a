"""Looking after the audit log: is it as it was written, what stands in it, where does it end today."""

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.errors import Problem
from bot.message import UserRef
from bot.ports import Store, UnitOfWork
from bot.privacy.auditing import audit_views as views
from bot.privacy.auditing.audit import OPERATOR, Broken, Chain, Line, Link, anchored, anchors_in, epoch_of

log = logging.getLogger(__name__)
ANCHORS = "audit-anchors.txt"  # in the data folder
PAGE = 1000  # lines in one read


async def verify(store: Store, anchors: Sequence[Link]) -> tuple[Link, Broken | None]:
    """The last line that is as it was written, and the first one that is not. What is written meanwhile is not looked
    at."""
    chain, head = Chain(anchors), await store.read(lambda work: work.audit.head())
    end = head.number if head else max([0, *(link.number for link in anchors)])
    while chain.last.number < end:
        page = await store.read(partial(_page, chain.last.number))
        known = [line for line in page if line.number <= end]
        if not chain.follow(known) or len(known) < PAGE:
            break
    return chain.last, chain.close(head)


def _page(after: int, work: UnitOfWork) -> Sequence[Line]:
    return work.audit.lines(after, PAGE)


def given(anchors: Sequence[str]) -> Sequence[Link]:
    """Raises `Problem` if one is none."""
    found = []
    for text in anchors:
        number, _, hash = text.partition(":")
        if not number.isdecimal() or len(hash) != 64:
            raise Problem(views.no_anchor())
        found.append(Link(int(number), hash.lower()))
    return found


def kept(file: Path) -> Sequence[Link]:
    """Those that were written down beside the database."""
    return anchors_in(file.read_text(encoding="ascii", errors="replace")) if file.exists() else []


async def anchor(store: Store, file: Path, now: datetime) -> bool:
    """Write down where the log ends, once a day. False if that was done today, or there is nothing."""
    link = await store.read(lambda work: work.audit.head())
    if link is None or not await asyncio.to_thread(_append, file, now, anchored(now, link)):
        return False
    log.info("the audit log ends here", extra={"count": link.number, "hash": link.hash})
    return True


def _append(file: Path, now: datetime, line: str) -> bool:
    written = file.read_text(encoding="ascii", errors="replace").splitlines() if file.exists() else []
    if written and written[-1].startswith(f"{now:%Y-%m-%d} "):
        return False
    there = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(there, line.encode())
        os.fsync(there)
    finally:
        os.close(there)
    return True


def show(who: UserRef | None, last: int, work: UnitOfWork) -> str:
    """The newest lines, the oldest of them first; of one person those about them, and by them."""
    lines = work.audit.latest_of(who, last) if who else work.audit.latest(last)
    operators = frozenset(work.audit.aliases(OPERATOR).values())
    return views.shown(list(reversed(lines)), operators)


def destroy(year: int, work: UnitOfWork) -> str:
    if year >= epoch_of(work.now):
        raise Problem(views.still_serves(year))
    if not work.audit.destroy_key(year):
        raise Problem(views.no_key(year))
    return views.key_gone(year)
