"""What others quoted of a person goes with them where it is like what they wrote; where it may be theirs or not, a
privacy officer has a look. Whoever quoted them keeps their own words."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from bot.ports import Job, T, UnitOfWork
from bot.privacy.erasing.quotes import Sayings, Whose, quoted, without
from bot.privacy.erasing.steps import Step
from bot.privacy.model import QUOTED, UNSURE, Request
from bot.privacy.uses import Use, serves
from bot.relay import copies, rooms
from bot.relay.said import desk_of
from bot.tickets.model import subject_from
from bot.tickets.timeline import Entry, Kind

PAGE = 500  # entries looked at in one go
SOME = 20  # changed in one transaction; each is a few writes
SHOWN = frozenset({Kind.SAID, Kind.REPLIED})


class Writing(Protocol):
    async def write(self, job: Job[T]) -> T: ...
    async def read(self, job: Job[T]) -> T: ...


async def forget_quotes(store: Writing, request: Request, posted: Callable[[], None], *, silent: bool) -> None:
    """`silent`: nothing is said to a platform. Done again, it changes nothing: what was theirs is gone."""
    after, said = 0, None
    while entries := await store.read(partial(_quoting, request, after)):
        said = said or await _sayings(store, request)
        hits = await asyncio.to_thread(_concerned, entries, said)
        for first in range(0, len(hits), SOME):
            await store.write(partial(_forget, request.number, hits[first : first + SOME], said, silent))
            posted()
        after = entries[-1].id


def _quoting(request: Request, after: int, work: UnitOfWork) -> list[Entry]:
    found = map(work.timeline.get, work.privacy.quoting(request.who, after, PAGE))
    return [entry for entry in found if entry is not None]


async def _sayings(store: Writing, request: Request) -> Sayings:
    """Read a page at a time: nobody waits for it."""
    said: list[tuple[int, str]] = []
    after = 0
    while page := await store.read(partial(_said_by, request, after)):
        said += [(ticket, text) for _id, ticket, text in page]
        after = page[-1][0]
    return await asyncio.to_thread(Sayings, said)


def _said_by(request: Request, after: int, work: UnitOfWork) -> Sequence[tuple[int, int, str]]:
    return work.privacy.sayings(request, after, PAGE)


def _concerned(entries: Sequence[Entry], said: Sayings) -> list[int]:
    return [entry.id for entry in entries if _whose(entry, said) is not Whose.OTHERS]


def _whose(entry: Entry, said: Sayings) -> Whose:
    """Of all that is quoted in it, what says most."""
    found = {said.whose(passage, entry.ticket) for text in (entry.text, entry.remark) for passage in quoted(text)}
    return next((each for each in (Whose.THEIRS, Whose.PERHAPS) if each in found), Whose.OTHERS)


def _forget(number: int, ids: Sequence[int], said: Sayings, silent: bool, work: UnitOfWork) -> None:
    counts = {QUOTED: 0, UNSURE: 0}
    for entry in filter(None, map(work.timeline.get, ids)):
        if not held(entry, work) and rewrite(entry, partial(_goes, said, entry.ticket), work, silent=silent):
            counts[QUOTED] += 1
        left = work.timeline.get(entry.id)
        if left is not None and _whose(left, said) is not Whose.OTHERS and work.privacy.doubt(entry.id):
            counts[UNSURE] += 1
    counts = {what: count for what, count in counts.items() if count}
    if counts and (request := work.privacy.request(number)) is not None:
        work.privacy.save(request.with_counts(counts))
        work.privacy.note_step(number, Step.QUOTES, counts)


def _goes(said: Sayings, ticket: int, passage: str) -> bool:
    return said.whose(passage, ticket) is Whose.THEIRS


def held(entry: Entry, work: UnitOfWork) -> bool:
    """The law has us keep it as it is."""
    who = entry.said_by
    return work.privacy.holds_ticket(entry.ticket) or (who is not None and work.privacy.held(who))


@serves(Use.RIGHTS)
def rewrite(entry: Entry, goes: Callable[[str], bool], work: UnitOfWork, *, silent: bool = False) -> bool:
    """Take out what is quoted in it and `goes`, here and in every copy unless `silent`. False if there is nothing."""
    changed = replace(entry, text=without(entry.text, goes), remark=without(entry.remark, goes))
    if (changed.text, changed.remark) == (entry.text, entry.remark):
        return False
    work.timeline.rewrite(changed)
    ticket = work.tickets.get(entry.ticket)
    assert ticket is not None, "entries keep their ticket"
    desk = desk_of(ticket, work)
    if subject_from(entry.text, entry.files) == ticket.subject:  # or it is that subject
        ticket = work.tickets.save(ticket.rename(subject_from(changed.text, changed.files)))
        if not silent:
            rooms.refresh_card(ticket, desk, work)
    if entry.kind in SHOWN and entry.deleted_at is None and not silent:
        copies.carry_edit(ticket, desk, changed, work)
    return True
