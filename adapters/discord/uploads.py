"""Files of ours, ready to be sent: those that are too large for the place in parts, those that do not fit named."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord

from adapters.discord import words
from bot.message import File
from bot.ports import Files

MOST = 10  # files of a message; Discord's limit
SMALLEST_LIMIT = 10 * 1024 * 1024  # bytes a file may have where nothing larger is promised


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` of a file, under a name of its own where there are several."""

    file: File
    name: str
    start: int
    end: int


def parts(files: Sequence[File], limit: int, room: int = MOST) -> tuple[list[Part], str]:
    """What can be sent in one message with `room` files, and the names of what cannot. `limit` is in bytes."""
    taken, left = list[Part](), list[str]()
    for file in files:
        pieces = list(_pieces(file, limit))
        if len(taken) + len(pieces) <= room:
            taken += pieces
        else:
            left.append(file.name)
    return taken, ", ".join(left)


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
