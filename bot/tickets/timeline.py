"""What happened in a ticket, in order. Chat, audit and statistics are read from here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.message import File, Mark, UserRef


class Kind(StrEnum):
    OPENED = "opened"
    SAID = "said"  # by a customer
    REPLIED = "replied"  # by an agent, to the customer
    NOTED = "noted"  # by an agent, for agents
    EDITED = "edited"
    DELETED = "deleted"
    CORRECTED = "corrected"  # by the person whose words they are; what it was is kept nowhere
    CLAIMED = "claimed"
    RELEASED = "released"
    ASSIGNED = "assigned"
    PRIORITISED = "prioritised"
    TAGGED = "tagged"
    RENAMED = "renamed"
    ADDED = "added"
    REMOVED = "removed"
    ASKED = "asked"  # the customer, whether it can be closed
    KEPT_OPEN = "kept open"
    CLOSED = "closed"
    REOPENED = "reopened"


REQUESTER_ERASED = "requester erased"  # the `detail` of a ticket that was closed for that
NO_ANSWER = "no answer"  # … or because its customer was asked and said nothing
BOT_REMOVED = "bot removed"  # … or because its workspace has removed the bot
MESSAGES = frozenset({Kind.SAID, Kind.REPLIED, Kind.NOTED})
FOR_CUSTOMERS = frozenset(Kind) - {Kind.NOTED, Kind.TAGGED, Kind.PRIORITISED}


@dataclass(frozen=True, slots=True)
class Source:
    """The platform message an entry came from, so that its author's edits and deletions find it."""

    platform: str
    conversation: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    `author` did it as a customer, `staff` as an agent; neither when the desk did it by itself.
    `text` is what was said to the other side, `remark` what was written about the customer (notes,
    reasons); `person` somebody else concerned; `detail` a code such as a priority.
    `refers` is the entry that an edit or deletion changed.
    """

    id: int
    ticket: int
    kind: Kind
    at: datetime
    about: UserRef
    author: UserRef | None = None
    staff: UserRef | None = None
    person: UserRef | None = None
    text: str = ""
    remark: str = ""
    detail: str = ""
    source: Source | None = None
    mark: Mark | None = None
    refers: int | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    files: tuple[File, ...] = ()

    @property
    def agents_copy(self) -> str:
        return f"message:{self.id}:agents"

    @property
    def customer_copy(self) -> str:
        return f"message:{self.id}:customer"

    def copy_for(self, person: UserRef) -> str:
        """The key of the copy in another participant's private room."""
        return self.customer_copy if person == self.about else f"message:{self.id}:customer:{person}"

    @property
    def said_by(self) -> UserRef | None:
        return self.author or self.staff

    @property
    def place(self) -> int:
        """Where in its ticket it is, counted from 1."""
        return self.id & ((1 << SEQUENCE_BITS) - 1)

    @property
    def words(self) -> str:
        return self.remark if self.kind is Kind.NOTED else self.text


def ticket_of(entry: int) -> int:
    """Entry ids are packed, ticket << 20 | sequence: in order, clustered by ticket, no index needed."""
    return entry >> SEQUENCE_BITS


SEQUENCE_BITS = 20  # a million entries a ticket
