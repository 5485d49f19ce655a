"""A person as the desk last saw them."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.inbound import Actor
from bot.message import UserRef

OWN, OTHERS = "own", "others"


@dataclass(frozen=True, slots=True)
class Person:
    """`own_name` and `own_language`: as they corrected it, not as the platform says. `notice_at` is
    when they last heard of the privacy notice, `of_age_at` when they said that they are of age.

    `home` is what stands on their page, if their platform has shown them one: OWN tickets, or OTHERS' as well.

    `talking_about` is the ticket they chose for their private messages, until `talking_until`."""

    who: UserRef
    name: str
    last_seen: datetime
    language: str = ""
    blocked_until: datetime | None = None
    block_reason: str = ""
    talking_about: int | None = None
    talking_until: datetime | None = None
    own_name: bool = False
    own_language: bool = False
    restricted_at: datetime | None = None
    notice_at: datetime | None = None
    of_age_at: datetime | None = None
    home: str = ""

    def as_known(self, actor: Actor) -> Actor:
        """The actor under the name they want to be called by."""
        return replace(actor, name=self.name) if self.own_name else actor

    def blocked(self, now: datetime) -> bool:
        return self.blocked_until is not None and now < self.blocked_until
