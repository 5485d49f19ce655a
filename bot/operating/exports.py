"""Exports as files on this machine: handed out sealed, opened, checked."""

import asyncio
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bot.config import Settings
from bot.errors import Problem
from bot.operating.database import read
from bot.operating.office import do
from bot.privacy.exporting import checking, checking_views
from bot.privacy.exporting.archive import CHUNK
from storage.age_file import opened
from storage.files import DiskFiles
from storage.notary import public_key, signed

ENDING = ".age"


async def hand_out(settings: Settings, number: str, to: Path) -> str:
    """Copy a sealed export into a file, which is not there yet. Raises `Problem`."""
    await asyncio.to_thread(_refuse_to_replace, to)
    told = await do(settings, "sealed", number)  # it is written down before anything is handed out
    request = await read(settings, lambda work: work.privacy.request(int(number)))
    if request is None or request.file is None:
        raise Problem(checking_views.gone())
    source = DiskFiles(settings.data_dir / "files").open(request.file)
    with source:
        await asyncio.to_thread(_write, to, iter(partial(source.read, CHUNK), b""))
    return f"{to}: {told}"


def open_sealed(file: Path, to: Path | None, passphrase: str) -> str:
    """Nothing is left of it if it does not open to the end. Raises `Problem`."""
    if to is None:
        if file.suffix != ENDING:
            raise Problem(checking_views.say_where())
        to = file.with_suffix("")
    _refuse_to_replace(to)
    with file.open("rb") as source:
        _write(to, opened(source, passphrase))
    return str(to)


def verify(configured: Callable[[], Settings], file: Path, key: str) -> str:
    """The settings are looked at only where no key is given. Raises `Problem`."""
    public = key or public_key(configured().signing_key)
    if not public:
        raise Problem(checking_views.no_key())
    try:
        signed(public, b"", b"")
    except ValueError:
        raise Problem(checking_views.no_such_key()) from None
    return checking_views.sound(checking.check(file, partial(signed, public)))


def _refuse_to_replace(to: Path) -> None:
    if to.exists():
        raise Problem(checking_views.there_already(to.name))


def _write(to: Path, chunks: Iterator[bytes]) -> None:
    """For its owner's eyes only, and whole or not there."""
    part = to.with_name(f"{to.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        part.rename(to)
    finally:
        part.unlink(missing_ok=True)
