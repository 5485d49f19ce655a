"""Is an export as we made it? Looked at a piece at a time, so it may be of any size."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from bot.errors import Problem
from bot.privacy.exporting import checking_views as views
from bot.privacy.exporting.archive import CHUNK, SIGNATURE, SUMS

MOST_SUMS = 50_000_000  # bytes; some hundred thousand files
Signed = Callable[[bytes, bytes], bool]  # a signature, and what it is of


def check(path: Path, signed: Signed) -> int:
    """How many files are in it. Raises `Problem` with the first thing that is not as we made it."""
    try:
        with ZipFile(path) as archive:
            sums = _sums(archive, signed)
            names = [name for name in archive.namelist() if name not in (SUMS, SIGNATURE)]
            if len(names) != len(set(names)) or set(names) != set(sums):
                odd = sorted(set(names) ^ set(sums)) or sorted(names)
                raise Problem(views.not_listed(odd[0]))
            for name, sum in sums.items():
                if _sum(archive, name) != sum:
                    raise Problem(views.changed(name))
    except (BadZipFile, NotImplementedError, RuntimeError):  # what zipfile raises for damage and for encryption
        raise Problem(views.no_archive()) from None
    return len(sums)


def _sums(archive: ZipFile, signed: Signed) -> Mapping[str, str]:
    listed = {info.filename: info.file_size for info in archive.infolist()}
    if SUMS not in listed or SIGNATURE not in listed or listed[SUMS] > MOST_SUMS or listed[SIGNATURE] > CHUNK:
        raise Problem(views.not_signed())
    text = archive.read(SUMS)
    if not signed(archive.read(SIGNATURE), text):
        raise Problem(views.forged())
    lines = (line.partition("  ") for line in text.decode("utf-8", "replace").splitlines())
    return {name: sum for sum, _, name in lines}


def _sum(archive: ZipFile, name: str) -> str:
    sum = hashlib.sha256()
    with archive.open(name) as member:
        while chunk := member.read(CHUNK):
            sum.update(chunk)
    return sum.hexdigest()
