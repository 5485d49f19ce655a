"""Files on disk, found by the SHA-256 of their content, so the same content is there once.

A file is on disk before the transaction that refers to it commits. Between the two it is *pinned*: nobody deletes it,
although no row refers to it yet. A pin goes when it is released, or by itself after a while.
"""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Text, cast, or_, select

from bot.errors import Problem
from bot.language import Phrase
from bot.message import File
from storage.columns import plain_json
from storage.disk import Part, age, each, flush_folder, make_folder
from storage.filenames import ending, safe_name
from storage.rows import Base, OutboxRow
from storage.sealed_files import PIECE, SealedPart, open_sealed
from storage.vault import MARK

MEGABYTE = 1_000_000
PIN_SECONDS = 600.0  # longer than any event waits for its commit
ABANDONED = timedelta(days=1)  # a half-written file this old is nobody's any more
SOME = 500  # shas asked about at a time
MOST_REMEMBERED = 10_000  # files kept since a `drop` began
SHA = re.compile(r"[0-9a-f]{64}")
TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,50}/[a-z0-9!#$&^_.+-]{1,100}")
PROGRAMS = {  # what a type says that an ending may hide
    "application/x-msdownload": "exe",
    "application/x-msdos-program": "exe",
    "application/x-dosexec": "exe",
    "application/vnd.microsoft.portable-executable": "exe",
    "application/x-msi": "msi",
    "application/x-bat": "bat",
    "application/hta": "hta",
}
Referenced = Callable[[Sequence[str]], Awaitable[Collection[str]]]


class DiskFiles:
    """Implements `bot.ports.Files` in a folder, which is made if it is not there.

    `limit` is in bytes; `refused` are endings of names that are not taken, such as "exe"; `clock` counts seconds. With
    `encrypted`, new files are, and each has its own `key`.
    """

    def __init__(
        self,
        folder: Path,
        limit: int = 25 * MEGABYTE,
        refused: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
        encrypted: bool = False,
    ) -> None:
        self.folder = folder
        self.part = SealedPart if encrypted else Part
        self.limit = limit
        self.refused = frozenset(refused)
        self.clock = clock
        self.lock = threading.Lock()
        self.pins: dict[str, list[float]] = {}  # when each ends by itself
        self.kept: dict[str, int] = {}  # in which moment each was kept last
        self.moments = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "new").mkdir(exist_ok=True, mode=0o700)

    async def keep(
        self, chunks: AsyncIterator[bytes] | Iterator[bytes], name: str, type: str, *, checked: bool = True
    ) -> File:
        """Write it down and pin it. Returns when it is safely on disk; if anything fails, nothing is kept.

        Raises `Problem` if it is too large or of a kind not taken, and `OSError` when the disk is full. Files of our
        own making need not be `checked`.
        """
        name, type = safe_name(name), type.partition(";")[0].strip().lower()
        type = type if TYPE.fullmatch(type) else "application/octet-stream"
        if checked:
            self._check(name, type)
        part = await asyncio.to_thread(self.part, self.folder / "new")
        try:
            async for chunk in each(chunks):
                if checked and part.size + len(chunk) > self.limit:
                    raise Problem(Phrase("Files larger than {size} MB are not taken", size=_megabytes(self.limit)))
                await asyncio.to_thread(part.write, chunk)
            return await asyncio.to_thread(self._finish, part, name, type)
        finally:
            await asyncio.to_thread(part.discard)

    def store(self, content: BinaryIO, like: File) -> File:
        """The same once more, as files are stored now, and pinned. Blocks. Raises what reading it raises."""
        part = self.part(self.folder / "new")
        try:
            while piece := content.read(PIECE):
                part.write(piece)
            return self._finish(part, like.name, like.type)
        finally:
            part.discard()

    def path(self, file: File) -> Path:
        """Where it is stored. Raises `ValueError` if its hash is none."""
        return self._path(file.sha)

    def open(self, file: File) -> BinaryIO:
        """Its content. Raises `FileNotFoundError` if it is gone, damaged, or its key is."""
        path = self._path(file.sha)
        return open_sealed(path, file.key) if file.key else path.open("rb")

    def release(self, shas: Sequence[str]) -> None:
        """What `keep` pinned is committed, or will never be: one pin each is taken away."""
        with self.lock:
            for sha in shas:
                pins = self.pins.get(sha)
                if pins:
                    pins.pop(0)
                    if not pins:
                        del self.pins[sha]

    def moment(self) -> int:
        """Take it before asking which files nobody refers to, and give it to `drop`."""
        with self.lock:
            self.moments += 1
            return self.moments

    def drop(self, shas: Sequence[str], since: int | None = None) -> Sequence[str]:
        """Delete them, but for those pinned and those kept again `since` a moment. Returns those left. Blocks."""
        left = [sha for sha in shas if not self._delete(sha, since)]
        for folder in {self._path(sha).parent for sha in shas} - {self._path(sha).parent for sha in left}:
            if folder.exists():
                flush_folder(folder)
        return left

    async def sweep(self, referenced: Referenced, older_than: timedelta) -> int:
        """Delete what is that old and nobody refers to; how many. `referenced` says which of some hashes are.

        For what no `drop` was told: events that failed after their file was kept, crashes in between.
        """
        gone = 0
        old = await asyncio.to_thread(self._older, older_than.total_seconds())
        for start in range(0, len(old), SOME):
            some, since = old[start : start + SOME], self.moment()
            nobodys = sorted(set(some) - set(await referenced(some)))
            gone += len(nobodys) - len(await asyncio.to_thread(self.drop, nobodys, since))
        return gone

    def _check(self, name: str, type: str) -> None:
        for kind in (ending(name), PROGRAMS.get(type, "")):
            if kind in self.refused:
                raise Problem(
                    Phrase("Files ending in .{kind} are not taken, because they may do harm when opened", kind=kind)
                )

    def _finish(self, part: "Part", name: str, type: str) -> File:
        part.flush()
        sha = part.hash.hexdigest()
        path = self._path(sha)
        with self.lock:
            now = self.clock()
            self.pins[sha] = [end for end in self.pins.get(sha, []) if end > now] + [now + PIN_SECONDS]
            self._remember(sha)
            make_folder(path.parent)
            part.path.replace(path)  # the same content if it was there, only younger
        flush_folder(path.parent)
        return File(sha, name, part.size, type, part.key)

    def _remember(self, sha: str) -> None:
        self.moments += 1
        self.kept.pop(sha, None)
        self.kept[sha] = self.moments
        if len(self.kept) > MOST_REMEMBERED:
            del self.kept[next(iter(self.kept))]

    def _delete(self, sha: str, since: int | None) -> bool:
        path = self._path(sha)
        with self.lock:
            now = self.clock()
            if any(end > now for end in self.pins.get(sha, ())):
                return False
            if since is not None and self.kept.get(sha, 0) > since:
                return False
            self.pins.pop(sha, None)
            self.kept.pop(sha, None)
            path.unlink(missing_ok=True)
        return True

    def _older(self, seconds: float) -> list[str]:
        """Hashes of files that old, and on the way half-written ones of a process that is gone."""
        now = time.time()
        for path in (self.folder / "new").iterdir():
            if age(path, now) > ABANDONED.total_seconds():
                path.unlink(missing_ok=True)
        found = (path for path in self.folder.glob("??/??/*") if SHA.fullmatch(path.name))
        return sorted(path.name for path in found if age(path, now) >= seconds)

    def _path(self, sha: str) -> Path:
        if not SHA.fullmatch(sha):
            raise ValueError("not a hash")
        return self.folder / sha[:2] / sha[2:4] / sha


def referenced(connection: Connection, shas: Sequence[str]) -> frozenset[str]:
    """Those of `shas` that a row refers to: in a column of hashes, or in an effect not delivered yet."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.c if column.info.get("blob")]
    found = {sha for column in columns for sha in connection.scalars(select(column).where(column.in_(shas)))}
    stored = cast(OutboxRow.effect, Text)
    effects = select(OutboxRow.effect).where(or_(stored.like('%"sha"%'), stored.like(f'%"{MARK}%')))
    for effect in connection.scalars(effects):
        found.update(SHA.findall(plain_json(effect)))
    return frozenset(found.intersection(shas))


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:g}"
