"""Files that are encrypted: read back whole and in part, and not at all once their key or a piece is gone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import Problem
from bot.message import File
from bot.privacy.exporting.disguise import ERASED
from storage.files import DiskFiles
from storage.sealed_files import PIECE, SEALED, TAG

SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7]
SECRET = b"my diary: Zwetschgenknoedel"


@pytest.fixture
def files(tmp_path: Path) -> DiskFiles:
    return DiskFiles(tmp_path / "files", limit=10 * PIECE, encrypted=True)


async def keep(files: DiskFiles, content: bytes, chunk: int = 1000) -> File:
    chunks = (content[start : start + chunk] for start in range(0, len(content), chunk))
    return await files.keep(chunks, "diary.txt", "text/plain")


def read(files: DiskFiles, file: File) -> bytes:
    with files.open(file) as source:
        return source.read()


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_kept_comes_back_whole(files: DiskFiles, size: int):
    content = os.urandom(size)
    file = await keep(files, content, 7000)
    assert file.size == size
    assert read(files, file) == content
    assert files.path(file).stat().st_size == size + TAG * max(1, -(-size // PIECE))


async def test_parts_of_it_come_back_too(files: DiskFiles):
    content = os.urandom(3 * PIECE + 7)
    file = await keep(files, content)
    with files.open(file) as source:
        for start, end in ((PIECE - 5, PIECE + 5), (0, 10), (3 * PIECE, 3 * PIECE + 7), (2 * PIECE, 3 * PIECE + 1)):
            source.seek(start)
            assert source.read(end - start) == content[start:end]
        source.seek(len(content))
        assert source.read() == b""
        assert source.seek(-7, os.SEEK_END) == 3 * PIECE


async def test_nothing_of_it_is_on_the_disk_and_two_of_the_same_do_not_look_the_same(files: DiskFiles):
    first, second = await keep(files, SECRET), await keep(files, SECRET)
    assert first.sha != second.sha
    assert first.key != second.key
    stored = b"".join(path.read_bytes() for path in files.folder.rglob("*") if path.is_file())
    assert SECRET[:8] not in stored
    assert bytes.fromhex(first.key) not in stored
    assert first.key not in repr(first)


async def test_it_is_still_found_by_the_hash_of_what_is_stored_and_limited_by_its_size(files: DiskFiles):
    file = await keep(files, SECRET)
    assert files.path(file).name == file.sha
    with pytest.raises(Problem, match="are not taken"):
        await keep(files, bytes(10 * PIECE + 1))


def cut(stored: bytes) -> bytes:
    return stored[:SEALED]


def swapped(stored: bytes) -> bytes:
    return stored[SEALED : 2 * SEALED] + stored[:SEALED] + stored[2 * SEALED :]


def changed(stored: bytes) -> bytes:
    return bytes([stored[0] ^ 1]) + stored[1:]


@pytest.mark.parametrize("damage", [cut, swapped, changed])
async def test_what_was_cut_moved_or_changed_is_not_read(files: DiskFiles, damage: Callable[[bytes], bytes]):
    file = await keep(files, os.urandom(2 * PIECE + 7))
    path = files.path(file)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FileNotFoundError):
        read(files, file)


@pytest.mark.parametrize("key", ["00" * 32, "abcd", ERASED], ids=["another", "none", "erased"])
async def test_without_its_key_it_is_gone(files: DiskFiles, key: str):
    file = await keep(files, SECRET)
    with pytest.raises(FileNotFoundError):
        read(files, File(file.sha, file.name, file.size, file.type, key))


async def test_files_from_before_are_read_as_they_are(files: DiskFiles, tmp_path: Path):
    old = await keep(DiskFiles(tmp_path / "files"), SECRET)
    assert old.key == ""
    assert read(files, old) == SECRET
