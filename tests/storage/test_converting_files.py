"""Files sent before encryption was turned on are encrypted with the rest, killed or not, and in clear again after."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.effects import Post
from bot.message import File
from bot.ports import UnitOfWork
from bot.privacy.model import Asked, Request, Stage
from bot.tickets.timeline import Kind
from storage import converting
from storage.converting import decrypt, encrypt
from storage.errors import CannotOpen
from storage.files import DiskFiles
from storage.opening import begun, open_store
from storage.settling import Encryption
from storage.store import SqlUnitOfWork
from tests.storage.build import ANA, BEN, T0, desk_in, entry, post, ticket_in
from tests.storage.conftest import Clock

BIG = 3 * 65536 + 7  # bytes: some pieces
CONTENTS = {"diary.txt": b"Zwetschgenknoedel " * 5, "photo.png": b"Himbeereis" * (BIG // 10), "empty.log": b""}
SHARED = "photo.png"  # Ben sent the same


def encryption(folder: Path) -> Encryption:
    return Encryption(b"m" * 32, folder / "desk.keys")


async def kept(files: DiskFiles, name: str, content: bytes) -> File:
    chunks = (content[at : at + 10_000] for at in range(0, len(content), 10_000))
    file = await files.keep(chunks, name, "application/octet-stream", checked=False)
    files.release([file.sha])
    return file


@pytest.fixture
async def folder(database_url: str, clock: Clock, tmp_path: Path) -> Path:
    """Files in messages of Ana and Ben, in an export, and in a post that waits; in clear."""
    folder = tmp_path / "files"
    files = DiskFiles(folder)
    sent = {name: await kept(files, name, content) for name, content in CONTENTS.items()}
    export, waiting = await kept(files, "mydata.zip", b"Apfelmus"), await kept(files, "posted.txt", b"Kirschsaft")

    def job(work: UnitOfWork) -> None:
        desk = desk_in(work)
        for who, some in ((ANA, tuple(sent.values())), (BEN, (sent[SHARED],))):
            ticket = ticket_in(work, desk.id, who)
            work.timeline.add(ticket, entry(ticket=ticket.id, about=who, author=who, files=some))
        request = work.privacy.open_request(Request(0, ANA, Asked.EXPORT, T0, Stage.DUE))
        work.privacy.save(request.to(Stage.DONE, file=export))
        work.outbox.post(post("message:1:agents", files=(waiting, sent[SHARED])), about=ANA)

    store = open_store(database_url, clock)
    await store.write(job)
    await store.close()
    return folder


def named(url: str, folder: Path, sealed: bool) -> dict[str, list[tuple[str, bytes]]]:
    """What each reads who opens the desk now: in Ana's ticket, in Ben's, in the export and in the post that waits."""
    store = open_store(url, Clock(), encryption(folder.parent) if sealed else None, "memory" if sealed else "disk")
    files = DiskFiles(folder, encrypted=sealed)

    def job(work: UnitOfWork) -> dict[str, list[File]]:
        found = {
            who.id: [f for e in work.timeline.page(t.id, frozenset({Kind.SAID}), 0, 9) for f in e.files]
            for who in (ANA, BEN)
            for t in work.tickets.of(who, 0, 9)
        }
        [request] = work.privacy.requests_of(ANA)
        [pending] = work.outbox.due(T0.replace(year=2030), 9, ["chat"])
        assert request.file is not None
        assert isinstance(pending.effect, Post)
        return found | {"export": [request.file], "post": list(pending.effect.message.files)}

    with begun(store.engine) as connection:
        found = job(SqlUnitOfWork(connection, T0))
    store.abandon()
    assert {bool(file.key) for some in found.values() for file in some} == {sealed}

    def content(file: File) -> bytes:
        with files.open(file) as source:
            return source.read()

    return {what: [(file.name, content(file)) for file in some] for what, some in found.items()}


EXPECTED = {
    "ana": list(CONTENTS.items()),
    "ben": [(SHARED, CONTENTS[SHARED])],
    "export": [("mydata-1.zip", b"Apfelmus")],
    "post": [("posted.txt", b"Kirschsaft"), (SHARED, CONTENTS[SHARED])],
}
SECRETS = (b"Zwetschgenknoedel", b"Himbeereis", b"Apfelmus", b"Kirschsaft")
MANY = 5  # files there are


def stored(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def test_files_are_encrypted_with_the_rest_and_in_clear_again(
    database_url: str, clock: Clock, tmp_path: Path, folder: Path
) -> None:
    before = stored(folder)
    assert encrypt(database_url, clock, encryption(tmp_path), folder) > MANY
    assert named(database_url, folder, sealed=True) == EXPECTED
    assert len(stored(folder)) == MANY
    assert [word for word in SECRETS if word in b"".join(stored(folder))] == []

    assert decrypt(database_url, clock, encryption(tmp_path), folder) > MANY
    assert named(database_url, folder, sealed=False) == EXPECTED
    assert stored(folder) == before


class Killed(BaseException):
    pass


def dying(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Whoever converts dies at the nth step of all that change something; how many there were."""
    steps = 0

    def counted(method: Callable[..., object], *, after: bool) -> Callable[..., object]:
        def called(*given: object, **more: object) -> object:
            nonlocal steps
            steps += 1
            if steps == at and not after:
                raise Killed
            result = method(*given, **more)
            if steps == at:
                raise Killed
            return result

        return called

    monkeypatch.setattr(DiskFiles, "store", counted(DiskFiles.store, after=True))
    monkeypatch.setattr(DiskFiles, "drop", counted(DiskFiles.drop, after=False))
    monkeypatch.setattr(DiskFiles, "release", counted(DiskFiles.release, after=False))
    monkeypatch.setattr(converting, "_wipe", counted(converting._wipe, after=False))
    return lambda: steps


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_at_any_step_it_goes_on_and_comes_to_the_same_end(
    database_url: str, clock: Clock, tmp_path: Path, folder: Path
) -> None:
    before = stored(folder)
    for turn, end in ((encrypt, True), (decrypt, False)):
        at = 0
        while True:
            at += 1
            with pytest.MonkeyPatch.context() as patch:
                steps = dying(patch, at)
                try:
                    turn(database_url, clock, encryption(tmp_path), folder)
                except Killed:
                    with pytest.raises(CannotOpen, match="only partly encrypted"):
                        open_store(database_url, clock, encryption(tmp_path), "memory")
                    continue
            break
        assert at > 5, steps()
        assert named(database_url, folder, sealed=end) == EXPECTED
        assert len(stored(folder)) == MANY
        assert [word for word in SECRETS if word in b"".join(stored(folder))] == ([] if end else list(SECRETS))
    assert stored(folder) == before


def test_a_file_that_is_gone_stops_nobody(database_url: str, clock: Clock, tmp_path: Path, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.read_bytes() == CONTENTS["diary.txt"]:
            path.unlink()
    encrypt(database_url, clock, encryption(tmp_path), folder)
    assert len(stored(folder)) == MANY - 1
    assert [word for word in SECRETS if word in b"".join(stored(folder))] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_large_file_takes_no_more_memory_than_a_small_one(
    database_url: str, clock: Clock, tmp_path: Path
) -> None:
    files = DiskFiles(tmp_path / "files", limit=100_000_000)
    large = await kept(files, "film.bin", bytes(30_000_000))
    sealed = DiskFiles(tmp_path / "files", encrypted=True)
    tracemalloc.start()
    with files.open(large) as content:
        sealed.store(content, large)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
