"""What must be true of everything people said and read, whatever happened to the bot meanwhile.

Whoever drives a bot (the simulator, the torture) writes down what people did and what could be read in the end, and
`broken` says which promises were not kept. It knows nothing of how the bot works.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NEVER = float("inf")


class Sort(StrEnum):
    MESSAGE = "message"  # of a customer, for the agents
    REPLY = "reply"  # of an agent, for a customer
    NOTE = "note"  # of an agent, for agents


@dataclass
class Said:
    """`word` is in no other message. `customer` is whose ticket it is about. `sent` and `taken` are when the platform
    first delivered it and when the bot first acknowledged it. Whoever was `refused` was told so. `edits` are words put
    into it later, of which the last one stands in it; `deleted` is when the bot acknowledged that it is gone."""

    word: str
    sort: Sort
    customer: str
    sent: float = NEVER
    taken: float = NEVER
    refused: bool = False
    edits: list[str] = field(default_factory=list)
    deleted: float = NEVER

    @property
    def owed(self) -> bool:
        """Whether others must be able to read it."""
        return self.taken < NEVER and not self.refused and self.deleted == NEVER


@dataclass(frozen=True)
class Read:
    """Something that can be read in a room: the words of `Said` in it. `owner` is the customer whose ticket the room
    belongs to; `agents` is true where only agents read."""

    words: tuple[str, ...]
    room: str
    owner: str
    agents: bool


@dataclass
class History:
    """`read` is in the order in which it was posted. `kept` says in whose tickets' timeline a word is, if one may look.
    `begun` is when the bot began to post something, with its words. `given_up` is what the platform refused for good,
    which the agents were told. `unsure` is how often a word was posted, for agents or for a customer, without the bot
    being able to know. `claims` are those whom the bot told that a ticket is theirs, and `claimed` is who had it, one
    after the other, by what was written down."""

    said: list[Said] = field(default_factory=list)
    read: list[Read] = field(default_factory=list)
    kept: dict[str, str] | None = None
    begun: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)
    unsure: Counter[tuple[str, bool]] = field(default_factory=Counter)
    claims: list[tuple[str, str]] = field(default_factory=list)
    claimed: list[tuple[str, str]] | None = None


def broken(history: History, twice: int = 0) -> list[str]:
    """Promises that were not kept, in words. `twice` is how many posts may be there twice, because a platform without
    a key for them could not say what became of them."""
    found = [*_notes(history), *_rooms(history), *_lost(history), *_order(history), *_kept(history), *_claims(history)]
    found += [*_edited(history), *_deleted(history)]
    doubled = list(_doubled(history))
    return found + (doubled if len(doubled) > twice else [])


def doubled(history: History) -> int:
    """How many posts are there once too often."""
    return len(list(_doubled(history)))


def _goes_to(said: Said) -> bool:
    """Whether its copy is for the agents."""
    return said.sort is not Sort.REPLY


def _copies(history: History) -> Mapping[tuple[str, bool], list[Read]]:
    """By word, and whether agents read it."""
    found: dict[tuple[str, bool], list[Read]] = defaultdict(list)
    for read in history.read:
        for word in read.words:
            found[word, read.agents].append(read)
    return found


def _notes(history: History) -> Iterator[str]:
    copies = _copies(history)
    for said in history.said:
        if said.sort is Sort.NOTE and copies.get((said.word, False)):
            yield f"{said.word} is a note, and a customer reads it"


def _rooms(history: History) -> Iterator[str]:
    by_word = {said.word: said for said in history.said}
    for read in history.read:
        for word in read.words:
            said = by_word.get(word)
            if said and said.customer != read.owner:
                yield f"{word} is about {said.customer}, and is read in a room of {read.owner}"


def _lost(history: History) -> Iterator[str]:
    copies = _copies(history)
    for said in history.said:
        owed = said.sort is not Sort.NOTE and said.owed
        if owed and not copies.get((said.word, _goes_to(said))) and said.word not in history.given_up:
            yield f"{said.word} was acknowledged, and nobody reads it"


def _doubled(history: History) -> Iterator[str]:
    copies = _copies(history)
    for said in history.said:
        if said.sort is not Sort.NOTE:
            key = (said.word, _goes_to(said))
            for _ in copies.get(key, [])[1 + history.unsure[key] :]:
                yield f"{said.word} is read twice"


def _order(history: History) -> Iterator[str]:
    """What was acknowledged before something else was sent comes before it. Of what overlapped nobody knows."""
    for sort in (Sort.MESSAGE, Sort.REPLY):
        for room, words in _first_reads(history, sort).items():
            by_word = {said.word: said for said in history.said}
            latest = None
            for said in (by_word[word] for word in words):
                if latest is not None and said.taken < latest.sent:
                    yield f"{said.word} was acknowledged before {latest.word} was sent, and is read after it in {room}"
                if latest is None or said.sent > latest.sent:
                    latest = said


def _first_reads(history: History, sort: Sort) -> Mapping[str, list[str]]:
    """Each word where it is read first, by room."""
    wanted = {said.word for said in history.said if said.sort is sort}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for read in history.read:
        if read.agents is (sort is Sort.MESSAGE):
            for word in read.words:
                if word in wanted:
                    found[read.room].setdefault(word)
    return {room: list(words) for room, words in found.items()}


def _kept(history: History) -> Iterator[str]:
    if history.kept is None:
        return
    for said in history.said:
        if said.deleted < NEVER and said.word in history.kept:
            yield f"{said.word} was deleted, and is kept"
        if said.owed:
            kept = history.kept.get(said.word)
            if kept is None:
                yield f"{said.word} was acknowledged, and is not in the timeline"
            elif kept != said.customer:
                yield f"{said.word} of {said.customer} is kept in a ticket of {kept}"


def _edited(history: History) -> Iterator[str]:
    """Whoever reads it reads what it says now."""
    copies = _copies(history)
    for said in history.said:
        if said.edits and said.owed and said.edits[-1] not in history.given_up:
            if history.kept is not None and said.edits[-1] not in history.kept:
                yield f"{said.word} was edited, and its new words are not kept"
            old, key = set(said.edits[:-1]), (said.word, _goes_to(said))
            wrong = [c for c in copies.get(key, []) if said.edits[-1] not in c.words or old & set(c.words)]
            for copy in wrong[history.unsure[key] :]:  # of a post that nobody knows of no word can be changed
                yield f"{said.word} was edited, and does not read so in {copy.room}"


def _deleted(history: History) -> Iterator[str]:
    copies = _copies(history)
    for said in history.said:
        if said.deleted < NEVER and said.word not in history.given_up:
            for key in ((said.word, True), (said.word, False)):
                for copy in copies.get(key, [])[history.unsure[key] :]:
                    yield f"{said.word} was deleted, and is read in {copy.room}"
            if any(said.word in words for moment, words in history.begun if moment > said.deleted):
                yield f"{said.word} was deleted, and was posted afterwards"


def _claims(history: History) -> Iterator[str]:
    if history.claimed is None:
        return
    written = Counter(history.claimed)
    for (ticket, who), times in Counter(history.claims).items():
        if times > written[ticket, who]:
            yield f"{who} was told {times} times that {ticket} is theirs, and it was {written[ticket, who]} times"


def words_in(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those words that are in a text, in the order of `known`."""
    return tuple(word for word in known if word in text)
