"""A desk that is watched, and what its operator sees of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import Settings
from bot.desks.model import Desk, Member, Rank
from bot.desks.model import Settings as DeskSettings
from bot.inbound import Event
from bot.ops.watch import Watch
from bot.ports import Handle, Reply, UnitOfWork
from bot.process.running import Running, desk_running
from tests.desk import AGENTS, HELP, SAM, FakeChat
from tests.network import free_port


class Platform(FakeChat):
    """What a person does there comes in by `bring`. `there` says whether it is connected."""

    there = True

    async def run(self, handle: Handle) -> None:
        self.handle = handle
        await asyncio.Event().wait()

    async def bring(self, event: Event) -> Reply:
        return await self.handle(event)

    async def is_connected(self) -> bool:
        return self.there


@dataclass
class Watched:
    running: Running
    chat: Platform
    watch: Watch

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and content."""
        url = f"http://127.0.0.1:{self.watch.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    async def wrong(self) -> dict[str, str]:
        """What `/healthz` says; its status must say the same."""
        status, told = await self.get("/healthz")
        assert (status == 200) == (not told["wrong"])
        return dict(told["wrong"])

    async def figures(self) -> dict[str, float]:
        """Every sample, by its name and labels as written."""
        _, text = await self.get("/metrics")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def set_up(work: UnitOfWork) -> None:
    work.desks.save(Desk(0, "support", AGENTS, DeskSettings()), [HELP], [Member(str(SAM.ref), Rank.AGENT)])


@asynccontextmanager
async def watched(folder: Path, every: float = 0.02, **settings: Any) -> AsyncIterator[Watched]:
    chat = Platform()
    chosen = Settings.model_validate({"data_dir": folder, "ops_port": free_port()} | settings)
    watch, stop = Watch(chosen, every=every), asyncio.Event()
    maker = partial(lambda chat, running: chat, chat)
    async with desk_running(chosen, [maker], observers=watch.observers) as running, watch.over(running):
        await running.store.write(set_up)
        serving = asyncio.create_task(running.serve(stop))
        await until(lambda: hasattr(chat, "handle"))
        yield Watched(running, chat, watch)
        stop.set()
        await serving


async def until(check: Callable[[], Any], seconds: float = 20) -> None:
    """Until it is true; it may be a coroutine's business. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            found = check()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)
