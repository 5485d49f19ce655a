"""Buckets, the global limit, and the ban for too many invalid requests.

Buckets run on real time, because a client sleeps in real time. Discord publishes no figures; those of
`real()` are what bots have seen. The limit on renaming (2 in 10 minutes, in no header) and the count of
invalid requests run on the fake's clock.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from dataclasses import dataclass, field

from .world import World

GENEROUS = (1000, 1.0)
REAL: dict[str, tuple[int, float]] = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": (1, 0.25),
    "PATCH /channels/{channel_id}": (5, 15.0),
    "POST /channels/{channel_id}/threads": (10, 15.0),
}
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass
class Bucket:
    limit: int
    per: float
    used: int = 0
    started: float = 0.0


@dataclass
class Verdict:
    """`retry_after` > 0 refuses. Headers go out either way."""

    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float = 0.0
    is_global: bool = False


class RateLimits:
    """`limits` maps "METHOD /template" to (requests, seconds); what is not listed gets `default`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.limits: dict[str, tuple[int, float]] = {}
        self.default: tuple[int, float] = GENEROUS
        self.per_second: int | None = None
        self.renames_per_10_minutes = 2
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._renames: dict[str, deque[float]] = {}
        self._second = Bucket(0, 1.0)
        self.invalid: deque[float] = deque()
        self.invalid_limit = 10_000

    def real(self) -> None:
        """Limits as bots meet them: 50 a second over all, five messages in five seconds per channel."""
        self.limits, self.default, self.per_second = dict(REAL), (50, 1.0), 50

    def ask(self, name: str, params: dict[str, str], interaction: bool) -> Verdict:
        """Interaction callbacks and follow-ups do not count against the global limit."""
        if self.per_second and not interaction:
            wait = self._take(self._second, self.per_second, 1.0)
            if wait:
                return Verdict({"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, wait, True)
        limit, per = self.limits.get(name, self.default)
        major = "+".join(params[m] for m in MAJOR if m in params)
        bucket = self._buckets.setdefault((name, major), Bucket(limit, per))
        wait = self._take(bucket, limit, per)
        return Verdict(self._headers(name, bucket) | ({"X-RateLimit-Scope": "user"} if wait else {}), wait)

    def _take(self, bucket: Bucket, limit: int, per: float) -> float:
        now = time.monotonic()
        if now - bucket.started >= per:
            bucket.used, bucket.started = 0, now
        bucket.limit, bucket.per = limit, per
        if bucket.used >= limit:
            return max(per - (now - bucket.started), 0.001)
        bucket.used += 1
        return 0.0

    def _headers(self, name: str, bucket: Bucket) -> dict[str, str]:
        left = max(bucket.per - (time.monotonic() - bucket.started), 0.0)
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.limit - bucket.used),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        }

    def rename(self, channel_id: str) -> float:
        """Seconds to wait before the next change of this channel's name or topic, 0 to go on."""
        recent = self._renames.setdefault(channel_id, deque())
        now = self.world.now()
        while recent and recent[0] <= now - 600:
            recent.popleft()
        if len(recent) >= self.renames_per_10_minutes:
            return recent[0] + 600 - now
        recent.append(now)
        return 0.0

    def count_invalid(self) -> None:
        self.invalid.append(self.world.now())

    @property
    def invalid_requests(self) -> int:
        """401, 403 and 429 of the last ten minutes."""
        while self.invalid and self.invalid[0] < self.world.now() - 600:
            self.invalid.popleft()
        return len(self.invalid)

    @property
    def banned(self) -> bool:
        return bool(self.invalid) and self.invalid_requests >= self.invalid_limit
