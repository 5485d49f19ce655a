"""The process dies at any step of an export or an erasure, starts again, and comes to the same end."""

import copy
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.effects import CLERK
from bot.message import File
from bot.ports import Job, Store, T
from bot.privacy import erase
from bot.privacy.clerk import Clerk
from storage.files import DiskFiles
from storage.opening import open_store
from tests.desk import Clock, Desk, FakeChat, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import CLIO, a_day, asked, engine


class Killed(BaseException):
    """As when the power goes: nothing catches it."""


class Mortal:
    """A store and files that go on until the `lives`-th step, which does not happen."""

    def __init__(self, store: Store, files: DiskFiles, lives: float) -> None:
        self.store, self.files, self.lives = store, files, lives

    def step(self) -> None:
        self.lives -= 1
        if self.lives < 0:
            raise Killed

    async def write(self, job: Job[T]) -> T:
        self.step()
        return await self.store.write(job)

    async def read(self, job: Job[T]) -> T:
        self.step()
        return await self.store.read(job)

    async def scrub(self) -> bool:
        self.step()
        return await self.store.scrub()

    async def keep(self, *args: Any, **how: Any) -> File:
        self.step()
        return await self.files.keep(*args, **how)

    def drop(self, shas: Sequence[str], since: int | None = None) -> Sequence[str]:
        self.step()
        return self.files.drop(shas, since)

    def path(self, file: File) -> Path:
        return self.files.path(file)

    def release(self, shas: Sequence[str]) -> None:
        self.files.release(shas)

    def moment(self) -> int:
        return self.files.moment()


@asynccontextmanager
async def running(folder: Path, clock: Clock, chat: FakeChat, lives: float) -> AsyncIterator[Desk]:
    store = open_store(f"sqlite:///{folder}/desk.db", clock.now)
    try:
        desk = Desk(store, clock)
        desk.chat = desk.chats["fake"] = chat
        mortal = Mortal(store, DiskFiles(folder / "files"), lives)
        desk.chats[CLERK] = Clerk(mortal, mortal, folder / "exports", desk.now, lambda: "random", patience=0)
        yield desk
    finally:
        await store.close()


def end_state(desk: Desk, folder: Path) -> dict[str, Any]:
    """All that matters: rows but for when they were done, files, and what people see."""
    rows = {key: json.loads(row) for key, row in everything(engine(desk)).items() if key[0] != "seen_events"}
    for (table, _), row in rows.items():
        if table == "requests":
            row["done_at"] = row["done_at"] is not None
            row["expires_at"] = row["expires_at"] is not None
            row["sha"], row["size"] = bool(row["sha"]), bool(row["size"])
        if table == "spots":
            row.pop("message")
    return {
        "rows": rows,
        "files": sorted(path.name for path in (folder / "files").glob("??/??/*") if path.stat().st_size < 100),
        "leftovers": [path.name for path in (folder / "exports").glob("*")],
        "shown": {room: [post.text.split(" [")[0] for post in posts] for room, posts in desk.chat.rooms.items()},
    }


async def to_the_end(folder: Path, clock: Clock, chat: FakeChat, lives: float) -> tuple[dict[str, Any], bool]:
    """Die after so many steps, start again, finish. Returns the end and whether it died at all."""
    died = False
    try:
        async with running(folder, clock, chat, lives) as desk:
            await settle(desk)
    except Killed:
        died = True
    async with running(folder, clock, chat, float("inf")) as desk:
        await desk.tick()
        await settle(desk)
        return end_state(desk, folder), died


@pytest.mark.parametrize("what", ["erasure", "export"])
async def test_it_comes_to_the_same_end_wherever_it_dies(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "CHUNK", 12)
    start, clock, chat = tmp_path / "start", Clock(), FakeChat()
    start.mkdir()
    async with running(start, clock, chat, float("inf")) as desk:
        await desk.set_up()
        await a_day(desk, DiskFiles(start / "files"))
        del desk.chats[CLERK]
        if what == "erasure":
            await desk.type(CLIO, "/mydata delete", private(CLIO))
            await desk.press(CLIO, "mydata.confirm", str(await asked(desk, CLIO)))
        else:
            await desk.type(CLIO, "/mydata export", private(CLIO))

    async def attempt(lives: float) -> tuple[dict[str, Any], bool]:
        folder = tmp_path / f"{lives}"
        shutil.copytree(start, folder)
        return await to_the_end(folder, copy.copy(clock), copy.deepcopy(chat), lives)

    expected, _ = await attempt(float("inf"))
    assert len([post for post in expected["shown"][f"@{CLIO.ref.id}"] if post.startswith("Your data")]) == 1
    assert expected["leftovers"] == []
    for lives in itertools.count():
        reached, died = await attempt(lives)
        assert reached == expected, f"killed at step {lives}"
        if not died:
            break
    assert lives > 10
