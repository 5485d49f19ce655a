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
from bot.privacy.notice import Notice
from bot.privacy.policy import newest
from bot.privacy.portability import Portable
from bot.privacy.processing import document, processing
from bot.privacy.promises import Promises
from bot.privacy.reading import Reader, Row
from bot.readers import languages_alone
from bot.tickets.timeline import ticket_of

FORMAT = "helpthread-export/1"
Kept = dict[int, list[tuple[str, str]]]
FOLDERS = {Role.YOURS: "yours", Role.ABOUT: "about-you", Role.AGENT: "as-agent", Role.NAMED: "naming-you"}


async def write_export(store: Store, files: Files, request: Request, path: Path, salt: str, now: datetime) -> None:
    """Write it to `path`. `salt` is random. Raises `Abandoned` if the request is called off meanwhile."""
    about = await store.read(partial(_about, request.who))
    archive = await asyncio.to_thread(Archive, path, now)
    kept: Kept = {}
    portable = Portable(path.with_suffix(""), kept)
    try:
        with reading(about.languages):
            disguise = Disguise(request.who, about.name, about.others, salt)
            await Export(Reader(store, request, disguise), files, archive, portable, kept).write(about, now)
    finally:
        await asyncio.to_thread(archive.close)
        await asyncio.to_thread(portable.close)


class About(NamedTuple):
    """What an export begins with."""

    topics: Sequence[Topic]
    held: Sequence[Held]
    name: str
    others: Sequence[Other]
    languages: Sequence[str]
    notice: Notice
    promises: Promises


def _about(who: UserRef, work: UnitOfWork) -> About:
    privacy = work.privacy
    languages = list(languages_alone(who, work))
    held, name, others = privacy.view(who), privacy.name(who), privacy.others(who)
    return About(privacy.topics(), held, name, others, languages, newest(work), work.promises)


class Export:
    """`kept` is filled with the files of each entry: path in the archive, name."""

    def __init__(self, reader: Reader, files: Files, archive: Archive, portable: Portable, kept: Kept) -> None:
        self.reader, self.files, self.archive, self.portable, self.kept = reader, files, archive, portable, kept
        self.missing = 0

    async def write(self, about: About, now: datetime) -> None:
        await self._attachments()
        for topic in about.topics:
            if topic.rows:
                await asyncio.to_thread(self.archive.json, f"schema/{topic.table}.schema.json", topic.schema)
                for role in topic.roles:
                    await self._table(topic, role)
        await self._conversations(now)
        await asyncio.to_thread(self._close, about, now)

    async def _table(self, topic: Topic, role: Role) -> None:
        """A file for each table and role: one who is customer and agent gets both, apart."""
        pages = self.reader.pages(topic.table, role)
        first = await anext(pages)
        if first:
            async with self._member(f"data/{FOLDERS[role]}/{topic.table}.jsonl") as writer:
                await asyncio.to_thread(self._put, writer, topic, role, first)
                async for rows in pages:
                    await asyncio.to_thread(self._put, writer, topic, role, rows)
        await pages.aclose()

    def _put(self, writer: Writer, topic: Topic, role: Role, rows: Sequence[Row]) -> None:
        writer.lines(rows)
        if role is Role.YOURS:
            self.portable.take(topic, rows)

    async def _attachments(self) -> None:
        """Their own files, and those that agents gave them."""
        for role in (Role.YOURS, Role.ABOUT):
            async for rows in self.reader.pages("attachments", role):
                given = [row for row in rows if row.get("sha")]
                numbers = await self.reader.read(partial(_numbers, [row["entry"] for row in given]))
                keys = await self.reader.read(partial(_keys, [row["id"] for row in given]))
                await asyncio.to_thread(self._copy, given, numbers, keys)

    def _copy(self, rows: Iterable[Row], numbers: Mapping[int, int], keys: Mapping[int, str]) -> None:
        for row in rows:
            folder = numbers.get(row["entry"], "drafts")
            path = f"attachments/{folder}/{row['id']}-{safe_name(row['name'])}"
            file = File(row["sha"], row["name"], row["size"], row["type"], keys.get(row["id"], ""))
            if not self.archive.file(path, partial(self.files.open, file)):
                self.missing += 1
            elif row["entry"]:
                self.kept.setdefault(row["entry"], []).append((path, row["name"]))

    async def _conversations(self, now: datetime) -> None:
        async with self._member("html/index.html") as writer:
            await asyncio.to_thread(writer.text, page.head(str(self.reader.who), now))
            await Conversation(self.reader, self.kept, writer).write()
            await asyncio.to_thread(writer.text, page.foot())

    def _close(self, about: About, now: datetime) -> None:
        request, archive = self.reader.request, self.archive
        counted = [topic.what for topic in about.topics if not topic.rows]
        self.portable.pack(archive)
        archive.json("processing.json", processing(about.held, about.notice, about.promises))
        archive.text("privacy-notice.md", document(about.notice, about.promises))
        archive.text("README.txt", views.readme(request, about.held, about.notice.facts, counted, self.missing))
        manifest = {
            "format": FORMAT,
            "request": request.number,
            "account": str(request.who),
            "made_at": now.astimezone(UTC).isoformat(),
            "held": [asdict(one) for one in about.held],
            "counted_only": counted,
            "missing_files": self.missing,
        }
        archive.seal(manifest)

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


def _keys(attachments: Sequence[int], work: UnitOfWork) -> Mapping[int, str]:
    return work.privacy.keys(attachments)


def _numbers(entries: Sequence[int | None], work: UnitOfWork) -> Mapping[int, int]:
    """The number of the ticket of each entry."""
    found = {}
    for entry in entries:
        if entry is not None and (ticket := work.tickets.get(ticket_of(entry))) is not None:
            found[entry] = ticket.number
    return found
