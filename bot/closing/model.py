"""A question to the customer whether a ticket can be closed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """`closes_at` is when silence counts as a yes; None where it never does."""

    ticket: int
    asked_at: datetime
    closes_at: datetime | None
