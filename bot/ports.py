"""What the core needs from the outside. `adapters` and `storage` implement these."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar, runtime_checkable

from bot.desks.model import Desk, Member, Rank, Settings
from bot.desks.panel import Panel
from bot.effects import Effect
from bot.inbound import Event, Place, Tick
from bot.language import Phrase
from bot.macros.model import Macro
from bot.message import File, Form, Mark, Message, UserRef
from bot.people.model import Person
from bot.privacy.audit import Deed, Line, Link
from bot.privacy.breaches import Breach
from bot.privacy.link import Pairing
from bot.privacy.model import Asked, Copy, Draft, Erased, Held, Hold, Other, Page, Request, Role, Topic
from bot.privacy.notice import Notice
from bot.privacy.promises import Promises
from bot.privacy.purposes import Choice, Purpose
from bot.tickets.model import Priority, Ticket
from bot.tickets.timeline import Entry, Kind, Source

if TYPE_CHECKING:  # they need what is declared here
    from bot.privacy.gate import Gate, State, Tombstone
    from bot.privacy.steps import Step, StepState, Stride

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Say:
    """Answer the person who acted, privately unless told otherwise."""

    message: Message
    public: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer with a form."""

    form: Form


@dataclass(frozen=True, slots=True)
class HomePage:
    """A page of one's own, on platforms that have one: messages one below the other, each with its buttons."""

    rows: tuple[Message, ...]


Reply = Say | Ask | HomePage | None
Handle = Callable[[Event], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a delivered effect ended up, in the platform's ids. For a room, `thread` is what its messages carry."""

    conversation: str
    thread: str
    message: str


class Chat(Protocol):
    """A chat platform. This is all a new adapter has to implement."""

    platform: str

    async def run(self, handle: Handle) -> None:
        """Stay connected; translate what happens, `handle` it, show the reply. Returns when the platform is done."""

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        """Do it. `at` is where the effect's anchor already is; `token` repeats on retries.

        Returns where the effect's key now is, if it made something. Raises `TryLater` or `Refused`.
        """


@runtime_checkable
class Connected(Protocol):
    """A chat that can lose its connection, and knows whether it has one."""

    async def is_connected(self) -> bool: ...


class TryLater(Exception):
    """The platform is busy or away. `seconds` is how long to wait at least."""

    def __init__(self, seconds: float = 5.0, reason: str = Phrase("the platform is away")) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason


class Limited(TryLater):
    """The platform takes no more of this for now: its rate limit."""


class Refused(Exception):
    """The platform will never accept this effect. `reason` is shown to agents: a few words, no one's data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tickets a list shows. `after` is the sort key of the last one seen."""

    desks: Sequence[int]
    open: bool = True
    assignee: UserRef | None = None
    unclaimed: bool = False
    customer: UserRef | None = None
    tag: str = ""
    priority: Priority | None = None
    after: tuple[int, int, int] | None = None


class Tickets(Protocol):
    def get(self, id: int) -> Ticket | None: ...
    def numbered(self, desk: int, number: int) -> Ticket | None: ...
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
    def of(self, customer: UserRef, after: int, limit: int) -> Sequence[Ticket]:
        """Open or closed, oldest first; after this id."""

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


class Outbox(Protocol):
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

    def postpone(self, id: int, until: datetime, error: str) -> None: ...
    def bury(self, id: int, error: str) -> None: ...
    def dead(self, limit: int) -> Sequence[tuple[Pending, str]]: ...
    def retry(self, id: int) -> bool: ...
    def discard(self, id: int) -> bool: ...
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

    def hurry(self) -> None:
        """Whatever waits may be tried now."""

    def backlog(self) -> Sequence[Backlog]:
        """Of each platform that anything waits for, or was given up for. Reads through all of it."""

    def waiting(self, room: str) -> int:
        """How many effects of a room (its name, or all that begin so) are not delivered yet."""


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


class Privacy(Protocol):
    """What is held about a person, derived from what the columns say they hold."""

    def view(self, who: UserRef) -> Sequence[Held]: ...
    def name(self, who: UserRef) -> str: ...
    def alone(self, who: UserRef) -> None:
        """Until the end of this transaction, no other one that asks for the same person goes on."""

    def open_request(self, request: Request) -> Request: ...
    def request(self, number: int) -> Request | None: ...
    def requests_of(self, who: UserRef, asked: Asked | None = None, limit: int = 100) -> Sequence[Request]:
        """Newest first."""

    def save(self, request: Request) -> None: ...
    def running(self, limit: int) -> Sequence[Request]: ...
    def dispute(self, request: Request, text: str) -> None:
        """Keep what they say is wrong until it is decided."""

    def disputed(self, request: Request) -> str: ...
    def settle(self, request: Request) -> None:
        """It is decided, or taken back: nobody needs their words for it any more."""

    def open_requests(self, limit: int) -> Sequence[Request]:
        """Of everybody, that which has to be answered first at the front."""

    def ask_second(self, request: Request, by: UserRef | None) -> None:
        """Somebody else than `by` (None: the command line) has to confirm it."""

    def asked_first(self, request: Request) -> tuple[bool, UserRef | None]:
        """Whether it waits for a second person, and who the first one was."""

    def looked_at(self, request: Request) -> None:
        """It waits no more, however that ended."""

    def challenge(self, request: Request, code_hash: str, until: datetime) -> None:
        """Whoever quotes the code proves that the request is theirs. It takes the place of an older one."""

    def challenged(self, request: Request) -> tuple[str, int, datetime] | None:
        """The hash of the code, how many wrong ones were quoted, and until when it counts."""

    def answered_wrong(self, request: Request) -> None: ...
    def answered(self, request: Request) -> None: ...
    def forget_challenges(self, now: datetime) -> None:
        """Those whose time is over."""

    def said_to_be_minors(self, now: datetime, limit: int) -> Sequence[Request]:
        """Of whom an agent or officer said so, and whose time to say otherwise is over."""

    def held(self, who: UserRef) -> bool:
        """Whether a legal hold stands."""

    def holds(self, limit: int) -> Sequence[Hold]:
        """Those that stand, the one to be reviewed first at the front."""

    def hold(self, number: int) -> Hold | None: ...
    def place_hold(self, hold: Hold) -> Hold: ...
    def save_hold(self, hold: Hold) -> None: ...
    def outdated(self, now: datetime, limit: int) -> Sequence[Request]: ...

    def topics(self) -> Sequence[Topic]: ...
    def others(self, who: UserRef) -> Sequence[Other]: ...
    def pages(self, who: UserRef, table: str, role: Role, after: tuple[Any, ...] | None, limit: int) -> Page:
        """Rows of `table` in which they are `role`, as they may see them, and where to go on."""

    def keys(self, attachments: Sequence[int]) -> Mapping[int, str]:
        """What opens these files, of those that are encrypted."""

    def pending(self, who: UserRef, but: UserRef, limit: int) -> Sequence[int]:
        """Effects in the outbox that are theirs or name them, but for those about `but`."""

    def withdraw(self, ids: Sequence[int], who: UserRef, ghost: UserRef, patient: bool) -> int:
        """Take them out. With `patient`, what may be on its way stays; returns how many did."""

    def copies(self, who: UserRef, but: UserRef, limit: int) -> Sequence[Copy]:
        """Posts of ours that carry their words or are in their private room, but for those about `but`."""

    def hand_over(self, keys: Sequence[str], ghost: UserRef) -> Sequence[str]:
        """Mark posts as being taken back; returns those that were not yet."""

    def hand_over_elsewhere(self, entries: Sequence[int], ghost: UserRef) -> Sequence[Copy]:
        """The same for all that shows these entries of other people's tickets, what waits to be posted included."""

    def waiting_for(self, ghost: UserRef) -> int: ...
    def forget_posts(self, ghost: UserRef, limit: int) -> tuple[int, bool]:
        """Forget places of posts taken back. How many could not be, and whether there is more."""

    def erase_some(self, request: Request, limit: int, phase: str = "") -> Erased: ...
    def blobs(self, who: UserRef, after: tuple[str, int] | None, limit: int) -> tuple[Sequence[str], Any]:
        """Files that go with their rows and that nobody else's rows refer to; and where to go on (None at the end)."""

    def choices(self, who: UserRef) -> Sequence[Choice]:
        """What they object or consent to now."""

    def choose(self, who: UserRef, choice: Choice) -> None:
        """It takes the place of what they chose for the same purpose before, which is kept as proof."""

    def end_choice(self, who: UserRef, purpose: Purpose) -> bool:
        """Whether there was one to end."""

    def notices(self, limit: int) -> Sequence[Notice]:
        """Versions of the privacy notice, the newest first."""

    def publish(self, notice: Notice) -> Notice:
        """A new version; returns it with its number."""

    def save_breach(self, breach: Breach) -> Breach:
        """With number 0 it is a new one; returns it with its number."""

    def breach(self, number: int) -> Breach | None: ...
    def breaches(self, limit: int) -> Sequence[Breach]:
        """The newest first."""

    def affected(self, tables: Sequence[str], until: datetime) -> tuple[int, Mapping[str, int]]:
        """How many people have something in these tables that was there by then, and how many rows, about."""

    def affected_people(
        self, tables: Sequence[str], until: datetime, after: int, limit: int
    ) -> Sequence[tuple[int, UserRef]]:
        """Those of them who can be written to, with the numbers of their profiles, after this one."""

    def periods(self) -> Mapping[str, int]:
        """How many days each rule of retention keeps now."""

    def keep_for(self, rule: str, days: int, since: datetime) -> None:
        """From `since` on; until then what is so now."""

    def expired(self, rule: str, days: int) -> int:
        """How many tickets, people or rows would go now, if the rule kept for so many days."""

    def purge(self, rule: str, limit: int) -> int:
        """Delete up to `limit` rows whose period is over; 0 when nothing is left to do."""

    def steps(self, request: int, *, alone: bool = False) -> Sequence["Stride"]:
        """Of an erasure, in their order. `alone`: until this transaction ends nobody else begins one, or writes."""

    def begin_step(self, request: int, step: "Step", fence: int, until: datetime) -> None: ...
    def renew_lease(self, request: int, step: "Step", fence: int, until: datetime) -> bool:
        """False if somebody else has begun meanwhile."""

    def end_step(self, request: int, step: "Step", state: "StepState", error: str = "") -> None: ...
    def note_step(self, request: int, step: "Step", counts: Mapping[str, int], cursor: str | None = None) -> None:
        """Add to what it counted, and where it goes on."""

    def mark(self) -> tuple[str, int] | None:
        """The store of tombstones this database belongs to, and the newest that is done; None if none ever was."""

    def set_mark(self, store: str, seq: int) -> None: ...
    def forget_mark(self) -> None: ...
    def everybody(self) -> Iterator[UserRef]:
        """Every account that is linked anywhere, some of them more than once."""

    def residue(self, request: Request, thorough: bool = True) -> Sequence[Held]:
        """What is still held, but for the request. `thorough` looks through all posts and effects for their id."""

    def sweep(self, request: Request, limit: int) -> bool:
        """Forget whose request it was; false if there is more to forget."""


class Links(Protocol):
    """Accounts of one person, which confirmed it on each of them."""

    def of(self, who: UserRef, before: datetime | None = None) -> Sequence[UserRef]:
        """The others of theirs, as far as links lead; only by links made at `before` or earlier, if that is given."""

    def since(self, who: UserRef) -> Mapping[UserRef, datetime]:
        """Those that this very account is linked with, and since when."""

    def join(self, one: UserRef, other: UserRef) -> None: ...
    def leave(self, who: UserRef) -> None:
        """End all links of this account, and what it does to make one."""

    def pairing(self, who: UserRef) -> Pairing | None:
        """What the account is doing to be linked, unless its time is over."""

    def coded(self, code_hash: str) -> Pairing | None:
        """Whose code this is, if nobody used it yet and its time is not over."""

    def keep(self, pairing: Pairing) -> None:
        """In place of what the account was doing before."""

    def drop(self, who: UserRef) -> None: ...
    def forget(self) -> None:
        """Those whose time is over, and ends of links that lead nowhere any more."""


class Audit(Protocol):
    """What was done with people's data, in codes. Noted lines are written when the transaction ends, or not at all.

    `actor` is who acts, if that is known.
    """

    actor: UserRef | None

    def note(
        self,
        deed: Deed,
        *,
        about: UserRef | None = None,
        number: int = 0,
        count: int = 0,
        store: str = "",
        reason: str = "",
    ) -> None:
        """Raises `ValueError` for what is no code."""

    def write(self) -> None: ...
    def head(self) -> Link | None:
        """Where the chain ends; None if nothing was ever written."""

    def lines(self, after: int, limit: int) -> Sequence[Line]:
        """In their order, after this number."""

    def latest(self, limit: int) -> Sequence[Line]:
        """The newest first."""

    def latest_of(self, who: UserRef, limit: int) -> Sequence[Line]:
        """Of whatever is about them or was done by them, under the keys there still are."""

    def aliases(self, who: UserRef) -> Mapping[int, str]:
        """What they are called in each year whose key there still is."""

    def destroy_key(self, epoch: int) -> bool:
        """From now on nobody can tell whom the lines of that year are about. False if there is no such key."""


class UnitOfWork(Protocol):
    """One inbound event, one transaction: everything below commits together or not at all."""

    audit: Audit
    tickets: Tickets
    timeline: Timeline
    outbox: Outbox
    desks: Desks
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

    def raise_read_until(self, name: str, at: datetime) -> None: ...

    def referenced(self, shas: Sequence[str]) -> frozenset[str]:
        """Those of these files that a message, a draft, an export or an undelivered effect refers to."""


Job = Callable[[UnitOfWork], T]


class Store(Protocol):
    """Runs jobs, which are plain functions, off the event loop. A job may run again, so it does nothing but SQL."""

    @property
    def waiting(self) -> int:
        """How many jobs are not committed yet."""

    async def write(self, job: Job[T]) -> T:
        """Its result, once committed. An error undoes this job and no other. Raises `Busy` when too many wait."""

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


class Tombstones(Protocol):
    """Who was erased, in a store of its own, outside every backup of the database."""

    gate: "Gate"
    id: str
    last: int

    def lay(self, who: UserRef, kind: str, state: "State", before: datetime, at: datetime) -> "Tombstone":
        """On disk when it returns. Blocks."""

    def since(self, seq: int) -> Sequence["Tombstone"]: ...


Incoming = Event | Tick
