"""Whoever was erased stays erased. A tombstone says whose data went, by a keyed hash, and until when; the gate looks
at them before an event is taken in, and costs it no statement: it has them all in memory.

What somebody said before they were erased is not taken in again, be it a retry, a history that is read again, or a
ticket that somebody asks for about it. What they say afterwards is a new person's.

It knows, too, what people decided about their data, for when a restored database does not.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.errors import Answered
from bot.inbound import ButtonPressed, CommandInvoked, Event, FormSubmitted, MessagePosted, MessageRaised
from bot.language import reading
from bot.message import UserRef
from bot.ports import Say
from bot.privacy import views

ERASURE, RESTRICTION, CHOICE, MINOR = "erasure", "restriction", "choice", "minor"  # kinds of tombstones
SPOKEN = (MessagePosted, MessageRaised, CommandInvoked, ButtonPressed, FormSubmitted)


class State(StrEnum):
    """BEGUN: an erasure is at work. DONE: it is over, or what it says stands. ENDED: it does not stand any more."""

    BEGUN = "begun"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`subject` is the keyed hash of an account. `before`: what is of this time or earlier is gone."""

    seq: int
    subject: str
    kind: str
    state: State
    before: datetime
    at: datetime

    @property
    def about(self) -> str:
        """The kind, without who said that somebody is a minor."""
        return MINOR if self.kind.startswith(MINOR) else self.kind


Decisions = dict[str, dict[str, Tombstone]]  # by account, then by what they are about


def fold(stones: Iterable[Tombstone], into: Decisions) -> None:
    """The last decision about each counts. With an erasure all of them are over: who comes back is a new person."""
    for stone in stones:
        known = into.get(stone.subject, {})
        last = known.get(stone.about)
        if stone.kind != ERASURE and (last is None or last.seq < stone.seq):
            into[stone.subject] = known | {stone.about: stone}
        elif stone.kind == ERASURE and stone.state is State.DONE and known:
            into[stone.subject] = {about: each for about, each in known.items() if each.seq > stone.seq}


class Gate:
    """`key` is the secret without which nobody can tell whose tombstone it is."""

    def __init__(self, key: bytes = b"") -> None:
        self.key = key
        self.erased: dict[str, Tombstone] = {}
        self.decided: Decisions = {}
        self.dropped = 0  # events since the start

    def digest(self, who: UserRef) -> str:
        return hmac.digest(self.key, str(who).encode("utf-8", "replace"), "sha256").hex()

    def learn(self, stones: Iterable[Tombstone]) -> None:
        """Of several about one account the last one counts."""
        stones = list(stones)
        fold(stones, self.decided)
        for stone in stones:
            known = self.erased.get(stone.subject)
            if stone.kind == ERASURE and (known is None or known.seq < stone.seq):
                self.erased[stone.subject] = stone
            if stone.state is State.ENDED and self.erased.get(stone.subject) == stone:
                del self.erased[stone.subject]

    def forget(self, before: datetime) -> None:
        """Those that were laid before that time."""
        self.erased = {subject: stone for subject, stone in self.erased.items() if stone.at >= before}
        kept = {
            subject: {about: stone for about, stone in known.items() if stone.at >= before}
            for subject, known in self.decided.items()
        }
        self.decided = {subject: known for subject, known in kept.items() if known}

    def stone(self, who: UserRef) -> Tombstone | None:
        return self.erased.get(self.digest(who)) if self.erased else None

    def decisions(self, who: UserRef) -> Mapping[str, Tombstone]:
        """Theirs that stand, by what they are about."""
        known = self.decided.get(self.digest(who), {}) if self.decided else {}
        return {about: stone for about, stone in known.items() if stone.state is State.DONE}

    def admitted(self, event: Event) -> Event | None:
        """What may be taken in of it; None if nothing. Raises `Answered` for whoever is being erased right now: what
        they say meanwhile is not kept, and they are told so."""
        if not self.erased:
            return event
        stone = self.erased.get(self.digest(event.actor.ref))
        if stone is not None and stone.state is State.BEGUN:
            self.dropped += 1
            if not isinstance(event, SPOKEN):
                return None
            with reading(event.actor.language):
                raise Answered(Say(views.not_taken_in()))
        if stone is not None and event.at is not None and event.at <= stone.before:
            self.dropped += 1
            return None
        return self._without_erased(event) if isinstance(event, MessageRaised) else event

    def _without_erased(self, event: MessageRaised) -> MessageRaised:
        """Others may ask for a ticket about what somebody said before they were erased."""
        said = tuple(each for each in event.said if not self._gone(each))
        self.dropped += len(event.said) - len(said)
        return event if len(said) == len(event.said) else replace(event, said=said)

    def _gone(self, said: MessagePosted) -> bool:
        stone = self.erased.get(self.digest(said.actor.ref))
        if stone is None:
            return False
        return stone.state is State.BEGUN or (said.at is not None and said.at <= stone.before)
