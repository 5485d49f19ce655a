"""How often Slack may be asked: never before its Retry-After has run out, and where that was too much once, at Slack's
rate for a while: about one post a second in a channel, and 50 updates a minute.

Source: docs.slack.dev, rate limits. Each method, and for posts each channel, has a limit of its own, so waiting for one
holds up no other. Bursts are allowed, so nothing is slowed down before Slack has said so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.ports import Limited

POSTS = {"chat.postMessage"}
EVERY = {"chat.postMessage": 1.0, "chat.update": 1.2}  # seconds between two, while careful
CAREFUL = 60.0  # seconds after Slack's refusal
LONGEST_WAIT = 4.0  # seconds in line; whoever would wait longer comes again later
MOST_REMEMBERED = 5_000
Key = tuple[str, str]


class Pace:
    """`now` is a clock in seconds, `sleep` waits by it. `sharing` is how many processes make calls with this token, and
    `told` is called to tell the others what Slack said: method, channel, seconds."""

    def __init__(self) -> None:
        self.sharing: Callable[[], int] = lambda: 1
        self.told: Callable[[str, str, float], None] = lambda method, channel, seconds: None
        self.now: Callable[[], float] = lambda: asyncio.get_running_loop().time()
        self.sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
        self.next: dict[Key, float] = {}  # when the next call may be made
        self.careful: dict[Key, float] = {}  # until when calls keep a distance

    async def turn(self, method: str, channel: str) -> None:
        """Wait for a place in line. Raises `Limited` if it would take too long."""
        key, now = _key(method, channel), self.now()
        if key not in self.next:
            return
        wait = self.next[key] - now
        if wait > LONGEST_WAIT:
            raise Limited(wait, "waits for its turn at Slack")
        if now > self.careful[key]:
            del self.next[key], self.careful[key]
        elif method in EVERY:
            self.next[key] = max(self.next[key], now) + EVERY[method] * self.sharing()
        if wait > 0:
            await self.sleep(wait)

    def refused(self, method: str, channel: str, seconds: float) -> None:
        """Slack said to ask again after so many seconds."""
        self.hold(method, channel, seconds)
        self.told(method, channel, seconds)

    def hold(self, method: str, channel: str, seconds: float) -> None:
        """Slack said so, to us or to another process."""
        key, now = _key(method, channel), self.now()
        self.next[key] = max(self.next.get(key, 0.0), now + seconds)
        self.careful[key] = now + seconds + CAREFUL
        while len(self.next) > MOST_REMEMBERED:
            oldest = next(iter(self.next))
            del self.next[oldest], self.careful[oldest]


def _key(method: str, channel: str) -> Key:
    return method, channel if method in POSTS else ""
