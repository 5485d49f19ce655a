"""A breach as the register has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """We became aware of it at `aware_at`; it was possible between `from_at` and `to_at`. `records` is about how many
    rows there were, by table, and `people` about how many people they concern. `told` of them were told, up to the
    profile of number `told_after`.
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
