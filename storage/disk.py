"""Writing files so that they are whole or not there, also after a power cut."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from secrets import token_hex


class Part:
    """A file while it is written: under a name of its own, so that a crash leaves nothing that looks whole."""

    key = ""

    def __init__(self, folder: Path) -> None:
        self.path = folder / token_hex(16)
        self.file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.hash.update(chunk)
        self.size += len(chunk)

    def flush(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())

    def discard(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """It and its parent, which are for us only."""
    for each in (folder.parent, folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)
            flush_folder(each.parent)


def flush_folder(folder: Path) -> None:
    """A new name in a folder survives a power cut only when the folder is on disk, too."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def age(path: Path, now: float) -> float:
    """Seconds since it was written; negative if it is gone."""
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return -1.0


async def each(chunks: AsyncIterator[bytes] | Iterator[bytes]) -> AsyncIterator[bytes]:
    """Chunks one by one; an ordinary iterator, which may block, is asked in a thread."""
    if isinstance(chunks, AsyncIterator):
        async for chunk in chunks:
            yield chunk
    else:
        while (piece := await asyncio.to_thread(_next, chunks)) is not None:
            yield piece


def _next(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
