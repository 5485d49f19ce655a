"""Reading what is held about a person, a page at a time, with everyone else in disguise."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.language import here
from bot.message import UserRef
from bot.ports import Job, Store, T, UnitOfWork
from bot.privacy.exporting.disguise import Disguise, Replacer
from bot.privacy.model import Page, Request, Role, Spoken, Stage

ROWS = 200  # in a page: some milliseconds of reading, and about what an export has in memory
PLAIN = frozenset((str, int, bool, type(None)))
Row = Mapping[str, Any]


class Abandoned(Exception):
    """The request was called off while its export was made: the person has everything deleted."""


class Reader:
    """Reads one account for an export. Each page is one read, so no transaction stays open; what it takes to dress a
    page happens in a thread."""

    def __init__(self, store: Store, request: Request, who: UserRef, disguise: Disguise) -> None:
        self.store, self.request, self.disguise = store, request, disguise
        self.who = who
        self.everyone = disguise.replacer(disguise.others)

    async def read(self, job: Job[T]) -> T:
        """Raises `Abandoned` if nobody wants the export any more."""
        return await self.store.read(partial(self._wanted, job))

    async def pages(self, table: str, role: Role) -> AsyncGenerator[Sequence[Row], None]:
        """Rows as they are shown. There is at least one page, perhaps an empty one."""
        after: tuple[Any, ...] | None = None
        while True:
            found = await self.read(partial(self._page, table, role, after))
            yield await asyncio.to_thread(self._disguised, found)
            if (after := found.after) is None:
                return

    async def rows(self, table: str, role: Role) -> AsyncGenerator[Row, None]:
        async for page in self.pages(table, role):
            for row in page:
                yield row

    def _wanted(self, job: Job[T], work: UnitOfWork) -> T:
        now = work.privacy.request(self.request.number)
        if now is None or now.stage is not Stage.DUE:
            raise Abandoned
        return job(work)

    def _page(self, table: str, role: Role, after: tuple[Any, ...] | None, work: UnitOfWork) -> Page:
        return work.privacy.pages(self.who, table, role, after, ROWS)

    def _disguised(self, found: Page) -> Sequence[Row]:
        replace = self.disguise.replacer(found.others)
        return [{name: self._shown(value, replace) for name, value in row.items()} for row in found.rows]

    def _shown(self, value: Any, replace: Replacer) -> Any:
        kind = type(value)
        if kind in PLAIN:  # most are; this is asked for every value there is
            return value
        if kind is Spoken:
            return replace(here(value.text))
        if kind is UserRef:
            return self.disguise.label(value)
        return value.astimezone(UTC).isoformat() if kind is datetime else value
