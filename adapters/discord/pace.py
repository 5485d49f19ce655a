"""What Discord told one of us to wait for, all of us wait for: clients and processes with one token have its limits
together, and discord.py knows of its own client only.

Source: docs.discord.com, rate limits. An answer 429 says after how long to ask again, and whether that is for one route
or for all of them; answers to interactions are not counted with the rest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import discord

EVERYTHING = "everything"
APART = ("/interactions/", "/webhooks/")  # each with a token of its own: nobody else asks there
ROUNDED_UP = 1.0  # second, by which the header may say more than is meant
LONGEST_WAIT = 30.0  # seconds; longer waits are the courier's, so that others go on
MOST_REMEMBERED = 1000


class Pace:
    """`told` is called to tell the other processes what Discord said: what, seconds. `now` is a clock in seconds, and
    `sleep` waits by it."""

    def __init__(self) -> None:
        self.told: Callable[[str, float], None] = lambda what, seconds: None
        self.now: Callable[[], float] = lambda: asyncio.get_running_loop().time()
        self.sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
        self.until: dict[str, float] = {}

    def trace(self) -> aiohttp.TraceConfig:
        """For `http_trace` of a client: it waits before its requests, and looks at the answers."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._asks)
        config.on_request_end.append(self._answered)
        return config

    def hold(self, what: str, seconds: float) -> None:
        """Discord said so, to us or to another process."""
        self.until[what] = max(self.until.pop(what, 0.0), self.now() + seconds)
        if len(self.until) > MOST_REMEMBERED:
            del self.until[next(iter(self.until))]

    async def turn(self, route: str) -> None:
        """Raises `discord.RateLimited` where it would take too long."""
        for what in (EVERYTHING, route) if self.until else ():
            wait = self.until.get(what, 0.0) - self.now()
            if wait > LONGEST_WAIT:
                raise discord.RateLimited(wait)
            if wait > 0:
                await self.sleep(wait)
            else:
                self.until.pop(what, None)

    async def _asks(self, session: object, context: object, asked: aiohttp.TraceRequestStartParams) -> None:
        if not _apart(asked.url.path):
            await self.turn(f"{asked.method} {asked.url.path}")

    async def _answered(self, session: object, context: object, asked: aiohttp.TraceRequestEndParams) -> None:
        said, path = asked.response.headers, asked.url.path
        seconds = float(said.get("Retry-After", 0)) - ROUNDED_UP
        if asked.response.status != 429 or seconds <= 0 or _apart(path) or _of_some_fields(said):
            return
        what = EVERYTHING if "X-RateLimit-Global" in said else f"{asked.method} {path}"
        self.hold(what, seconds)
        self.told(what, seconds)


def _of_some_fields(said: Mapping[str, str]) -> bool:
    """Such as a channel's name, which may change twice in ten minutes: other changes of it are welcome."""
    return int(said.get("X-RateLimit-Remaining", 0)) > 0


def _apart(path: str) -> bool:
    return any(each in path for each in APART)
