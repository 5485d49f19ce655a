"""Time as the fake sees it: running with the wall clock or standing still, and moved at will by `advance`."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable


class Timer:
    """A call due at a moment of the virtual clock (seconds since the epoch)."""

    def __init__(self, due: float, call: Callable[[], object]) -> None:
        self.due = due
        self.call = call
        self.cancelled = False
        self.fired = False

    def cancel(self) -> None:
        self.cancelled = True

    def fire(self) -> None:
        if not self.cancelled:
            self.fired = True
            self.call()


class Clock:
    """`now()` in seconds since the epoch. A frozen clock moves only by `advance`."""

    def __init__(self, *, frozen: bool = False) -> None:
        self.frozen = frozen
        self._start = time.time()
        self._offset = 0.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        return (self._start if self.frozen else time.time()) + self._offset

    def call_later(self, seconds: float, call: Callable[[], object]) -> Timer:
        """What is due at once happens in the next round of the event loop, also when the clock stands still."""
        timer = Timer(self.now() + seconds, call)
        if seconds <= 0:
            asyncio.get_running_loop().call_soon(timer.fire)
            return timer
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        if not self.frozen and self._timers[0][2] is timer:
            self._set_alarm()
        return timer

    async def advance(self, seconds: float, settle: Callable[[], Awaitable[None]]) -> None:
        """Let `seconds` pass. What falls due on the way happens in order, and `settle` is awaited before and after
        each, so that consequences (a retry that fails and is to be repeated) start from the right moment."""
        await settle()
        target = self.now() + seconds
        while (due := self._next_due()) is not None and due <= target:
            self._offset += max(0.0, due - self.now())
            self._fire_due()
            await settle()
        self._offset += max(0.0, target - self.now())
        self._set_alarm()

    def close(self) -> None:
        self._timers.clear()
        if self._alarm:
            self._alarm.cancel()

    def _next_due(self) -> float | None:
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def _fire_due(self) -> None:
        now = self.now()
        while (due := self._next_due()) is not None and due <= now:
            heapq.heappop(self._timers)[2].fire()

    def _set_alarm(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        due = self._next_due()
        if self.frozen or due is None:
            return
        self._alarm = asyncio.get_running_loop().call_later(max(0.0, due - self.now()), self._ring)

    def _ring(self) -> None:
        self._fire_due()
        self._set_alarm()
