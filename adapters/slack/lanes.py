"""Order and single-handedness for what comes in at the same time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager


class Lanes:
    """What is in one lane goes one after the other, in the order it came."""

    def __init__(self) -> None:
        self.locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}
        self.working: dict[str, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def lane(self, name: Hashable) -> AsyncIterator[None]:
        lock, waiting = self.locks.get(name, (asyncio.Lock(), 0))
        self.locks[name] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self.locks.pop(name)
            if waiting > 1:
                self.locks[name] = (lock, waiting - 1)

    async def once(self, id: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do it, or wait for whoever is doing it already. It goes on if the one who waits goes away."""
        task = self.working.get(id)
        if task is None:
            task = asyncio.ensure_future(work())
            self.working[id] = task
            task.add_done_callback(lambda done: self._forget(id, done))
        await asyncio.shield(task)

    def _forget(self, id: str, done: asyncio.Task[None]) -> None:
        del self.working[id]
        if not done.cancelled():
            done.exception()  # whoever waited has seen it; if nobody did, Slack delivers again
