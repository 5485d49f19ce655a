"""A person as the desk last saw them."""

from dataclasses import dataclass
from datetime import datetime

from bot.message import UserRef


@dataclass(frozen=True, slots=True)
class Person:
    """`talking_about` is the ticket they chose for their private messages, until `talking_until`."""

    who: UserRef
    name: str
    last_seen: datetime
    language: str = ""
    blocked_until: datetime | None = None
    block_reason: str = ""
    talking_about: int | None = None
    talking_until: datetime | None = None

    def blocked(self, now: datetime) -> bool:
        return self.blocked_until is not None and now < self.blocked_until
