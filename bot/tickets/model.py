"""A ticket and the only ways it may change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from bot.message import File, UserRef


class State(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Priority(IntEnum):
    """A rank, so that the queue's index is in one direction: 0 is most urgent."""

    URGENT = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class RoomKind(StrEnum):
    """Where the customer talks: in private with the bot, or in a thread."""

    DIRECT = "direct"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`entries` counts the timeline; `prior` is the closed ticket this one continues; `version` guards saving.

    `shared` is set once others were added, so that only then somebody looks for them. `restricted`: its customer had
    their data restricted (GDPR Art. 18), so it is kept, and shown to nobody else.
    """

    id: int
    desk: int
    number: int
    subject: str
    customer: UserRef
    opened_at: datetime
    last_at: datetime
    room_kind: RoomKind
    state: State = State.OPEN
    assignee: UserRef | None = None
    priority: Priority = Priority.NORMAL
    closed_at: datetime | None = None
    prior: int | None = None
    shared: bool = False
    restricted: bool = False
    entries: int = 0
    version: int = 1

    @property
    def agents_room(self) -> str:
        return f"ticket:{self.id}:agents"

    @property
    def customer_room(self) -> str:
        return f"ticket:{self.id}:customer"

    def room_of(self, person: UserRef) -> str:
        """Where what they are told stands in line: the others' platforms do not hold up the customer's."""
        return self.customer_room if person == self.customer else f"{self.customer_room}:{person}"

    @property
    def open(self) -> bool:
        return self.state is State.OPEN

    def claim(self, agent: UserRef) -> "Ticket":
        return replace(self, assignee=agent)

    def release(self) -> "Ticket":
        return replace(self, assignee=None)

    def prioritise(self, priority: Priority) -> "Ticket":
        return replace(self, priority=priority)

    def rename(self, subject: str) -> "Ticket":
        return replace(self, subject=subject)

    def close(self, now: datetime) -> "Ticket":
        return replace(self, state=State.CLOSED, closed_at=now)

    def reopen(self) -> "Ticket":
        return replace(self, state=State.OPEN, closed_at=None)


LONGEST_SUBJECT = 100  # characters, of one that somebody wrote
SUBJECT_LENGTH = 80  # characters; one line of a card on every platform


def subject_from(text: str, files: Sequence[File] = ()) -> str:
    """A subject for a ticket that began as a message: its first line with words in it, or a file's name, shortened."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = " ".join(line.split()) or next((file.name for file in files), "")
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"
