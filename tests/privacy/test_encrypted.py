"""A desk whose words are encrypted: everything works as without, and what is erased is erased in every copy."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot.message import File
from bot.ports import Say
from bot.privacy.erasing.erase import sweep
from bot.privacy.exporting.disguise import ERASED
from bot.privacy.model import Asked
from bot.tickets.timeline import Kind
from storage.backup import backup
from storage.files import DiskFiles
from storage.opening import open_store, sqlite_path
from storage.store import SqlStore
from tests.desk import ANA, BEN, SAM, Clock, Desk, agents_thread, private
from tests.privacy.conftest import settle
from tests.privacy.test_correct import RIGHT, WRONG, correct
from tests.privacy.test_erasure import erase, keep
from tests.privacy.test_mydata import exports
from tests.privacy.test_retention import purge
from tests.storage.sealed import encryption, stored

SAID, NOTE, REPLY, CHANGED = "Holunderbluetensaft", "Pastinakensuppe", "Mirabellenkompott", "Quittenbrot"

DRAWN = "Apfelstrudel"
PICTURE = f"a picture of an {DRAWN}".encode()


@pytest.fixture
async def bare(database_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    store = open_store(database_url, clock.now, encryption(tmp_path), "memory")
    yield Desk(store, clock)
    await store.close()


@pytest.fixture
def files(tmp_path: Path) -> DiskFiles:
    return DiskFiles(tmp_path / "files", encrypted=True)


async def a_day(desk: Desk, files: DiskFiles) -> None:
    """Ana writes, with a file, is answered, noted about, and changes her mind; Ben writes, too."""
    await desk.say(ANA, f"my {SAID} is on fire", files=(await keep(files, PICTURE),))
    await desk.type(SAM, "/ticket claim 1")
    await desk.say(SAM, f"Ana always says {NOTE}", agents_thread(1))
    await desk.type(SAM, f"/ticket reply 1 try {REPLY}, Ana")
    await desk.say(ANA, "it is")
    await desk.edit(ANA, desk.last, f"it is {CHANGED}", private(ANA))
    await desk.say(BEN, "my printer, too")
    await settle(desk)


def on_disk(database_url: str, folder: Path) -> str:
    """All a thief gets: every file, and what the database says."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".zip")
    return "".join([*(path.read_bytes().decode(errors="replace") for path in files), *map(str, stored(database_url))])


async def test_a_ticket_goes_its_way_and_no_word_of_it_is_on_the_disk(
    office: Desk, files: DiskFiles, database_url: str, tmp_path: Path
) -> None:
    await a_day(office, files)
    there = on_disk(database_url, tmp_path)
    assert [word for word in (SAID, NOTE, REPLY, CHANGED, "printer", DRAWN) if word in there] == []
    assert f"my {SAID} is on fire" in office.card(1)
    assert any(f"it is {CHANGED}" in post for post in office.agents_room(1))
    assert any(f"try {REPLY}" in post for post in office.private(ANA))
    history = await office.type(SAM, "/ticket history 1")
    assert all(word in history for word in (SAID, NOTE, REPLY, CHANGED))
    assert SAID in await office.type(SAM, f"/ticket search {SAID.lower()}")
    assert await office.type(ANA, f"/ticket search {NOTE}", private(ANA)) == f"Nothing found for “{NOTE}”."
    assert SAID in await office.type(SAM, "/ticket list")


async def test_what_is_held_is_shown_exported_and_corrected(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    assert "messages and events in tickets: 3" in await office.type(ANA, "/mydata view", private(ANA))
    await office.say(ANA, f"and the {WRONG}")
    assert (await correct(office)).startswith("Corrected in 1 message")
    assert RIGHT in await office.type(SAM, "/ticket history 1")
    await office.type(ANA, "/mydata export", private(ANA))
    await settle(office)
    assert exports(office, ANA)
    [request] = await office.store.read(lambda work: work.privacy.requests_of(ANA.ref, Asked.EXPORT))
    assert request.file is not None
    assert request.file.key
    content = "".join(_members(files, request.file))
    assert all(word in content for word in (SAID, NOTE, REPLY, CHANGED, RIGHT, DRAWN))
    assert WRONG not in content
    assert request.file.key not in content


def _members(files: DiskFiles, file: File) -> list[str]:
    with files.open(file) as stored, ZipFile(stored) as archive:
        return [archive.read(name).decode(errors="replace") for name in archive.namelist()]


async def test_T40_what_is_erased_is_erased_in_every_copy_there_is(
    office: Desk, files: DiskFiles, database_url: str, clock: Clock, tmp_path: Path
) -> None:
    await a_day(office, files)
    assert isinstance(office.store, SqlStore)
    keys = office.store.sealing.vault.keys  # type: ignore[union-attr]
    path, copy = sqlite_path(database_url), tmp_path / "copy.db"
    if path is not None:
        backup(database_url, copy, clock.now())
        shutil.copytree(files.folder, tmp_path / "elsewhere" / "files")
    assert keys.of(str(ANA.ref)) is not None
    await erase(office, ANA)
    assert keys.of(str(ANA.ref)) is None
    assert keys.of(str(BEN.ref)) is not None
    history = await office.type(SAM, "/ticket history 1")
    assert f"try {REPLY}, {ERASED}" in history  # what Sam wrote is his, under a key that leads to nobody
    assert SAID not in history
    if path is not None:
        await _nothing_in(copy, clock, tmp_path)


async def _nothing_in(copy: Path, clock: Clock, folder: Path) -> None:
    """A copy from before, opened with the keys there are now."""
    elsewhere = folder / "elsewhere"
    shutil.copy(copy, elsewhere / "desk.db")
    shutil.copy(folder / "desk.keys", elsewhere / "desk.keys")
    store = open_store(f"sqlite:///{elsewhere}/desk.db", clock.now, encryption(elsewhere), "memory")
    restored = Desk(store, clock)
    restored.count = 1000  # the copy has seen the first events
    history = await restored.type(SAM, "/ticket history 1")
    assert ERASED in history
    assert [word for word in (SAID, NOTE, REPLY, CHANGED) if word in history] == []
    assert "my printer, too" in await restored.type(SAM, "/ticket history 2")
    ticket = await restored.ticket(1)
    said = await store.read(lambda work: work.timeline.page(ticket.id, frozenset(Kind), 0, 99))
    [picture] = [file for entry in said for file in entry.files]
    copied = DiskFiles(elsewhere / "files", encrypted=True)
    assert copied.path(picture).exists()
    with pytest.raises(FileNotFoundError):
        copied.open(picture)
    await store.close()


async def test_whoever_comes_back_has_another_key(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    keys = office.store.sealing.vault.keys  # type: ignore[attr-defined]
    before = keys.of(str(ANA.ref))
    await erase(office, ANA)
    await office.say(ANA, "hello again")
    await settle(office)
    assert keys.of(str(ANA.ref)) not in (None, before)
    assert isinstance(office.reply, Say) or office.reply is None
    assert "hello again" in await office.type(SAM, "/ticket list")


async def test_whoever_is_back_before_the_receipt_is_put_away_keeps_the_new_key(
    office: Desk, files: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step forgets where the receipt went. It must not take the words they wrote meanwhile."""
    await a_day(office, files)
    swept: list[tuple[Any, ...]] = []

    async def sweep_later(*given: Any) -> None:
        swept.append(given)

    with monkeypatch.context() as patch:
        patch.setattr("bot.privacy.clerk.sweep", sweep_later)
        await erase(office, ANA)
    await office.say(ANA, "hello again")
    await settle(office)
    [given] = swept
    await sweep(*given)
    assert "hello again" in await office.type(SAM, "/ticket list")


async def test_a_profile_that_is_past_its_period_takes_the_key_along(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    keys = office.store.sealing.vault.keys  # type: ignore[attr-defined]
    await office.type(SAM, "/ticket close 1")
    await settle(office)
    office.later(days=181)
    await purge(office)
    await purge(office)
    assert keys.of(str(ANA.ref)) is None
    assert keys.of(str(BEN.ref)) is not None  # his ticket is open


async def test_what_is_past_its_period_goes(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await office.type(SAM, "/ticket close 1")
    await settle(office)
    office.later(days=181)
    assert await purge(office) > 0
    history = await office.type(SAM, "/ticket history 1")
    assert [word for word in (SAID, NOTE, REPLY, CHANGED, ERASED) if word in history] == []
    assert "my printer, too" in await office.type(SAM, "/ticket history 2")
