"""What the console remembers of what it showed: which deliveries, which rooms, which buttons are where.

Every change is a record, applied here and added to the journal, so that a restarted process knows the same.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adapters.console.journal import Journal, Record

log = logging.getLogger(__name__)
# A token repeats only while the outbox does not know that it was delivered: among the last few hundred.
TOKENS = 10_000
POSTS = 20_000  # with buttons on them, about 150 bytes each in the journal; and as many of what is said of people
OUR_ID = re.compile(r"[0-9]{0,19}(?:-[0-9]{1,19})?")  # other arguments may quote people: they are not written down


@dataclass(slots=True)
class Posted:
    """A message with buttons. `room`, `to`, `about` and labels are sealed (see `adapters.console.journal`).

    `all` also has the buttons it had before it was rewritten: a person may press one a moment too late, and
    then the bot says what has changed.
    """

    id: str
    room: str
    thread: str
    to: str = ""
    card: bool = False
    about: frozenset[str] = frozenset()
    all: dict[str, tuple[str, str]] = field(default_factory=dict)
    live: frozenset[str] = frozenset()


class Board:
    """What is noted is a record made by `adapters.console.records`."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.tokens: dict[str, None] = {}
        self.rooms: dict[tuple[str, str], bool] = {}  # conversation and thread → is it the agents'?
        self.numbers: dict[tuple[str, str], None] = {}  # private conversation and ticket number, both sealed
        self.members: dict[tuple[str, str, str], None] = {}  # who was let into which room
        self.posts: dict[str, Posted] = {}

    def load(self) -> None:
        for record in self.journal.read():
            try:
                self._apply(record)
            except (TypeError, ValueError, KeyError, IndexError, AttributeError):
                log.warning("a line of the journal is not understood and skipped")
        self.tidy()

    def tidy(self) -> None:
        """Write down what still counts, instead of all that happened."""
        self.journal.rewrite(self._records())

    def note(self, record: Record) -> None:
        if not record:
            return
        self._apply(record)
        if "buttons" in record:
            record = record | {"buttons": [button for button in record["buttons"] if OUR_ID.fullmatch(button[2])]}
        try:
            self.journal.add(record)
        except OSError:  # this process knows it all the same; showing it again would be worse
            log.exception("the journal cannot be written")

    def is_agents(self, channel: str) -> bool:
        """Whether cards hang in this channel."""
        return any(agents for (conversation, _), agents in self.rooms.items() if conversation == channel)

    # Taking them in

    def _apply(self, record: Record) -> None:
        for token in (*record.get("tokens", ()), *([record["token"]] if "token" in record else [])):
            self.tokens[token] = None
        if room := record.get("room"):
            self.rooms[(room[0], room[1])] = bool(room[2])
        if told := record.get("told"):
            for number in told[1]:
                self.numbers.pop((told[0], number), None)
                self.numbers[(told[0], number)] = None
        for conversation, thread, who in record.get("in", ()):
            self.members[(conversation, thread, who)] = None
        for conversation, thread, who in record.get("out", ()):
            self.members.pop((conversation, thread, who), None)
        if "gone" in record:
            self._take_down(record["gone"])
        if "post" in record:
            self._put_up(record)
        _forget_oldest(self.tokens, TOKENS)
        for kept in (self.posts, self.numbers, self.members):
            _forget_oldest(kept, POSTS)

    def _take_down(self, id: str) -> None:
        """When the last message with buttons is taken back from a private room, nothing more is known of its person."""
        post = self.posts.pop(id, None)
        if post is None or not post.room.startswith("@"):
            return
        if not any(other.room == post.room and not other.to for other in self.posts.values()):
            self.posts = {id: other for id, other in self.posts.items() if post.room not in (other.room, other.to)}
            self.numbers = {key: None for key in self.numbers if key[0] != post.room}
            self.members = {key: None for key in self.members if key[2] != post.room}

    def _put_up(self, record: Record) -> None:
        id = record["post"]
        post = self.posts.pop(id, None)
        if post is None:
            room, thread, to, card = record["at"]
            post = Posted(id, room, thread, to, bool(card), frozenset(record.get("about", ())))
        post.all |= {label: (action, arg) for label, action, arg in (*record.get("old", ()), *record["buttons"])}
        post.live = frozenset(label for label, _, _ in record["buttons"])
        if post.all:
            self.posts[id] = post

    def _records(self) -> Iterator[Record]:
        yield {"tokens": list(self.tokens)}
        for (conversation, thread), agents in self.rooms.items():
            yield {"room": [conversation, thread, int(agents)]}
        for conversation, number in self.numbers:
            yield {"told": [conversation, [number]]}
        yield {"in": [list(member) for member in self.members]}
        yield from filter(None, map(_record_of, self.posts.values()))


def _record_of(post: Posted) -> Record:
    """Empty for a post whose buttons are all such as are not written down."""
    buttons = [[label, *what] for label, what in post.all.items() if OUR_ID.fullmatch(what[1])]
    if not buttons:
        return {}
    return {
        "post": post.id,
        "at": [post.room, post.thread, post.to, int(post.card)],
        "about": sorted(post.about),
        "old": [button for button in buttons if button[0] not in post.live],
        "buttons": [button for button in buttons if button[0] in post.live],
    }


def _forget_oldest(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
