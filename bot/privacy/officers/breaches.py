"""A breach as the register has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """We became aware of it at `aware_at`; it was possible between `from_at` and `to_at`. `records` is about how many
    rows there were, by table, and `people` about how many people they concern. `told` of them were told, up to the
    profile of number `told_after`.

    `words` is how many of the rows have something in them that people wrote or sent, by table, and `sealed` how many of
    those were ciphertext only during all of it. With `keys`, what opens them was within reach, too: none is sealed.
    """

    number: int
    opened_at: datetime
    aware_at: datetime
    from_at: datetime
    to_at: datetime
    records: Mapping[str, int]
    people: int
    drill: bool = False
    reported_at: datetime | None = None
    telling: bool = False
    told: int = 0
    told_after: int = 0
    told_at: datetime | None = None
    closed_at: datetime | None = None
    words: Mapping[str, int] = field(default_factory=dict)
    sealed: Mapping[str, int] = field(default_factory=dict)
    keys: bool = False

    @property
    def unreadable(self) -> bool:
        """Whether all that people wrote or sent was ciphertext only: GDPR Art. 34(3)(a)."""
        return sum(self.words.values()) == sum(self.sealed.values()) > 0
