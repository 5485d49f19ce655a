"""One person's ten thousand messages of a million: their export, their erasure, and what everyone else feels of it."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.big import HEAVY
from benchmarks.rates import percentile, steady
from benchmarks.scene import Scene, a_scene, customers, now
from bot.effects import CLERK, Direct, Effect
from bot.inbound import Actor, ButtonPressed, CommandInvoked, Place
from bot.message import UserRef
from bot.ports import Say, Spot
from bot.privacy.clerk import Clerk
from bot.process.running import new_id
from storage.files import DiskFiles
from storage.notary import open_notary
from storage.tombstones import open_tombstones

OTHERS = 100  # messages a second from other people meanwhile
PERSON = Actor(UserRef.parse(HEAVY), "Heavy")
PRIVATE = Place("null", "w", "@heavy", direct=True)


@dataclass(frozen=True, slots=True)
class Done:
    """Seconds until the person had it, and the 99th percentile of others' waits meanwhile (ms)."""

    seconds: float
    p99: float


async def measure(database: Path) -> tuple[Done, Done]:
    """Export, then erasure. The database is used up."""
    folder = database.parent
    async with a_scene(f"sqlite:///{database}") as scene:
        files = DiskFiles(folder / "files")
        tombs = open_tombstones(f"sqlite:///{folder}/tombstones.db", b"k" * 32)
        notary = open_notary(folder / "export-key.pem")
        clerk = Clerk(scene.store, files, tombs, notary, folder / "exports", now, new_id, posted=scene.courier.posted)
        scene.courier.chats = {**scene.courier.chats, CLERK: clerk}
        await scene.open_tickets(customers(64))
        await scene.courier.settle()
        export = await _until_told(scene, CommandInvoked("export", PERSON, PRIVATE, "mydata export"))
        preview = await scene.app.handle(CommandInvoked("delete", PERSON, PRIVATE, "mydata delete"))
        assert isinstance(preview, Say)
        button = preview.message.buttons[-1]
        erasure = await _until_told(scene, ButtonPressed("confirm", PERSON, PRIVATE, button.action, button.arg))
        return export, erasure


async def _until_told(scene: Scene, event: Any) -> Done:
    """Until the person gets a private message, with others writing all the while."""
    told = asyncio.Event()
    deliver = scene.chat.deliver

    async def listen(effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if isinstance(effect, Direct) and effect.user == PERSON.ref:
            told.set()
        return await deliver(effect, at, token)

    scene.chat.deliver = listen  # type: ignore[method-assign]
    others = asyncio.create_task(_others(scene, told))
    start = time.perf_counter()
    await scene.app.handle(event)
    await asyncio.wait_for(told.wait(), 300)
    seconds = time.perf_counter() - start
    scene.chat.deliver = deliver  # type: ignore[method-assign]
    return Done(seconds, percentile(await others, 99))


async def _others(scene: Scene, told: asyncio.Event) -> list[float]:
    waits: list[float] = []
    while not told.is_set():
        waits += await steady(scene, OTHERS, 0.5)
    return waits
