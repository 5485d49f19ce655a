"""Desks, handed out as a file and taken over from one."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bot.config import Settings
from bot.desks.importing import SheetsWrong, hand_out, take_over
from bot.errors import Problem
from bot.operating.database import read, write
from bot.process import platforms


async def export_desks(settings: Settings) -> str:
    from bot import desk_file

    sheets = await read(settings, hand_out)
    if not sheets:
        raise Problem("there is no desk to export yet")
    return desk_file.write(sheets)


async def import_desks(settings: Settings, data: bytes, name: str) -> Sequence[str]:
    """Raises `DeskFileError` with every mistake; then nothing was changed."""
    from bot import desk_file

    file = desk_file.read(data, name, platforms.PLATFORMS)
    try:
        return await write(settings, lambda work: take_over(file.sheets, work))
    except SheetsWrong as error:
        raise file.error(error) from error


def file_bytes(path: str) -> bytes:
    """A file, or standard input for `-`. Of one that is far too large, no more than shows that it is."""
    from bot.desk_yaml import MOST_BYTES

    if path == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MOST_BYTES + 1)
