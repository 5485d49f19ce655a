"""Files that a line sends along: read from disk, kept in the store, or refused with the reason."""

import mimetypes
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.console import words
from adapters.console.safe import one_line
from bot.errors import Problem
from bot.message import File
from bot.ports import Files

PIECE = 1 << 16  # bytes


async def take(paths: Sequence[str], files: Files) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """The files kept, and those refused with why. Raises `Problem` if one cannot be read: then nothing is sent."""
    kept: list[File] = []
    refused = []
    for path in [_readable(path) for path in paths]:
        try:
            kept.append(await files.keep(_pieces(path), path.name, _type(path)))
        except Problem as problem:
            refused.append(f"{one_line(path.name)}: {str(problem).rstrip('.')}")
        except OSError as error:
            files.release([file.sha for file in kept])
            raise Problem(words.no_file(one_line(path.name), error.strerror or type(error).__name__)) from error
    return tuple(kept), tuple(refused)


def _readable(word: str) -> Path:
    path = Path(word).expanduser()
    if not path.is_file():
        raise Problem(words.no_file(one_line(path.name), "there is no such file"))
    return path


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
