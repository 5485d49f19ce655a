"""Files: whole or not there, once for the same content, and never deleted between being kept and being referred to."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Problem
from bot.message import File
from bot.ports import UnitOfWork
from storage.filenames import LONGEST, LONGEST_BYTES, safe_name
from storage.files import PIN_SECONDS, DiskFiles
from storage.store import SqlStore
from tests.storage.build import ANA, PICTURE, desk_in, entry, post, ticket_in

NOW = timedelta(0)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def files(tmp_path: Path, seconds: Seconds) -> DiskFiles:
    return DiskFiles(tmp_path / "deep" / "files", limit=1000, refused=("exe", "bat"), clock=seconds)


async def keep(files: DiskFiles, content: bytes, name: str = "a.txt", type: str = "text/plain") -> File:
    return await files.keep(iter([content]), name, type)


def on_disk(files: DiskFiles) -> list[str]:
    return sorted(path.name for path in files.folder.rglob("*") if path.is_file())


async def nobody_refers(shas: Sequence[str]) -> Sequence[str]:
    return ()


async def everybody_refers(shas: Sequence[str]) -> Sequence[str]:
    return shas


async def test_a_file_comes_back_byte_for_byte(files: DiskFiles):
    async def chunks() -> AsyncIterator[bytes]:
        yield b"printer "
        yield b""
        yield b"log"

    kept = await files.keep(chunks(), "printer.log", "text/plain; charset=utf-8")
    assert kept == File(hashlib.sha256(b"printer log").hexdigest(), "printer.log", 11, "text/plain")
    assert files.path(kept).read_bytes() == b"printer log"
    assert files.path(kept).stat().st_mode & 0o777 == 0o600
    assert files.path(kept).parent.relative_to(files.folder) == Path(kept.sha[:2], kept.sha[2:4])


async def test_an_empty_file_is_a_file(files: DiskFiles):
    kept = await files.keep(iter([]), "empty", "")
    assert (kept.size, kept.type, files.path(kept).read_bytes()) == (0, "application/octet-stream", b"")


async def test_the_same_content_is_there_once_whatever_it_is_called(files: DiskFiles):
    one, two = await asyncio.gather(keep(files, b"x", "one.txt"), keep(files, b"x", "two.txt"))
    assert (one.name, two.name) == ("one.txt", "two.txt")
    assert on_disk(files) == [one.sha] == [two.sha]


async def test_what_is_too_large_is_refused_and_leaves_nothing(files: DiskFiles):
    await files.keep(iter([b"x" * 600, b"x" * 400]), "fits", "")
    with pytest.raises(Problem, match=r"larger than 0\.001 MB"):
        await files.keep(iter([b"y" * 600, b"y" * 401]), "too large", "")
    assert len(on_disk(files)) == 1


async def test_files_of_our_own_making_may_be_larger(files: DiskFiles):
    kept = await files.keep(iter([b"x" * 5000]), "mydata-1.zip", "application/zip", checked=False)
    assert kept.size == 5000


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("virus.exe", "text/plain"),
        ("invoice.pdf.EXE", "application/pdf"),
        ("virus.exe. .", ""),
        ("virus.e\u202exe", ""),
        ("innocent.txt", "application/x-msdownload; x=y"),
        ("run.bat", "text/plain"),
    ],
)
async def test_programs_are_refused_with_the_reason(files: DiskFiles, name: str, type: str):
    with pytest.raises(Problem, match=r"Files ending in \.(exe|bat) are not taken, because they may do harm"):
        await keep(files, b"x", name, type)
    assert on_disk(files) == []


async def test_a_file_that_breaks_off_leaves_nothing(files: DiskFiles):
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("the platform went away")

    with pytest.raises(ConnectionError):
        await files.keep(broken(), "a", "")
    assert on_disk(files) == []


async def test_a_caller_who_goes_away_leaves_nothing(files: DiskFiles):
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"half"
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(files.keep(endless(), "a", ""))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert on_disk(files) == []


async def test_a_reader_that_blocks_does_not_stop_the_others(files: DiskFiles):
    def slow() -> Iterator[bytes]:
        time.sleep(0.2)
        yield b"x"

    keeping = asyncio.create_task(files.keep(slow(), "a", ""))
    for _ in range(5):
        start = time.perf_counter()
        await asyncio.sleep(0.01)
        assert time.perf_counter() - start < 0.15
    await keeping


async def test_a_file_is_not_deleted_before_the_commit_that_refers_to_it(files: DiskFiles):
    kept = await keep(files, b"x")
    assert files.drop([kept.sha]) == [kept.sha]
    assert await files.sweep(nobody_refers, NOW) == 0
    assert on_disk(files) == [kept.sha]
    files.release([kept.sha])
    assert files.drop([kept.sha]) == []
    assert on_disk(files) == []


async def test_two_who_keep_the_same_content_each_hold_it(files: DiskFiles):
    kept = await keep(files, b"x")
    await keep(files, b"x")
    files.release([kept.sha])
    assert files.drop([kept.sha]) == [kept.sha]
    files.release([kept.sha, kept.sha, "f" * 64])
    assert files.drop([kept.sha]) == []


async def test_a_pin_nobody_takes_away_ends_by_itself(files: DiskFiles, seconds: Seconds):
    kept = await keep(files, b"x")
    seconds.now += PIN_SECONDS - 1
    assert await files.sweep(nobody_refers, NOW) == 0
    seconds.now += 2
    assert await files.sweep(nobody_refers, NOW) == 1
    assert on_disk(files) == []
    assert not files.path(kept).exists()


async def test_what_is_kept_again_while_its_deletion_is_decided_stays(files: DiskFiles):
    """Between asking who refers to it and deleting it, somebody sends the same file and their message is stored."""
    kept = await keep(files, b"x")
    files.release([kept.sha])

    async def sent_again_meanwhile(shas: Sequence[str]) -> Sequence[str]:
        await keep(files, b"x")
        files.release([kept.sha])
        return ()

    assert await files.sweep(sent_again_meanwhile, NOW) == 0
    assert on_disk(files) == [kept.sha]


async def test_a_sweep_takes_what_is_old_and_nobodys(files: DiskFiles):
    young, old = await keep(files, b"young"), await keep(files, b"old")
    files.release([young.sha, old.sha])
    half_written, being_written = files.folder / "new" / "1", files.folder / "new" / "2"
    for path in (half_written, being_written):
        path.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86400
    for path in (files.path(old), half_written):
        os.utime(path, (two_days_ago, two_days_ago))
    assert await files.sweep(everybody_refers, timedelta(days=1)) == 0
    assert await files.sweep(nobody_refers, timedelta(days=1)) == 1
    assert on_disk(files) == sorted([young.sha, "2"])


def test_a_hash_that_is_none_leads_nowhere(files: DiskFiles):
    for sha in ("", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"):
        with pytest.raises(ValueError, match="not a hash"):
            files.path(File(sha, "a", 1, "b/c"))
        with pytest.raises(ValueError, match="not a hash"):
            files.drop([sha])


async def test_the_store_knows_which_files_something_refers_to(store: SqlStore):
    shas = {name: letter * 64 for name, letter in zip(("said", "waiting", "other"), "abc", strict=True)}

    def fill(work: UnitOfWork) -> None:
        opened = ticket_in(work, desk_in(work).id)
        work.timeline.add(opened, entry(files=(PICTURE,)))
        waiting = File(shas["waiting"], "b.txt", 1, "text/plain")
        work.outbox.post(post("message:1:agents", text="see here", files=(waiting,)), about=ANA)

    await store.write(fill)
    found = await store.read(lambda work: work.referenced([shas["said"], shas["waiting"], shas["other"]]))
    assert found == {shas["said"], shas["waiting"]}
    assert await store.read(lambda work: work.referenced([])) == frozenset()


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Bericht für Größe.pdf", "Bericht für Größe.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\a.txt", "a.txt"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("gpj.\u202egnp.exe", "gpj.gnp.exe"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.txt", "console.txt"),
        ("what?<>|.txt.", "what____.txt"),
        ("  spaced   out .txt ", "spaced out.txt"),
        ("\ud800.txt", "txt"),
        ("x" * 300 + ".tar.gz", "x" * 97 + ".gz"),
        ("x." + "y" * 300, "x." + "y" * 98),
    ],
)
def test_names_are_made_safe(given: str, safe: str):
    assert safe_name(given) == safe


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=400))
def test_no_name_does_harm(name: str):
    safe = safe_name(name)
    assert 0 < len(safe) <= LONGEST
    assert len(safe.encode()) <= LONGEST_BYTES
    assert safe.isprintable()
    assert not set(safe) & set('/\\<>:"|?*')
    assert safe[0] not in ". "
    assert safe[-1] not in ". "
    assert safe_name(safe) == safe
