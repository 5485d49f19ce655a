"""What waits to be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.effects import Effect
from bot.inbound import Place
from bot.message import Message, UserRef

if TYPE_CHECKING:  # they need what is declared here
    pass

from bot.ports.chats import Spot


@dataclass(frozen=True, slots=True)
class Pending:
    """An effect that waits in the outbox, and where its anchor already is.

    Where several processes deliver, `holder` is the one that took it and `fence` counts the takings; `doubtful` is true
    if one that had it before said nothing of what became of it.
    """

    id: int
    effect: Effect
    about: UserRef
    attempts: int
    at: Spot | None
    fence: int = 0
    holder: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Backlog:
    """What a platform has still to be given: how many effects, since when the oldest waits (seconds), and how many were
    given up."""

    platform: str
    waiting: int = 0
    oldest: float = 0.0
    buried: int = 0


class Outbox(Protocol):
    news: bool
    """Whether this transaction posted something, or let something be the next of its room."""

    def post(self, effect: Effect, *, about: UserRef) -> None:
        """To be delivered after this transaction commits. `about` is whose words or data it carries."""

    def due(self, now: datetime, limit: int, platforms: Sequence[str], busy: Sequence[int] = ()) -> Sequence[Pending]:
        """The oldest undelivered effect of each room that may be tried now, but for those `busy` (ids). Where several
        processes deliver, they are taken with that, and no other process gets them while this one lives."""

    def next_due(self, platforms: Sequence[str]) -> datetime | None:
        """When the earliest waiting effect may be tried, or None if nothing waits."""

    def done(self, sent: Pending, spot: Spot | None) -> bool:
        """It was delivered. False, and nothing is written, if another process has taken it meanwhile."""

    def ours(self, sent: Pending) -> bool:
        """Whether no other process has taken it meanwhile."""

    def postpone(self, id: int, until: datetime, error: str, *, unsure: bool = False) -> None:
        """Try again then. `unsure`: it may be done already, which stays known of it."""

    def bury(self, id: int, error: str, *, unsure: bool = False) -> None:
        """It is given up. `unsure`: it may be done all the same."""

    def dead(self, limit: int) -> Sequence[tuple[Pending, str]]: ...
    def retry(self, id: int) -> bool: ...
    def discard(self, id: int) -> bool:
        """Forget it; if it may be there all the same, once it is known where. False if it was not given up."""

    def room_of(self, id: int) -> str | None: ...
    def effect(self, id: int) -> Effect | None:
        """What waits under this id, or was given up."""

    def cancel(self, key: str) -> None:
        """Forget what still waits under `key`, but for the head of the room, which may be on its way."""

    def cancel_given_up(self, key: str) -> None:
        """Forget what was given up under `key`, so that nobody tries it again."""

    def revise(self, key: str, message: Message) -> bool:
        """Whatever still waits under `key`, or was given up, says this instead.

        True if one of them is sure to: it waits behind others, so it is not on its way.
        """

    def spot(self, key: str) -> Spot | None:
        """Where `key` is."""

    def posted(self, key: str) -> bool:
        """Whether `key` is, or will be, somewhere to be rewritten."""

    def opening(self, place: Place) -> bool:
        """Whether a room is being opened in this conversation of which we do not know yet which thread it is."""

    def newest(self) -> int:
        """The number of the newest effect that waits or was given up; 0 if there is none."""

    def waiting_in(self, room: str) -> Sequence[Pending]:
        """What is not delivered yet of a room, oldest first."""

    def readdress(self, id: int, effect: Effect) -> None:
        """Deliver this instead, under the same key and in the same place of the same room."""

    def hold_back(self, why: str) -> int:
        """Say nothing of what waits before somebody tries it again: it counts as given up. What waits to be taken back,
        and our own work, goes on. Effects and tickets to come get much higher ids: the platforms know those that were
        given since. Returns how many are held back."""

    def doubt(self) -> None:
        """Whoever had all of it in hand is gone: what could be delivered may be there already."""

    def hurry(self) -> None:
        """Whatever waits may be tried now."""

    def backlog(self) -> Sequence[Backlog]:
        """Of each platform that anything waits for, or was given up for. Reads through all of it."""

    def waiting(self, room: str) -> int:
        """How many effects of a room (its name, or all that begin so) are not delivered yet."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A conversation in which a message could be missed. All up to `after` is handled; empty if nothing is known.

    `who` is the person it is private with, if it is.
    """

    place: Place
    after: str = ""
    who: UserRef | None = None


class Watermarks(Protocol):
    """How far each conversation is handled, for platforms that do not deliver again what we missed."""

    def watched(self, platform: str, since: datetime) -> Sequence[Watched]:
        """Where desks take in, the rooms of tickets that are open or had something said `since`, and whatever else a
        mark was moved for since then."""

    def move(self, marks: Sequence[Watched]) -> None: ...

    def begin(self, mark: Watched) -> None:
        """As far as that, unless something is known of it."""
