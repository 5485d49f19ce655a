"""Everything held about a person as a ZIP: data with its schema, their conversations to read, their files."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bot.language import reading
from bot.message import File, UserRef
from bot.ports import Files, Notary, Store, UnitOfWork
from bot.privacy import views
from bot.privacy.auditing import access_log
from bot.privacy.exporting import facts_page
from bot.privacy.exporting.archive import Archive, Writer, safe_name
from bot.privacy.exporting.conversation import Conversation
from bot.privacy.exporting.disguise import ACCOUNTS, IN_TEXTS, Disguise
from bot.privacy.exporting.portability import Portable
from bot.privacy.exporting.processing import document, processing
from bot.privacy.exporting.reading import Reader, Row
from bot.privacy.linking import linked
from bot.privacy.model import Held, Other, Request, Role, Topic
from bot.privacy.notices.notice import Notice
from bot.privacy.notices.policy import newest
from bot.privacy.promises import Promises
from bot.readers import languages_alone
from bot.tickets.timeline import ticket_of

FORMAT = "helpthread-export/1"
Kept = dict[int, list[tuple[str, str]]]
FOLDERS = {Role.YOURS: "yours", Role.ABOUT: "about-you", Role.AGENT: "as-agent", Role.NAMED: "naming-you"}


async def write_export(
    store: Store,
    files: Files,
    notary: Notary,
    request: Request,
    whose: Sequence[UserRef],
    path: Path,
    salt: str,
    now: datetime,
) -> None:
    """Write it to `path`, with what is held about all accounts of `whose`, the asking one first. `salt` is random.

    Raises `Abandoned` if the request is called off meanwhile.
    """
    about = await store.read(partial(_about, whose))
    archive = await asyncio.to_thread(Archive, path, now)
    beside = path.with_suffix("")
    try:
        with reading(about.languages):
            disguise = Disguise(about.names, about.others, salt)
            await _schemas(archive, about.topics)
            missing, redacted = 0, Counter[str]()
            for who, folder in about.folders.items():
                account = Export(Reader(store, request, who, disguise), files, archive, folder, beside)
                missing += await account.write(about.topics, now)
                redacted += account.redacted
            found = Found(missing, redacted)
            await asyncio.to_thread(_close, archive, request, about, found, notary.sign, now)
    finally:
        await asyncio.to_thread(archive.close)


async def _schemas(archive: Archive, topics: Sequence[Topic]) -> None:
    for topic in topics:
        if topic.rows:
            await asyncio.to_thread(archive.json, f"schema/{topic.table}.schema.json", topic.schema)
    await asyncio.to_thread(archive.json, "schema/access_log.schema.json", access_log.schema())


class About(NamedTuple):
    """What an export begins with. `names` are the person's accounts and what they are called there."""

    topics: Sequence[Topic]
    held: Sequence[Held]
    names: Mapping[UserRef, str]
    others: Sequence[Other]
    languages: Sequence[str]
    notice: Notice
    promises: Promises

    @property
    def folders(self) -> Mapping[UserRef, str]:
        """The account that asked has its things at the top; each other one in a folder."""
        return {who: f"linked/{at}-{safe_name(who.platform)}/" if at else "" for at, who in enumerate(self.names)}


def _about(whose: Sequence[UserRef], work: UnitOfWork) -> About:
    privacy = work.privacy
    languages = list(languages_alone(whose[0], work))
    names = {who: privacy.name(who) for who in whose}
    others = {other.who: other for who in whose for other in privacy.others(who)}
    held = linked.held(whose, work)
    return About(privacy.topics(), held, names, list(others.values()), languages, newest(work), work.promises)


class Found(NamedTuple):
    """What came up while it was written. `redacted` is how often others were made unknown in the data."""

    missing: int
    redacted: Mapping[str, int]


class Export:
    """One account, in a folder of the archive. What it is to grow meanwhile grows in the folder `beside`."""

    def __init__(self, reader: Reader, files: Files, archive: Archive, folder: str, beside: Path) -> None:
        self.reader, self.files, self.archive, self.folder = reader, files, archive, folder
        self.kept: Kept = {}  # files of an entry: path in the folder, name
        self.portable = Portable(beside, self.kept)
        self.missing = 0
        self.redacted: Counter[str] = Counter()

    async def write(self, topics: Sequence[Topic], now: datetime) -> int:
        """How many files were gone already."""
        try:
            await self._attachments()
            before = Counter(self.reader.disguise.counted)
            for topic in topics:
                if topic.rows:
                    for role in topic.roles:
                        await self._table(topic, role)
            self.redacted = self.reader.disguise.counted - before
            await self._access_log()
            await self._conversations(now)
            await asyncio.to_thread(self.portable.pack, self.archive, self.folder)
        finally:
            await asyncio.to_thread(self.portable.close)
        return self.missing

    async def _table(self, topic: Topic, role: Role) -> None:
        """A file for each table and role: one who is customer and agent gets both, apart."""
        pages = self.reader.pages(topic.table, role)
        first = await anext(pages)
        if first:
            async with self._member(f"{self.folder}data/{FOLDERS[role]}/{topic.table}.jsonl") as writer:
                await asyncio.to_thread(self._put, writer, topic, role, first)
                async for rows in pages:
                    await asyncio.to_thread(self._put, writer, topic, role, rows)
        await pages.aclose()

    async def _access_log(self) -> None:
        if lines := await self.reader.read(partial(access_log.lines, self.reader.who)):
            async with self._member(f"{self.folder}data/{FOLDERS[Role.YOURS]}/access_log.jsonl") as writer:
                await asyncio.to_thread(writer.lines, lines)

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
            if not self.archive.file(self.folder + path, partial(self.files.open, file)):
                self.missing += 1
            elif row["entry"]:
                self.kept.setdefault(row["entry"], []).append((path, row["name"]))

    async def _conversations(self, now: datetime) -> None:
        beside = self.portable.folder  # removed with what is portable
        await Conversation(self.reader, self.kept, self.archive, self.folder, beside).write(now)

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


def _close(
    archive: Archive, request: Request, about: About, found: Found, sign: Callable[[bytes], bytes], now: datetime
) -> None:
    counted = [topic.what for topic in about.topics if not topic.rows]
    folders = {folder: str(who) for who, folder in about.folders.items() if folder}
    facts = processing(about.held, about.notice, about.promises)
    archive.json("processing.json", facts)
    archive.text("processing.html", facts_page.processing(facts))
    archive.text("privacy-notice.md", document(about.notice, about.promises, about.topics))
    readme = views.readme(request, about.held, about.notice.facts, counted, found.missing, folders)
    archive.text("README.txt", readme)
    archive.text("README.html", facts_page.readme(request, facts, folders, found.missing))
    manifest = {
        "format": FORMAT,
        "request": request.number,
        "account": str(request.who),
        "linked": folders,
        "made_at": now.astimezone(UTC).isoformat(),
        "held": [asdict(one) for one in about.held],
        "counted_only": counted,
        "missing_files": found.missing,
        "redacted": {name: found.redacted[name] for name in (ACCOUNTS, IN_TEXTS)},
        "data_map": data_map(about.topics),
    }
    archive.seal(manifest, sign)


def data_map(topics: Sequence[Topic]) -> str:
    """SHA-256 of what the tables said about themselves: two exports with the same one hold the same kinds of things."""
    said = [
        (topic.table, topic.what, topic.why, topic.keep, topic.roles, topic.rows, topic.portable, topic.schema)
        for topic in sorted(topics, key=lambda topic: topic.table)
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _numbers(entries: Sequence[int | None], work: UnitOfWork) -> Mapping[int, int]:
    """The number of the ticket of each entry."""
    found = {}
    for entry in entries:
        if entry is not None and (ticket := work.tickets.get(ticket_of(entry))) is not None:
            found[entry] = ticket.number
    return found
