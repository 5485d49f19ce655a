"""What people may object or consent to. A feature that does such a thing asks `allowed` first, for each person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    STATISTICS = "statistics"
    SURVEYS = "surveys"
    QUALITY = "quality"
    EXAMPLES = "examples"


OBJECTABLE = (Purpose.STATISTICS, Purpose.SURVEYS, Purpose.QUALITY)  # done unless they object: GDPR Art. 21
CONSENTED = (Purpose.EXAMPLES,)  # done only if they said yes: GDPR Art. 6(1)(a), 7


@dataclass(frozen=True, slots=True)
class Choice:
    """Since `at` they allow the purpose, or do not. `text_hash` is of the words they read, `method` how they chose."""

    purpose: Purpose
    allowed: bool
    at: datetime
    text_hash: str
    method: str


def allowed(purpose: Purpose, choices: Iterable[Choice]) -> bool:
    """Whether it may be done with the data of somebody who chose so."""
    for choice in choices:
        if choice.purpose is purpose:
            return choice.allowed
    return purpose in OBJECTABLE
