"""What people may ask of their own data, and where that request stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.inbound import Place
from bot.message import File, UserRef


class Asked(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


class Stage(StrEnum):
    """EXPORT: due, done, expired. ERASURE: due, cleaning (rows are gone, traces are not), done."""

    DUE = "due"
    CLEANING = "cleaning"
    DONE = "done"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Request:
    """`counts` is what was erased, by what it was ("messages" → 12). `file` is a finished export."""

    number: int
    who: UserRef
    asked: Asked
    at: datetime
    stage: Stage = Stage.DUE
    done_at: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()
    file: File | None = None

    def with_counts(self, more: dict[str, int]) -> "Request":
        total = dict(self.counts)
        for name, count in more.items():
            total[name] = total.get(name, 0) + count
        return replace(self, counts=tuple(sorted(total.items())))


@dataclass(frozen=True, slots=True)
class Held:
    """One line of a view: `count` rows of what is called `what`, kept `why`, as `role` (theirs, about them, as agent)."""

    what: str
    role: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that waits for its author to say which ticket it belongs to."""

    id: int
    author: UserRef
    text: str
    place: Place
    at: datetime
    files: tuple[File, ...] = ()
