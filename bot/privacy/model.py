"""What people may ask of their own data, and where that request stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from bot.inbound import Place
from bot.message import File, UserRef
from bot.privacy.stages import EXTENDED_MONTHS, MONTHS, NOT_BEGUN, OPEN, months_after
from bot.privacy.stages import NEXT as NEXT
from bot.privacy.stages import RUNNING as RUNNING
from bot.privacy.stages import Stage as Stage

GONE = "gone"  # the platform of those who are not known any more
NOBODY = UserRef(GONE, "", "")
SEALED = "sealed"  # a step of an export: an officer hands it on, and cannot open it
FAILED = "posts we could not take back"  # a key of `Request.counts`
WHY = f"{FAILED}: "  # begins those that say how many for which reason
QUOTED = "quotes of what you wrote"  # so are these
UNSURE = "quotes that may be of you"

CONFIRM_WITHIN = timedelta(hours=1)  # then a preview of a deletion is stale and must be asked for again
CONFIRM_ELSEWHERE_WITHIN = timedelta(hours=24)  # on another account of theirs, which they have to go to
EXPORT_EVERY = timedelta(hours=1)  # an export reads all there is of a person
IN_FLIGHT = timedelta(minutes=1)  # how long an erasure waits for what the courier may have in its hands


class Asked(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"
    CORRECTION = "correction"
    RESTRICTION = "restriction"
    LIFTING = "lifting"
    DISPUTE = "dispute"
    MINOR = "minor"
    REST = "rest"  # what a deletion left, because its ticket was under a legal hold


class Role(StrEnum):
    """What a person is in a row: whose it is, whom it is about, who did it as an agent, or merely named."""

    YOURS = "yours"
    ABOUT = "about you"
    AGENT = "as an agent"
    NAMED = "naming you"


@dataclass(frozen=True, slots=True)
class Request:
    """`received_at` is when it was first asked; `at` when it was asked or confirmed last.

    `counts` is what was erased, by what it was ("files" → 12). `file` is a finished export, until `expires_at`.
    `ghost` is the random id under which what stays of an erased person's rows hangs together. `step` is how far an
    erasure is, or that an export is sealed. `extended` and `refused` are codes of reasons, `source` is how it came if
    not in chat. It never holds anybody's words.
    """

    number: int
    who: UserRef
    asked: Asked
    at: datetime
    stage: Stage = Stage.DUE
    done_at: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()
    file: File | None = None
    expires_at: datetime | None = None
    ghost: str = ""
    received_at: datetime | None = None
    step: str = ""
    extended: str = ""
    refused: str = ""
    source: str = ""

    @property
    def received(self) -> datetime:
        return self.received_at or self.at

    @property
    def answer_by(self) -> datetime:
        return months_after(self.received, EXTENDED_MONTHS if self.extended else MONTHS)

    @property
    def ticket(self) -> int:
        """The id of the ticket that a dispute, or what is left of a deletion, is about."""
        return dict(self.counts)["ticket"]

    @property
    def room(self) -> str:
        """Where its work and its answers stand in line."""
        return f"privacy:{self.number}:line"

    @property
    def running(self) -> bool:
        return self.stage in RUNNING

    @property
    def open(self) -> bool:
        return self.stage in OPEN

    @property
    def cancellable(self) -> bool:
        """Nothing of it is done yet. An export that is being made is simply put away."""
        if self.asked is Asked.REST:  # its deletion was confirmed, and has begun
            return False
        return (self.stage in NOT_BEGUN and not self.step) or (self.asked is Asked.EXPORT and self.stage is Stage.DUE)

    @property
    def erases(self) -> bool:
        return self.asked in (Asked.ERASURE, Asked.REST)

    @property
    def nobody(self) -> UserRef:
        return UserRef(GONE, "", self.ghost)

    def to(self, stage: Stage, **fields: Any) -> "Request":
        """The same request further on. Raises `ValueError` where no way leads there."""
        if stage is not self.stage and stage not in NEXT[self.stage]:
            raise ValueError(f"a request that is {self.stage} cannot become {stage}")
        return replace(self, stage=stage, **fields)

    def with_counts(self, more: Mapping[str, int]) -> "Request":
        return replace(self, counts=tuple(sorted(added(dict(self.counts), more).items())))


def added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return dict(counts) | {name: counts.get(name, 0) + count for name, count in more.items()}


def export_called(number: int, step: str) -> tuple[str, str]:
    """The name and type of the file that an export is."""
    name = f"mydata-{number}.zip"
    return (f"{name}.age", "application/octet-stream") if step == SEALED else (name, "application/zip")


class Tally(NamedTuple):
    """Requests of one kind: how many came to which stage, and how many were answered late or are overdue."""

    asked: Asked
    stages: Sequence[tuple[Stage, int]]
    late: int


class Awaits(StrEnum):
    """What of a hold waits for a second officer, whom whoever asked for it is not."""

    NOTHING = ""
    NONDISCLOSURE = "nondisclosure"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason (`code`) in law to keep somebody's data for now, to be looked at again by `review_at`: all of it, or
    one `ticket` (its id) with what everybody said in it. Of one that is `undisclosed` they are told nothing."""

    number: int
    who: UserRef
    code: str
    placed_at: datetime
    review_at: datetime
    placed_by: UserRef | None = None
    released_at: datetime | None = None
    ticket: int | None = None
    undisclosed: bool = False
    awaits: Awaits = Awaits.NOTHING
    asked_by: UserRef | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One line of a view: `count` rows of what is called `what`, kept `why` and under the rule `keep`, in which the
    person is `role`."""

    what: str
    role: Role
    why: str
    count: int
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A table as an export and the notice show it. `keep` is the rule it is kept under.

    `rows` is false where it shows a count only. `portable` is what people themselves gave us, to take elsewhere.
    `schema` is JSON Schema of a row.
    """

    table: str
    what: str
    why: str
    keep: str
    roles: tuple[Role, ...]
    rows: bool
    portable: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Free text, in which other people may be named."""

    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else in a person's rows. `kind` is what they are called in an export: agent, customer, person."""

    who: UserRef
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a table: values are facts, `Spoken` or `UserRef`. `others` may be named in them; go on `after`."""

    rows: Sequence[Mapping[str, Any]]
    others: Sequence[Other]
    after: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Copy:
    """A post of ours that carries somebody's words or name. `ticket` is set where it is the card of one."""

    key: str
    platform: str
    room: str
    ticket: int | None = None
    blank: bool = True  # false for a room that is no post of ours: there is nothing to blank


@dataclass(frozen=True, slots=True)
class Erased:
    """What a step of an erasure did: `more` if it is not finished.

    `shas` are files that no row refers to any more, `elsewhere` ids of entries they had in other people's tickets.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    shas: Sequence[str] = ()
    elsewhere: Sequence[int] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that waits for its author to say which ticket it belongs to."""

    id: int
    author: UserRef
    text: str
    place: Place
    at: datetime
    files: tuple[File, ...] = ()
