"""Everything held about a person as a ZIP: data with its schema, their conversations to read, their files."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.language import reading
from bot.message import File, UserRef
from bot.ports import Files, Store, UnitOfWork
from bot.privacy import page, views
from bot.privacy.archive import Archive, Writer, safe_name
from bot.privacy.conversation import Conversation
from bot.privacy.disguise import Disguise
from bot.privacy.model import Held, Other, Request, Role, Topic
from bot.privacy.reading import Reader, Row
from bot.readers import languages_alone
from bot.tickets.timeline import ticket_of

FORMAT = "helpthread-export/1"
FOLDERS = {Role.YOURS: "yours", Role.ABOUT: "about-you", Role.AGENT: "as-agent", Role.NAMED: "naming-you"}


async def write_export(store: Store, files: Files, request: Request, path: Path, salt: str, now: datetime) -> None:
    """Write it to `path`. `salt` is random. Raises `Abandoned` if the request is called off meanwhile."""
    about = await store.read(partial(_about, request.who))
    archive = await asyncio.to_thread(Archive, path, now)
    try:
        with reading(about.languages):
            disguise = Disguise(request.who, about.name, about.others, salt)
            export = Export(Reader(store, request, disguise), files, archive, now)
            await export.write(about.topics, about.held)
    finally:
        await asyncio.to_thread(archive.close)


class About(NamedTuple):
    """What an export begins with."""

    topics: Sequence[Topic]
    held: Sequence[Held]
    name: str
    others: Sequence[Other]
    languages: Sequence[str]


def _about(who: UserRef, work: UnitOfWork) -> About:
    privacy = work.privacy
    languages = list(languages_alone(who, work))
    return About(privacy.topics(), privacy.view(who), privacy.name(who), privacy.others(who), languages)


class Export:
    def __init__(self, reader: Reader, files: Files, archive: Archive, now: datetime) -> None:
        self.reader, self.files, self.archive, self.now = reader, files, archive, now
        self.kept: dict[int, list[tuple[str, str]]] = {}  # files of an entry: path in the archive, name
        self.missing = 0

    async def write(self, topics: Sequence[Topic], held: Sequence[Held]) -> None:
        for topic in topics:
            if topic.rows:
                await asyncio.to_thread(self.archive.json, f"schema/{topic.table}.schema.json", topic.schema)
                for role in topic.roles:
                    await self._table(topic.table, role)
        await self._attachments()
        await self._conversations()
        await asyncio.to_thread(self._close, topics, held)

    async def _table(self, table: str, role: Role) -> None:
        """A file for each table and role: one who is customer and agent gets both, apart."""
        pages = self.reader.pages(table, role)
        first = await anext(pages)
        if first:
            async with self._member(f"data/{FOLDERS[role]}/{table}.jsonl") as writer:
                await asyncio.to_thread(writer.lines, first)
                async for rows in pages:
                    await asyncio.to_thread(writer.lines, rows)
        await pages.aclose()

    async def _attachments(self) -> None:
        """Their own files, and those that agents gave them."""
        for role in (Role.YOURS, Role.ABOUT):
            async for rows in self.reader.pages("attachments", role):
                given = [row for row in rows if row.get("sha")]
                numbers = await self.reader.read(partial(_numbers, [row["entry"] for row in given]))
                await asyncio.to_thread(self._copy, given, numbers)

    def _copy(self, rows: Iterable[Row], numbers: Mapping[int, int]) -> None:
        for row in rows:
            folder = numbers.get(row["entry"], "drafts")
            path = f"attachments/{folder}/{row['id']}-{safe_name(row['name'])}"
            if not self.archive.file(path, self.files.path(File(row["sha"], row["name"], row["size"], row["type"]))):
                self.missing += 1
            elif row["entry"]:
                self.kept.setdefault(row["entry"], []).append((path, row["name"]))

    async def _conversations(self) -> None:
        async with self._member("html/index.html") as writer:
            await asyncio.to_thread(writer.text, page.head(str(self.reader.who), self.now))
            await Conversation(self.reader, self.kept, writer).write()
            await asyncio.to_thread(writer.text, page.foot())

    def _close(self, topics: Sequence[Topic], held: Sequence[Held]) -> None:
        request, counted = self.reader.request, [topic.what for topic in topics if not topic.rows]
        self.archive.text("README.txt", views.readme(request, held, counted, self.missing))
        about = {
            "format": FORMAT,
            "request": request.number,
            "account": str(request.who),
            "made_at": self.now.astimezone(UTC).isoformat(),
            "held": [asdict(one) for one in held],
            "counted_only": counted,
            "missing_files": self.missing,
        }
        self.archive.seal(about)

    @asynccontextmanager
    async def _member(self, path: str) -> AsyncIterator[Writer]:
        """A member of the archive, opened and closed in a thread: what it buffers is compressed there."""
        member = self.archive.member(path)
        writer = await asyncio.to_thread(member.__enter__)
        try:
            yield writer
        except BaseException as error:
            await asyncio.to_thread(member.__exit__, type(error), error, error.__traceback__)
            raise
        await asyncio.to_thread(member.__exit__, None, None, None)


def _numbers(entries: Sequence[int | None], work: UnitOfWork) -> Mapping[int, int]:
    """The number of the ticket of each entry."""
    found = {}
    for entry in entries:
        if entry is not None and (ticket := work.tickets.get(ticket_of(entry))) is not None:
            found[entry] = ticket.number
    return found
