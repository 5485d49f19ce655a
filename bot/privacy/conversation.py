"""The page in an export that a person reads: what was said, ticket by ticket."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

from bot.ports import UnitOfWork
from bot.privacy import page
from bot.privacy.archive import Writer
from bot.privacy.model import Role
from bot.privacy.reading import ROWS, Reader, Row
from bot.tickets.timeline import ticket_of

Files = Mapping[int, Sequence[tuple[str, str]]]
Headings = Mapping[int, tuple[int, str, str]]


class Conversation:
    """Writes what `reader` finds. `files` are those of an entry, by its id: path in the archive and name."""

    def __init__(self, reader: Reader, files: Files, writer: Writer) -> None:
        self.reader, self.files, self.writer = reader, files, writer
        self.ticket = 0
        self.title = ""

    async def write(self) -> None:
        told = await self._tell(merged(self.reader))
        self.title, self.ticket = page.section(), 0
        told |= await self._tell(self.reader.rows("timeline", Role.AGENT))
        if not told:
            await asyncio.to_thread(self.writer.text, page.nothing())

    async def _tell(self, rows: AsyncIterator[Row]) -> bool:
        told = False
        async for some in batches(rows):
            headings = await self.reader.read(partial(self._headings, {ticket_of(row["id"]) for row in some}))
            await asyncio.to_thread(self._write, some, headings)
            told = True
        return told

    def _headings(self, tickets: Iterable[int], work: UnitOfWork) -> Headings:
        """Number, subject and state; of other people's tickets the number alone."""
        found = {}
        for id in tickets:
            if (ticket := work.tickets.get(id)) is not None:
                own = ticket.customer == self.reader.who
                found[id] = (ticket.number, ticket.subject, str(ticket.state)) if own else (ticket.number, "", "")
        return found

    def _write(self, rows: Sequence[Row], headings: Headings) -> None:
        self.writer.text("".join(self._told(row, headings) for row in rows))

    def _told(self, row: Row, headings: Headings) -> str:
        """An entry, under a heading where a ticket begins."""
        entry = page.entry(row, str(self.reader.who), self.files.get(row["id"], ()))
        if ticket_of(row["id"]) == self.ticket:
            return entry
        self.ticket = ticket_of(row["id"])
        number, subject, state = headings.get(self.ticket, (0, "", ""))
        title, self.title = self.title, ""
        return title + page.ticket(number, self.reader.everyone(subject), state) + entry


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
