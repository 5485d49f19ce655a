"""One transaction, and the store that runs it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeVar

from bot.message import File
from bot.privacy.promises import Promises

if TYPE_CHECKING:  # they need what is declared here
    pass

from bot.ports.desk import Closings, Departures, Desks, Drafts, Macros, People, Tickets, Timeline
from bot.ports.outbox import Outbox, Watermarks
from bot.ports.rights import Audit, Links, Privacy

T = TypeVar("T")


class UnitOfWork(Protocol):
    """One inbound event, one transaction: everything below commits together or not at all."""

    audit: Audit
    tickets: Tickets
    timeline: Timeline
    outbox: Outbox
    desks: Desks
    closings: Closings
    departures: Departures
    macros: Macros
    people: People
    drafts: Drafts
    privacy: Privacy
    links: Links
    watermarks: Watermarks
    promises: Promises
    now: datetime

    def seen(self, event_id: str) -> bool:
        """Remember the event; true if it was handled before."""

    def new_code(self) -> str:
        """Ten letters and digits that nobody can guess, to be typed by a person."""

    def forget_seen(self, before: datetime, limit: int) -> int: ...
    def clock_went_back(self) -> None:
        """What was planned by the clock as it was is planned anew: what waits to be delivered may be tried now, and the
        minutes that come a second time count again."""

    def read_until(self, name: str) -> datetime | None:
        """Until when everything was taken in, without a gap; None if that was never said."""

    def read_until_all(self, beginning: str) -> Mapping[str, datetime]:
        """The same of every name that begins so."""

    def raise_read_until(self, name: str, at: datetime) -> None: ...

    def referenced(self, shas: Sequence[str]) -> frozenset[str]:
        """Those of these files that a message, a draft, an export or an undelivered effect refers to."""


Job = Callable[[UnitOfWork], T]


class Store(Protocol):
    """Runs jobs, which are plain functions. A job may run again, so it does nothing but SQL; and it is short, because
    it may run on the event loop."""

    @property
    def waiting(self) -> int:
        """How many jobs are not committed yet."""

    @property
    def pressed(self) -> bool:
        """Whether somebody waits for a commit who is not patient."""

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        """Its result, once committed. An error undoes this job and no other. Raises `Busy` when too many wait.

        A `patient` one may be kept back for some milliseconds, to be committed together with others.
        """

    async def read(self, job: Job[T]) -> T:
        """Its result, as of one moment. Nothing is kept and no writer waits."""

    async def scrub(self) -> bool:
        """Make what was deleted unreadable in the database's files, in small steps. False: try again later."""


class Files(Protocol):
    """Files on disk, found by the hash of their content."""

    async def keep(
        self, chunks: AsyncIterator[bytes] | Iterator[bytes], name: str, type: str, *, checked: bool = True
    ) -> File:
        """Write it down safely and pin it, so that nobody deletes it before a commit refers to it.

        Raises `Problem` if it is too large or of a kind not taken; files of our own making need not be `checked`.
        """

    def path(self, file: File) -> Path:
        """Where it is stored, as it is stored."""

    def open(self, file: File) -> BinaryIO:
        """Its content, from the beginning. Blocks. Raises `FileNotFoundError` if it is gone, or cannot be read."""

    def release(self, shas: Sequence[str]) -> None:
        """What `keep` pinned is committed, or never will be."""

    def moment(self) -> int:
        """Take it before asking which files nobody refers to, and give it to `drop`."""

    def drop(self, shas: Sequence[str], since: int | None = None) -> Sequence[str]:
        """Delete them, but for those pinned and those kept again `since` a moment. Returns those left. Blocks."""
