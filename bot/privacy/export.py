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
from bot.privacy import linked, page, views
from bot.privacy.archive import Archive, Writer, safe_name
from bot.privacy.conversation import Conversation
from bot.privacy.disguise import Disguise
from bot.privacy.model import Held, Other, Request, Role, Topic
from bot.privacy.reading import Reader, Row
from bot.readers import languages_alone
from bot.tickets.timeline import ticket_of

FORMAT = "helpthread-export/1"
FOLDERS = {Role.YOURS: "yours", Role.ABOUT: "about-you", Role.AGENT: "as-agent", Role.NAMED: "naming-you"}


async def write_export(
    store: Store, files: Files, request: Request, whose: Sequence[UserRef], path: Path, salt: str, now: datetime
) -> None:
    """Write it to `path`, with what is held about all accounts of `whose`, the asking one first. `salt` is random.

    Raises `Abandoned` if the request is called off meanwhile.
    """
    about = await store.read(partial(_about, whose))
    archive = await asyncio.to_thread(Archive, path, now)
    try:
        with reading(about.languages):
            await _write(store, files, request, about, archive, salt, now)
    finally:
        await asyncio.to_thread(archive.close)


async def _write(
    store: Store, files: Files, request: Request, about: "About", archive: Archive, salt: str, now: datetime
) -> None:
    disguise = Disguise(about.names, about.others, salt)
    for topic in about.topics:
        if topic.rows:
            await asyncio.to_thread(archive.json, f"schema/{topic.table}.schema.json", topic.schema)
    missing = 0
    folders = {who: _folder(at, who) for at, who in enumerate(about.names)}
    for who, folder in folders.items():
        export = Export(Reader(store, request, who, disguise), files, archive, now, folder)
        missing += await export.write(about.topics)
    await asyncio.to_thread(_close, archive, request, about, folders, missing, now)


def _folder(at: int, who: UserRef) -> str:
    """The account that asked has its things at the top; each other one in a folder."""
    return f"linked/{at}-{safe_name(who.platform)}/" if at else ""


class About(NamedTuple):
    """What an export begins with."""

    topics: Sequence[Topic]
    held: Sequence[Held]
    names: Mapping[UserRef, str]
    others: Sequence[Other]
    languages: Sequence[str]


def _about(whose: Sequence[UserRef], work: UnitOfWork) -> About:
    privacy = work.privacy
    others = {other.who: other for who in whose for other in privacy.others(who)}
    names = {who: privacy.name(who) for who in whose}
    languages = list(languages_alone(whose[0], work))
    return About(privacy.topics(), linked.held(whose, work), names, list(others.values()), languages)


class Export:
    """One account, in a folder of the archive. Its disguise is that of the whole archive, so that somebody else is
    called the same throughout."""

    def __init__(self, reader: Reader, files: Files, archive: Archive, now: datetime, folder: str) -> None:
        self.reader, self.files, self.archive, self.now, self.folder = reader, files, archive, now, folder
        self.kept: dict[int, list[tuple[str, str]]] = {}  # files of an entry: path in the folder, name
        self.missing = 0

    async def write(self, topics: Sequence[Topic]) -> int:
        """How many files were gone already."""
        for topic in topics:
            if topic.rows:
                for role in topic.roles:
                    await self._table(topic.table, role)
        await self._attachments()
        await self._conversations()
        return self.missing

    async def _table(self, table: str, role: Role) -> None:
        """A file for each table and role: one who is customer and agent gets both, apart."""
        pages = self.reader.pages(table, role)
        first = await anext(pages)
        if first:
            async with self._member(f"{self.folder}data/{FOLDERS[role]}/{table}.jsonl") as writer:
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
            if not self.archive.file(
                self.folder + path, self.files.path(File(row["sha"], row["name"], row["size"], row["type"]))
            ):
                self.missing += 1
            elif row["entry"]:
                self.kept.setdefault(row["entry"], []).append((path, row["name"]))

    async def _conversations(self) -> None:
        async with self._member(f"{self.folder}html/index.html") as writer:
            await asyncio.to_thread(writer.text, page.head(str(self.reader.who), self.now))
            await Conversation(self.reader, self.kept, writer).write()
            await asyncio.to_thread(writer.text, page.foot())

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


def _close(
    archive: Archive, request: Request, about: About, folders: Mapping[UserRef, str], missing: int, now: datetime
) -> None:
    counted = [topic.what for topic in about.topics if not topic.rows]
    others = [f"{folder}  {who}" for who, folder in folders.items() if folder]
    archive.text("README.txt", views.readme(request, about.held, counted, missing, others))
    facts = {
        "format": FORMAT,
        "request": request.number,
        "account": str(request.who),
        "linked": {str(who): folder for who, folder in folders.items() if folder},
        "made_at": now.astimezone(UTC).isoformat(),
        "held": [asdict(one) for one in about.held],
        "counted_only": counted,
        "missing_files": missing,
    }
    archive.seal(facts)


def _numbers(entries: Sequence[int | None], work: UnitOfWork) -> Mapping[int, int]:
    """The number of the ticket of each entry."""
    found = {}
    for entry in entries:
        if entry is not None and (ticket := work.tickets.get(ticket_of(entry))) is not None:
            found[entry] = ticket.number
    return found
