"""Files of ours, ready to be sent: those that are too large for the place in parts, and all in as many messages as it
takes."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord

from adapters.discord import words
from bot.message import File
from bot.ports import Files

MOST = 10  # files of a message; Discord's limit
SMALLEST_LIMIT = 10 * 1024 * 1024  # bytes a file may have where nothing larger is promised
REQUEST = 24_000_000  # bytes of files in one request; Discord takes about 25 MB with what surrounds them


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` of a file, under a name of its own where there are several."""

    file: File
    name: str
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


def batches(files: Sequence[File], limit: int, room: int = MOST) -> list[list[Part]]:
    """What goes into each message, the first with `room` for so many files; always one at least, empty without files.
    `limit` is the bytes a file may have."""
    made, size = [list[Part]()], 0
    for part in (part for file in files for part in _pieces(file, limit)):
        most = room if len(made) == 1 else MOST
        if len(made[-1]) == most or (made[-1] and size + part.size > max(limit, REQUEST)):
            made.append([])
            size = 0
        made[-1].append(part)
        size += part.size
    return made


def opened(taken: Sequence[Part], files: Files) -> list[discord.File]:
    """Reads from disk, so not on the event loop."""
    return [discord.File(io.BytesIO(_read(part, files)), part.name) for part in taken]


def text(whole: str) -> discord.File:
    return discord.File(io.BytesIO(whole.encode()), words.WHOLE_TEXT)


def _pieces(file: File, limit: int) -> Iterator[Part]:
    if file.size <= limit:
        yield Part(file, file.name, 0, file.size)
        return
    for number, start in enumerate(range(0, file.size, limit), 1):
        yield Part(file, f"{file.name}.{number:03}", start, min(start + limit, file.size))


def _read(part: Part, files: Files) -> bytes:
    with files.open(part.file) as source:
        source.seek(part.start)
        return source.read(part.end - part.start)
