"""The pages in an export that a person reads: what was said, a page for each ticket, and a list of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from bot.ports import UnitOfWork
from bot.privacy.exporting import page
from bot.privacy.exporting.archive import Archive, Writer
from bot.privacy.exporting.page import Heading
from bot.privacy.exporting.reading import ROWS, Reader, Row
from bot.privacy.model import Role
from bot.tickets.timeline import ticket_of

Files = Mapping[int, Sequence[tuple[str, str]]]
Headings = Mapping[int, Heading]


class Conversation:
    """Writes what `reader` finds into a `folder` of the archive. `files` are those of an entry, by its id: path in that
    folder and name. An archive has one member open at a time, so lists of the tickets grow in the folder `beside`,
    which is for whoever made it to remove."""

    def __init__(self, reader: Reader, files: Files, archive: Archive, folder: str, beside: Path) -> None:
        self.reader, self.files, self.archive, self.folder, self.beside = reader, files, archive, folder, beside
        self.called: set[str] = set()
        self.stack = ExitStack()
        self.open: Page | None = None

    async def write(self, now: datetime) -> None:
        try:
            own = await self._tell(merged(self.reader), self.beside / "own.html")
            as_agent = await self._tell(self.reader.rows("timeline", Role.AGENT), self.beside / "agent.html")
            await asyncio.to_thread(self._index, own, as_agent, now)
        finally:
            await asyncio.to_thread(self.stack.close)

    async def _tell(self, rows: AsyncIterator[Row], into: Path) -> Path | None:
        """Pages of these tickets, and a line for each `into` a list; None if there are none."""
        told = None
        async for some in batches(rows):
            headings = await self.reader.read(partial(self._headings, {ticket_of(row["id"]) for row in some}))
            await asyncio.to_thread(self._write, some, headings, into)
            told = into
        await asyncio.to_thread(self._end, into)
        return told

    def _headings(self, tickets: Iterable[int], work: UnitOfWork) -> Headings:
        """Number, subject and state; of other people's tickets the number alone."""
        found = {}
        for id in tickets:
            if (ticket := work.tickets.get(id)) is not None:
                own = ticket.customer == self.reader.who
                found[id] = Heading(ticket.number, ticket.subject, str(ticket.state)) if own else Heading(ticket.number)
        return found

    def _write(self, rows: Sequence[Row], headings: Headings, into: Path) -> None:
        you = str(self.reader.who)
        for ticket, entries in groupby(rows, key=lambda row: ticket_of(row["id"])):
            if self.open is None or self.open.ticket != ticket:
                self._end(into)
                self.open = self._begin(ticket, headings.get(ticket, Heading(0)))
            for row in entries:
                self.open.writer.text(page.entry(row, you, self.files.get(row["id"], ())))
                self.open.entries, self.open.last = self.open.entries + 1, row["at"]

    def _begin(self, ticket: int, found: Heading) -> "Page":
        heading = found._replace(subject=self.reader.everyone(found.subject))
        path = self._path(heading.number)
        writer = self.stack.enter_context(self.archive.member(f"{self.folder}html/{path}"))
        writer.text(page.ticket(heading))
        return Page(ticket, heading, path, writer)

    def _end(self, into: Path) -> None:
        """Of the page that is open, if one is."""
        if (done := self.open) is None:
            return
        done.writer.text(page.foot())
        self.stack.close()
        self.open = None
        into.parent.mkdir(mode=0o700, exist_ok=True)
        with into.open("a", encoding="utf-8", errors="replace") as file:
            file.write(page.line(done.path, done.heading, done.entries, done.last))

    def _path(self, number: int) -> str:
        """By the ticket's number. Those of other desks, and what one did there as an agent, come beside it."""
        path, beside = f"tickets/{number}.html", 1
        while path in self.called:
            beside += 1
            path = f"tickets/{number}-{beside}.html"
        self.called.add(path)
        return path

    def _index(self, own: Path | None, as_agent: Path | None, now: datetime) -> None:
        with self.archive.member(f"{self.folder}html/index.html") as writer:
            writer.text(page.index(str(self.reader.who), now))
            for lines in filter(None, (own, as_agent)):
                before, after = page.around_tickets(as_agent=lines == as_agent)
                writer.text(before)
                with lines.open(encoding="utf-8") as file:
                    for line in file:
                        writer.text(line)
                writer.text(after)
            if own is None and as_agent is None:
                writer.text(page.nothing())
            writer.text(page.foot())


@dataclass(slots=True)
class Page:
    """A ticket's, while it is written. `last` is when the last of its entries was."""

    ticket: int
    heading: Heading
    path: str
    writer: Writer
    entries: int = 0
    last: str = ""


async def merged(reader: Reader) -> AsyncIterator[Row]:
    """What they said and what was said about them, as one conversation."""
    own, others = reader.rows("timeline", Role.YOURS), reader.rows("timeline", Role.ABOUT)
    async with aclosing(own) as mine, aclosing(others) as theirs:
        one, two = await anext(mine, None), await anext(theirs, None)
        while one is not None or two is not None:
            if two is None or (one is not None and one["id"] < two["id"]):
                yield one or {}
                one = await anext(mine, None)
            else:
                yield two
                two = await anext(theirs, None)


async def batches(rows: AsyncIterator[Row]) -> AsyncIterator[Sequence[Row]]:
    batch: list[Row] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == ROWS:
            yield batch
            batch = []
    if batch:
        yield batch
