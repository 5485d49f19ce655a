"""What people's rights to their data need of the store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from bot.message import UserRef
from bot.privacy.auditing.audit import Deed, Line, Link
from bot.privacy.linking.link import Pairing
from bot.privacy.model import Asked, Awaits, Copy, Erased, Held, Hold, Other, Page, Request, Role, Tally, Topic
from bot.privacy.notices.notice import Notice
from bot.privacy.officers.breaches import Breach
from bot.privacy.purposes import Choice, Purpose
from bot.privacy.silence import Silence

if TYPE_CHECKING:  # they need what is declared here
    from bot.privacy.erasing.gate import Gate, State, Tombstone
    from bot.privacy.erasing.steps import Step, StepState, Stride


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
    def count(self, number: int, more: Mapping[str, int]) -> None:
        """Add to what it counts, and change nothing else of it."""

    def running(self, limit: int) -> Sequence[Request]: ...
    def dispute(self, request: Request, text: str) -> None:
        """Keep what they say is wrong until it is decided."""

    def disputed(self, request: Request) -> str: ...
    def settle(self, request: Request) -> None:
        """It is decided, or taken back: nobody needs their words for it any more."""

    def open_requests(self, limit: int) -> Sequence[Request]:
        """Of everybody, that which has to be answered first at the front."""

    def tally(self, since: datetime, now: datetime) -> Sequence[Tally]:
        """What became of the requests that came since then."""

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
        """Whether a legal hold stands on all that is theirs."""

    def holds_ticket(self, ticket: int) -> bool:
        """Whether one stands on that ticket alone."""

    def held_tickets(self, who: UserRef) -> Sequence[int]:
        """Ids of the tickets under a hold of their own in which there is anything of theirs."""

    def waiting_for_hold(self, hold: Hold) -> Sequence[Request]:
        """Deletions that wait for the end of a hold on the same person, or on the same ticket."""

    def holds(self, limit: int) -> Sequence[Hold]:
        """Those that stand, the one to be reviewed first at the front."""

    def hold(self, number: int) -> Hold | None: ...
    def silence(self, who: UserRef) -> Silence:
        """What they are told nothing of, because of holds of which they are told nothing."""

    def place_hold(self, hold: Hold) -> Hold: ...
    def save_hold(self, hold: Hold, deed: Deed, of: Awaits = Awaits.NOTHING) -> None:
        """`deed` is what was done to it, for the audit log; `of`, for which of its changes there have to be two."""

    def outdated(self, now: datetime, limit: int) -> Sequence[Request]: ...

    def topics(self) -> Sequence[Topic]: ...
    def others(self, who: UserRef) -> Sequence[Other]: ...
    def pages(self, who: UserRef, table: str, role: Role, after: tuple[Any, ...] | None, limit: int) -> Page:
        """Rows of `table` in which they are `role`, as they may see them, and where to go on."""

    def keys(self, attachments: Sequence[int]) -> Mapping[int, str]:
        """What opens these files, of those that are encrypted."""

    def pending(self, who: UserRef, but: UserRef, limit: int) -> Sequence[int]:
        """Effects in the outbox that are theirs or name them, but for those about `but`."""

    def withdraw(self, ids: Sequence[int], who: UserRef, ghost: UserRef, patient: bool, *, silent: bool = False) -> int:
        """Take them out. What may be there, as a platform never said, stays; with `patient`, what may be on
        its way for the first time, too. Returns how many stay."""

    def copies(self, who: UserRef, but: UserRef, limit: int) -> Sequence[Copy]:
        """Posts of ours that carry their words or are in their private room, but for those about `but`."""

    def hand_over(self, keys: Sequence[str], ghost: UserRef) -> Sequence[str]:
        """Mark posts as being taken back; returns those that were not yet."""

    def hand_over_elsewhere(self, entries: Sequence[int], ghost: UserRef) -> Sequence[Copy]:
        """The same for all that shows these entries of other people's tickets, what waits to be posted included."""

    def waiting_for(self, ghost: UserRef) -> int: ...
    def forget_posts(self, ghost: UserRef, limit: int) -> tuple[Mapping[str, int], bool]:
        """Forget places of posts taken back. How many could not be for which reason, and whether there is more."""

    def sayings(self, request: Request, after: int, limit: int) -> Sequence[tuple[int, int, str]]:
        """What the person wrote as a customer and will be erased: entry, ticket, words; after this entry."""

    def quoting(self, but: UserRef, after: int, limit: int) -> Sequence[int]:
        """Entries in which anybody is quoted, by anybody but that customer; after this one."""

    def doubt(self, entry: int) -> bool:
        """Have a privacy officer look who is quoted in it. False if they will anyway."""

    def doubted(self, limit: int) -> Sequence[tuple[int, int]]:
        """Its number and the entry of each that waits for that."""

    def settle_doubt(self, entry: int) -> None: ...
    def erase_some(self, request: Request, limit: int, phase: str = "") -> Erased: ...
    def blobs(self, request: Request, after: tuple[str, int] | None, limit: int) -> tuple[Sequence[str], Any]:
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

    def ciphertext(self, tables: Sequence[str], until: datetime) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Of these tables' rows that were there by then, by table, how many have something in them that people wrote or
        sent; and how many of those have it in ciphertext only."""

    def encrypted_since(self) -> datetime | None:
        """Since when all of it is; None if it is not."""

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

    def purge(self, rule: str, limit: int, among: Sequence[int] | None = None) -> int:
        """Delete up to `limit` rows whose period is over, of these tickets if they are named; 0 when none is left."""

    def steps(self, request: int, *, alone: bool = False) -> Sequence["Stride"]:
        """Of an erasure, in their order. `alone`: until this transaction ends nobody else begins one, or writes."""

    def begin_step(self, request: int, step: "Step", fence: int, until: datetime) -> None: ...
    def renew_lease(self, request: int, step: "Step", fence: int, until: datetime) -> bool:
        """False if somebody else has begun meanwhile."""

    def end_step(self, request: int, step: "Step", state: "StepState", error: str = "") -> None: ...
    def note_step(self, request: int, step: "Step", counts: Mapping[str, int]) -> None:
        """Add to what it counted."""

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

    def latest_deeds(self, deeds: Sequence[str], limit: int, who: UserRef | None = None) -> Sequence[Line]:
        """Of these deeds, and about `who` if somebody is named, the newest first."""

    def aliases(self, who: UserRef) -> Mapping[int, str]:
        """What they are called in each year whose key there still is."""

    def destroy_key(self, epoch: int) -> bool:
        """From now on nobody can tell whom the lines of that year are about. False if there is no such key."""


class Notary(Protocol):
    """Signs exports, and seals them for one person. `public` is the key by which anybody can check a signature."""

    public: str

    def sign(self, data: bytes) -> bytes: ...
    def seal(self, content: Iterable[bytes], passphrase: str) -> Iterator[bytes]:
        """What whoever has the passphrase can open, and nobody else. Blocks."""


class Tombstones(Protocol):
    """Who was erased, in a store of its own, outside every backup of the database."""

    gate: "Gate"
    id: str
    last: int

    def lay(self, who: UserRef, kind: str, state: "State", before: datetime, at: datetime) -> "Tombstone":
        """On disk when it returns. Blocks."""

    def since(self, seq: int) -> Sequence["Tombstone"]: ...
    def refresh(self) -> None:
        """Learn what other processes added. Blocks."""
