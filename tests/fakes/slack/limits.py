"""How much Slack lets an app ask: token buckets per method, and per channel for posting, on the virtual clock.

Tiers are requests a minute per method (Slack's documentation of rate limits): 1, 20, 50, 100. Posting is about one a
second per channel with short bursts. `Limits.off()` is for tests about something else.
"""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rate:
    """`per_minute` on the long run, `burst` at once. `item_cap` bounds a page, as for apps outside the Marketplace."""

    per_minute: float
    burst: int
    per_channel: bool = False
    item_cap: int = 0


TIERS = {
    "tier1": Rate(1, 1),
    "tier2": Rate(20, 20),
    "tier3": Rate(50, 50),
    "tier4": Rate(100, 100),
    "post": Rate(60, 5, per_channel=True),
    "special": Rate(600, 600),
    "none": Rate(math.inf, 1),
}


@dataclass
class Limits:
    """`tiers` by name; `methods` overrides single ones, e.g. `{"conversations.history": Rate(1, 1, item_cap=15)}`."""

    tiers: dict[str, Rate]
    methods: dict[str, Rate] = field(default_factory=dict)
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def slack(cls) -> "Limits":
        """What an internal app gets."""
        return cls(dict(TIERS))

    @classmethod
    def unlisted(cls) -> "Limits":
        """What an app gets that is distributed commercially outside the Marketplace (since 2025-05-29)."""
        slow = Rate(1, 1, item_cap=15)
        return cls(dict(TIERS), {"conversations.history": slow, "conversations.replies": slow})

    @classmethod
    def off(cls) -> "Limits":
        return cls({})

    def rate(self, method: str, tier: str) -> Rate | None:
        return self.methods.get(method) or self.tiers.get(tier)

    def page_cap(self, method: str) -> int:
        """The most items one page of `method` may have; 0 is no cap beyond the method's own."""
        return self.methods[method].item_cap if method in self.methods else 0

    def wait(self, method: str, tier: str, channel: str, now: float) -> int:
        """Take one request; 0 if there was room, else the whole seconds to wait (Retry-After)."""
        rate = self.rate(method, tier)
        if rate is None or math.isinf(rate.per_minute):
            return 0
        key = (method, channel if rate.per_channel else "")
        tokens, then = self._buckets.get(key, (float(rate.burst), now))
        tokens = min(float(rate.burst), tokens + (now - then) * rate.per_minute / 60)
        if tokens >= 1 - 1e-9:
            self._buckets[key] = (tokens - 1, now)
            return 0
        self._buckets[key] = (tokens, now)
        return max(1, math.ceil((1 - tokens) * 60 / rate.per_minute))
