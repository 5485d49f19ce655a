"""What a desk keeps: its tickets and what was said in them, its people, its set-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.closing.model import CloseRequest
from bot.desks.model import Departure, Desk, Member, Rank, Settings
from bot.desks.panel import Panel
from bot.inbound import Place
from bot.macros.model import Macro
from bot.message import Mark, UserRef
from bot.people.model import Person
from bot.privacy.model import Draft
from bot.tickets.model import Priority, Ticket
from bot.tickets.timeline import Entry, Kind, Source

if TYPE_CHECKING:  # they need what is declared here
    pass


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets a list shows. `mine`: of whoever asks for theirs. `after` is the sort key of the last one seen."""

    desks: Sequence[int]
    open: bool = True
    assignee: UserRef | None = None
    unclaimed: bool = False
    customer: UserRef | None = None
    mine: UserRef | None = None
    tag: str = ""
    priority: Priority | None = None
    after: tuple[int, int, int] | None = None


class Tickets(Protocol):
    def get(self, id: int) -> Ticket | None: ...
    def numbered(self, desk: int, number: int) -> Ticket | None: ...
    def whose(self, desk: int, number: int) -> tuple[int, UserRef] | None:
        """Its id and its customer, without a word of it."""

    def called(self, id: int) -> tuple[int, int] | None:
        """Its desk and its number, without a word of it."""

    def room(self, place: Place) -> tuple[Ticket, bool] | None:
        """The ticket whose room this is; true with it if it is the agents' room."""

    def answered(self, place: Place) -> Ticket | None:
        """In private: the ticket that our message `place.thread`, which is being answered, was about."""

    def add(self, ticket: Ticket) -> Ticket:
        """Gives it its id and the desk's next number, without gaps."""

    def save(self, ticket: Ticket) -> Ticket:
        """Write it. Raises `Stale` if someone else changed it since it was read."""

    def restrict(self, customer: UserRef, restricted: bool) -> None:
        """All tickets of theirs, at once."""

    def keep_again(self, id: int) -> None:
        """A ticket whose words were deleted is open again."""

    def restrict_one(self, id: int, restricted: bool) -> None: ...
    def of(self, customer: UserRef, after: int, limit: int, *, shared: bool = False) -> Sequence[Ticket]:
        """Open or closed, oldest first; after this id. Those to which others were added alone, if `shared`."""

    def hold(self, customer: UserRef) -> None:
        """Let nobody else open or choose a ticket for this customer until this transaction ends."""

    def open_of(self, customer: UserRef) -> Sequence[Ticket]:
        """Every open ticket they opened or take part in, latest activity first."""

    def last_closed(self, customer: UserRef) -> Ticket | None: ...
    def last_opened_at(self, customer: UserRef, desk: int) -> datetime | None: ...
    def find(self, wanted: Filter, limit: int) -> Sequence[Ticket]: ...
    def rooms(self, platform: str) -> Sequence[Place]:
        """Threads on this platform that are a room of an open ticket, latest activity first."""

    def sort_key(self, ticket: Ticket) -> tuple[int, int, int]: ...
    def tags(self, ticket: int) -> frozenset[str]: ...
    def known_tags(self, desks: Sequence[int], beginning: str, limit: int) -> Sequence[str]:
        """Tags that open tickets of these desks have, in the order of the alphabet."""

    def tag(self, ticket: Ticket, add: frozenset[str], remove: frozenset[str]) -> None: ...
    def participants(self, ticket: int) -> Sequence[UserRef]: ...
    def admit(self, ticket: Ticket, who: UserRef) -> bool: ...
    def dismiss(self, ticket: Ticket, who: UserRef) -> bool: ...


class Timeline(Protocol):
    def add(self, ticket: Ticket, entry: Entry) -> tuple[Ticket, Entry]:
        """Append it: gives the entry its id, counts it in the ticket and writes both (so no `save` is needed).

        Raises `Stale` if someone else changed the ticket since it was read.
        """

    def get(self, id: int) -> Entry | None: ...
    def at(self, source: Source) -> Entry | None: ...
    def heard(self, platform: str, conversation: str, after: str, limit: int) -> Sequence[tuple[Source, UserRef]]:
        """Where and by whom something was said in a conversation and not deleted, after the message `after`; ids are
        compared as text."""

    def rewrite(self, entry: Entry) -> None:
        """Write its words, files, mark and edit or deletion times."""

    def mark(self, id: int, mark: Mark) -> None: ...
    def written_by(self, who: UserRef, saying: str, after: int, limit: int) -> Sequence[Entry]:
        """What they wrote in tickets, as a customer or as an agent, that has these words in it; after this id."""

    def page(self, ticket: int, kinds: frozenset[Kind], after: int, limit: int) -> Sequence[Entry]: ...
    def search(
        self, words: str, desks: Sequence[int], customer: UserRef | None, limit: int
    ) -> Sequence[tuple[Ticket, Entry]]:
        """Newest first: all that agents of `desks` may read, or what `customer` may read of their own tickets."""


class Desks(Protocol):
    def get(self, id: int) -> Desk | None: ...
    def all(self) -> Sequence[Desk]: ...
    def at(self, place: Place) -> tuple[Desk, bool] | None:
        """The desk whose channel this is; true with it if it is the agents' channel."""

    def near(self, platform: str, workspace: str) -> Sequence[Desk]:
        """The desks that take in from there."""

    def rank(self, desk: int, principals: Sequence[str]) -> tuple[Rank, bool]:
        """The highest rank of any of them, and whether one is a privacy officer."""

    def ranked(self, principals: Sequence[str], least: Rank) -> Sequence[int]:
        """Ids of the desks where one of them has at least that rank."""

    def hold(self, id: int) -> Desk:
        """The desk as it is now; until this transaction ends, nobody else changes what it is set to."""

    def members(self, desk: int) -> Sequence[Member]: ...
    def intake(self, desk: int) -> Sequence[Place]: ...
    def save(self, desk: Desk, intake: Sequence[Place], members: Sequence[Member]) -> Desk:
        """Write all of it, replacing what the desk of that name had.

        Raises `Problem` if a channel is another desk's.
        """

    def set_rank(self, desk: int, principal: str, rank: Rank) -> None: ...
    def set(self, desk: int, settings: Settings) -> None: ...
    def set_panel(self, desk: int, panel: Panel) -> None: ...


class Closings(Protocol):
    """Questions to customers whether a ticket can be closed, one for each ticket at most."""

    def ask(self, ticket: Ticket, closes_at: datetime | None) -> None:
        """In place of the one before, if there is one."""

    def of(self, ticket: int) -> CloseRequest | None: ...
    def forget(self, ticket: int) -> bool:
        """True if there was one."""

    def due(self, limit: int) -> Sequence[CloseRequest]:
        """Those whose time is over, the oldest first."""

    def answered(self, request: CloseRequest) -> bool:
        """Whether a customer said anything in the ticket since."""

    def quiet(self, desk: int, since: datetime, limit: int) -> Sequence[Ticket]:
        """Open tickets of the desk in which nothing was said since then, and in which an agent had the last word."""


class Departures(Protocol):
    """Workspaces that have removed the bot."""

    def all(self) -> Sequence[Departure]: ...
    def begin(self, platform: str, workspace: str) -> bool:
        """Now; False if it is known already."""

    def end(self, departure: Departure) -> None:
        """The bot is back."""

    def tickets(self, before: datetime, after: int, limit: int) -> Sequence[int]:
        """Ids, after this one, of those that have words and are of desks whose agents were in workspaces that left
        before then, or of customers who were."""


class Macros(Protocol):
    """The canned answers of desks, by the desk's id."""

    def all(self, desk: int) -> Sequence[Macro]:
        """By name."""

    def find(self, desk: int, name: str) -> Macro | None: ...
    def save(self, desk: int, macro: Macro) -> None:
        """In place of the one of that name, if there is one."""

    def remove(self, desk: int, name: str) -> None: ...
    def replace(self, desk: int, every: Sequence[Macro]) -> None:
        """These and no others."""


class People(Protocol):
    def meet(self, who: UserRef, name: str, language: str) -> Person:
        """Remember their name as last seen."""

    def recall(self, who: UserRef) -> Person | None:
        """The same of somebody who did nothing just now: it is not written down that they were seen."""

    def met(self, who: UserRef) -> Person | None:
        """Whom this unit of work has met already, as they were then."""

    def met_now(self) -> Sequence[Person]:
        """Everybody whom this unit of work has met."""

    def newcomer(self, who: UserRef) -> bool:
        """Whether this unit of work is the first that ever met them."""

    def of_age(self, who: UserRef) -> None:
        """They said so, or work here."""

    def told_of_notice(self, who: UserRef) -> None:
        """They have heard of the privacy notice as it is now."""

    def correct(self, who: UserRef, *, name: str = "", language: str = "") -> None:
        """What they are called, or speak, whatever the platform says from now on."""

    def saw_home(self, who: UserRef, home: str) -> None:
        """What their page shows now, see `Person.home`."""

    def who_see_others(self, limit: int) -> Sequence[UserRef]:
        """Those on whose page other people's tickets stand, who were seen last first."""

    def restrict(self, who: UserRef, at: datetime | None) -> None:
        """Keep what is theirs and use it for nothing else; None ends that."""

    def get(self, who: UserRef) -> Person | None: ...
    def language(self, who: UserRef) -> str | None:
        """Theirs, and nothing else of them; None if they are not known."""

    def lately(self, platform: str, since: datetime, limit: int) -> Sequence[UserRef]:
        """Those seen after `since`, the last one first."""

    def names(self, who: Sequence[UserRef]) -> Mapping[UserRef, str]: ...
    def block(self, who: UserRef, until: datetime, reason: str) -> None: ...
    def unblock(self, who: UserRef) -> bool: ...
    def blocked(self, limit: int) -> Sequence[Person]:
        """Those who are blocked now, the block that ends first at the front."""

    def talk_about(self, who: UserRef, ticket: int | None, until: datetime | None) -> None: ...


class Drafts(Protocol):
    """Messages that wait for their author to say which ticket they belong to."""

    def keep(self, draft: Draft) -> None: ...
    def of(self, author: UserRef) -> Sequence[Draft]: ...
    def older_than(self, when: datetime, limit: int) -> Sequence[Draft]: ...
    def at(self, place: Place) -> Draft | None:
        """The one that this message waits as."""

    def rewrite(self, id: int, text: str) -> None: ...
    def drop(self, id: int) -> None: ...
