"""Faults on order: which route, what goes wrong, how often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(eq=False)
class Fault:
    """`after` means: Discord did it, and the answer got lost."""

    pattern: str
    status: int = 0
    after: bool = False
    drop: bool = False
    delay: float = 0.0
    retry_after: float = 0.0
    cloudflare: bool = False
    times: int = 1
    skip: int = 0
    hits: int = 0
    code: int = 0


class Faults:
    """Patterns are shell patterns over "METHOD /template" or "METHOD /real/path": `POST */messages`."""

    def __init__(self) -> None:
        self.latency = 0.0
        "Seconds every request takes, on top."
        self.planned: list[Fault] = []

    def fail(
        self, pattern: str, status: int = 502, after: bool = False, times: int = 1, skip: int = 0, code: int = 0
    ) -> Fault:
        """5xx, or any other status (with Discord's `code`), before or after acceptance; `skip` lets that many pass."""
        return self._plan(Fault(pattern, status=status, after=after, times=times, skip=skip, code=code))

    def drop(self, pattern: str, after: bool = False, times: int = 1, skip: int = 0) -> Fault:
        """The connection breaks without an answer."""
        return self._plan(Fault(pattern, drop=True, after=after, times=times, skip=skip))

    def slow(self, pattern: str, seconds: float, times: int = 1, after: bool = False) -> Fault:
        return self._plan(Fault(pattern, delay=seconds, times=times, after=after))

    def limit(self, pattern: str, retry_after: float, times: int = 1, cloudflare: bool = False) -> Fault:
        """429: Discord's own (with `Via`), or Cloudflare's (without, and no JSON)."""
        return self._plan(Fault(pattern, status=429, retry_after=retry_after, times=times, cloudflare=cloudflare))

    def _plan(self, fault: Fault) -> Fault:
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        self.planned.clear()
        self.latency = 0.0

    def pick(self, name: str, path: str) -> list[Fault]:
        """The faults this request meets; each counts down. At most one that answers or drops."""
        if not self.planned:
            return []
        found: list[Fault] = []
        for fault in list(self.planned):
            if not (fnmatchcase(name, fault.pattern) or fnmatchcase(path, fault.pattern)):
                continue
            if not fault.delay and any(not f.delay for f in found):
                continue
            fault.hits += 1
            if fault.hits <= fault.skip:
                continue
            found.append(fault)
            if fault.hits - fault.skip >= fault.times:
                self.planned.remove(fault)
        return found


async def wait(faults: list[Fault], after: bool) -> Fault | None:
    """Sleeps what is due at this moment and answers with the fault that ends the request, if any."""
    for fault in faults:
        if fault.delay and fault.after == after:
            await asyncio.sleep(fault.delay)
    return next((f for f in faults if not f.delay and f.after == after), None)
