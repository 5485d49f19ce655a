"""What this installation promises about people's data, as far as its operator chooses."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Promises:
    """`grace` is how long a confirmed deletion can still be cancelled."""

    grace: timedelta = timedelta()
