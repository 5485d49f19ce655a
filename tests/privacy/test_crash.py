"""The process dies at any step of an export or an erasure, starts again, and comes to the same end."""

import copy
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from bot.effects import CLERK
from bot.message import File
from bot.ports import Job, Store, T
from bot.privacy.clerk import Clerk
from bot.privacy.erasing import erase
from storage.files import DiskFiles
from storage.opening import open_store
from storage.rows import Base
from storage.tombstones import open_tombstones
from tests.desk import Clock, Desk, FakeChat, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import NOTARY, settle
from tests.privacy.test_erasure import CLIO, a_day, asked, engine


@pytest.fixture(autouse=True)
def no_small_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are made between two steps, when the files are being copied here: a copy would be of no moment that was."""
    monkeypatch.setattr("storage.sqlite.FEW_COMMITS", 1_000_000)


class Witness:
    """A store and files that note before every step how things stand: what a process that dies there leaves behind."""

    def __init__(self, store: Store, files: DiskFiles, note: Callable[[], None]) -> None:
        self.store, self.files, self.note = store, files, note

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        self.note()
        return await self.store.write(job)

    async def read(self, job: Job[T]) -> T:
        self.note()
        return await self.store.read(job)

    async def scrub(self) -> bool:
        self.note()
        return await self.store.scrub()

    @property
    def waiting(self) -> int:
        return self.store.waiting

    @property
    def pressed(self) -> bool:
        return self.store.pressed

    async def keep(self, *args: Any, **how: Any) -> File:
        self.note()
        return await self.files.keep(*args, **how)

    def drop(self, shas: Sequence[str], since: int | None = None) -> Sequence[str]:
        self.note()
        return self.files.drop(shas, since)

    def path(self, file: File) -> Path:
        return self.files.path(file)

    def open(self, file: File) -> BinaryIO:
        return self.files.open(file)

    def release(self, shas: Sequence[str]) -> None:
        self.files.release(shas)

    def moment(self) -> int:
        return self.files.moment()


@dataclass
class World:
    """What outlives a process: its folder, the time, and what people see on the platform."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    chat: FakeChat = field(default_factory=FakeChat)

    def copy(self, folder: Path) -> "World":
        folder.mkdir()
        with closing(sqlite3.connect(self.folder / "desk.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(folder / "desk.db"),))
        with closing(sqlite3.connect(self.folder / "tombstones.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(folder / "tombstones.db"),))
        for name in ("files", "exports"):
            if (self.folder / name).exists():
                shutil.copytree(self.folder / name, folder / name)
        return World(folder, copy.copy(self.clock), copy.deepcopy(self.chat))

    def looks(self) -> str:
        """The same for two worlds in which nothing differs."""
        with closing(sqlite3.connect(self.folder / "desk.db")) as connection:
            rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in Base.metadata.tables]  # noqa: S608
        with closing(sqlite3.connect(self.folder / "tombstones.db")) as connection:
            rows.append(connection.execute("SELECT seq, state FROM tombstones").fetchall())
        there = sorted(str(path.relative_to(self.folder)) for path in self.folder.glob("*s/**/*"))
        return repr((rows, there, self.chat.rooms))

    @asynccontextmanager
    async def desk(self, note: Callable[[], None] = lambda: None) -> AsyncIterator[Desk]:
        store = open_store(f"sqlite:///{self.folder}/desk.db", self.clock.now)
        tombs = open_tombstones(f"sqlite:///{self.folder}/tombstones.db", b"k" * 32)
        try:
            desk = Desk(store, self.clock)
            desk.chat = desk.chats["fake"] = self.chat
            witness = Witness(store, DiskFiles(self.folder / "files"), note)
            desk.chats[CLERK] = Clerk(
                witness, witness, tombs, NOTARY, self.folder / "exports", desk.now, lambda: "random", patience=0
            )
            desk.app.gate = tombs.gate
            yield desk
        finally:
            tombs.close()
            await store.close()


@dataclass
class Album:
    """Every state of a world that a crash may leave, once."""

    world: World
    folder: Path
    states: list[World] = field(default_factory=list)
    last: str = ""

    def note(self) -> None:
        if (looks := self.world.looks()) != self.last:
            self.last = looks
            self.states.append(self.world.copy(self.folder / f"state{len(self.states)}"))


def end_state(desk: Desk, folder: Path) -> dict[str, Any]:
    """All that matters: rows but for when they were done, files, and what people see. What was done twice is
    twice in the audit log, too: there it only counts that it is in it."""
    found = {key: json.loads(row) for key, row in everything(engine(desk)).items()}
    rows = {key: row for key, row in found.items() if key[0] not in ("seen_events", "audit_head", "audit_keys")}
    ends = {(row["deed"], row["reason"]) for key, row in rows.items() if key[0] == "audit_log"}
    rows = {key: row for key, row in rows.items() if key[0] != "audit_log"}
    for (table, _), row in rows.items():
        if table == "requests":
            row["done_at"] = row["done_at"] is not None
            row["expires_at"] = row["expires_at"] is not None
            row["sha"], row["size"] = bool(row["sha"]), bool(row["size"])
        if table == "spots":
            row.pop("message")
        if table == "erasure_steps":  # whoever starts again begins steps again
            for name in ("attempts", "fence", "begun_at", "done_at"):
                row.pop(name)
    return {
        "rows": rows,
        "audit": ends,
        "files": sorted(path.name for path in (folder / "files").glob("??/??/*") if path.stat().st_size < 100),
        "leftovers": [path.name for path in (folder / "exports").glob("*")],
        "shown": {room: [post.text.split(" [")[0] for post in posts] for room, posts in desk.chat.rooms.items()},
    }


def difference(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for part in one:
        if part != "rows" and one[part] != other[part]:
            yield part, (one[part], other[part])
    for key in one["rows"].keys() | other["rows"].keys():
        if one["rows"].get(key) != other["rows"].get(key):
            yield key, (one["rows"].get(key), other["rows"].get(key))


@pytest.mark.parametrize("what", ["erasure", "export"])
async def test_it_comes_to_the_same_end_wherever_it_dies(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "CHUNK", 8)
    monkeypatch.setattr(erase, "POSTS", 8)
    world = World(tmp_path / "world")
    world.folder.mkdir()
    album = Album(world, tmp_path)
    async with world.desk(album.note) as desk:
        await desk.set_up()
        await a_day(desk, DiskFiles(world.folder / "files"))
        await desk.type(CLIO, f"/mydata {'delete' if what == 'erasure' else 'export'}", private(CLIO))
        if what == "erasure":
            await desk.press(CLIO, "mydata.confirm", str(await asked(desk, CLIO)))
        await settle(desk)
        expected = end_state(desk, world.folder)

    assert len([post for post in expected["shown"][f"@{CLIO.ref.id}"] if post.startswith("Your data")]) == 1
    assert expected["leftovers"] == []
    assert len(album.states) >= {"erasure": 12, "export": 3}[what]
    for state in album.states:
        async with state.desk() as survivor:
            await survivor.tick()
            await settle(survivor)
            differs = dict(difference(end_state(survivor, state.folder), expected))
            assert differs == {}, state.folder.name
