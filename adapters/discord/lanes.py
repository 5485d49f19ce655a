"""What happens in one conversation is handled in its order, one after the other; conversations side by side.

A job that fails is tried again before anything later of its conversation, so what was handled is always everything
up to some message: that is what a watermark says. While the gate is closed jobs are only collected, so that what was
missed can be put in front of them.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from bot.errors import Busy

Job = Callable[[], Awaitable[None]]
log = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0  # seconds between two tries
TRIES = 20  # of a job that fails by a bug of ours, some minutes; one that finds us busy is tried for ever


class Lanes:
    def __init__(self) -> None:
        self.waiting: dict[str, deque[Job]] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.open = False

    def put(self, lane: str, job: Job, *, first: bool = False) -> None:
        jobs = self.waiting.setdefault(lane, deque())
        (jobs.appendleft if first else jobs.append)(job)
        self._start(lane)

    def close_gate(self) -> None:
        self.open = False

    def open_gate(self) -> None:
        self.open = True
        for lane in list(self.waiting):
            self._start(lane)

    @property
    def busy(self) -> bool:
        """Whether anything waits or is being handled."""
        return bool(self.running or self.waiting)

    async def idle(self) -> None:
        """Wait until all is handled."""
        while self.running:
            await asyncio.wait(list(self.running.values()))

    async def stop(self) -> None:
        self.open = False
        for task in list(self.running.values()):
            task.cancel()
        await asyncio.gather(*self.running.values(), return_exceptions=True)

    def _start(self, lane: str) -> None:
        if self.open and lane not in self.running and self.waiting.get(lane):
            task = self.running[lane] = asyncio.create_task(self._run(lane))
            task.add_done_callback(lambda _: self._ended(lane))

    def _ended(self, lane: str) -> None:
        del self.running[lane]
        if self.waiting.get(lane):
            self._start(lane)
        else:
            self.waiting.pop(lane, None)

    async def _run(self, lane: str) -> None:
        jobs = self.waiting[lane]
        while jobs and self.open:
            await self._done(jobs.popleft())

    async def _done(self, job: Job) -> None:
        tries = 0
        while True:
            try:
                return await job()
            except Busy:
                pass
            except Exception:
                tries += 1
                log.exception("an event could not be handled", extra={"tries": tries})
                if tries >= TRIES:
                    return None
            await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2**tries))
