"""The audit log: what was done with people's data, by whom and why, in codes and numbers alone.

Nobody is named in it. Who did something and whom it was about are HMACs under a key that serves one year; when that
key is destroyed, what was written in that year is nobody's any more. Each line carries the hash of the one before, so
that a line changed, taken out or moved is found; and each day the end of the chain is written down elsewhere, too.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.language import Phrase
from bot.message import UserRef

OPERATOR = UserRef("operator", "", "operator")  # whoever types commands on the machine itself
REWRITTEN = Phrase("not what the anchor says: this one or one before it was rewritten")
FIRST = "0" * 64  # the hash before the first line
CODE = re.compile(r"[a-z0-9._-]{0,60}")
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Deed(StrEnum):
    ACCESS = "access"  # an officer looked or acted; `reason` is the command
    DENIED = "denied"  # somebody asked for what is not theirs to see
    OPENED = "request.opened"
    MOVED = "request.moved"  # `reason` is the stage it came to
    STEPPED = "request.stepped"  # an erasure; `reason` is the step that begins
    EXTENDED = "request.extended"
    REFUSED = "request.refused"
    ERASED = "erased"  # `count` rows of `store`
    DELIVERED = "export.delivered"
    HANDED_OUT = "export.handed-out"  # sealed, to an officer who hands it on
    GIVEN = "given"  # `store` got it, outside of what the program does, for this `reason` in law
    HELD = "hold.placed"  # `reason` is the code of the hold, here and in what becomes of it
    PROPOSED = "hold.proposed"  # a second officer is asked for `store`: its end, or nondisclosure
    SILENCED = "hold.silenced"  # a second officer agreed that they are told nothing of it
    DROPPED = "hold.dropped"  # nothing came of the `store` for which a second officer was asked
    RENEWED = "hold.renewed"
    RELEASED = "hold.released"
    RESTRICTED = "restricted"
    LIFTED = "restriction.lifted"
    LINKED = "account.linked"
    UNLINKED = "account.unlinked"
    PURGED = "retention.run"
    PERIOD = "retention.period"
    KEY_GONE = "key.destroyed"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be written down. `store` is a table, a rule or a kind of request, `number` that of the request, the
    hold or the breach. Raises `ValueError` if one of the codes is none: there is no room for words."""

    deed: Deed
    about: UserRef | None = None
    number: int = 0
    count: int = 0
    store: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if not (CODE.fullmatch(self.store) and CODE.fullmatch(self.reason)):
            raise ValueError("the audit log takes codes only")


@dataclass(frozen=True, slots=True)
class Line:
    """`subject` and `actor` are who it was about and who did it, under the key of `epoch` (a year); empty if nobody."""

    number: int
    at: datetime
    epoch: int
    deed: str
    request: int
    count: int
    store: str
    reason: str
    subject: str
    actor: str
    hash: str = ""

    def after(self, before: str) -> "Line":
        """With its hash, in a chain of which `before` is the last one so far."""
        said = [self.number, (self.at - EPOCH) // MILLISECOND, self.epoch, self.deed, self.request, self.count]
        said += [self.store, self.reason, self.subject, self.actor, before]
        return replace(self, hash=hashlib.sha256(json.dumps(said).encode()).hexdigest())


def alias(key: str, who: UserRef | None) -> str:
    """Whom a line means, for those who have the key (hexadecimal) and the account. Empty for nobody, or without key."""
    return hmac.digest(bytes.fromhex(key), str(who).encode(), "sha256").hex() if who and key else ""


def epoch_of(at: datetime) -> int:
    return at.astimezone(UTC).year


def end_of(epoch: int) -> datetime:
    return datetime(epoch + 1, 1, 1, tzinfo=UTC)


class Link(NamedTuple):
    """The end of a chain: the number of its last line, and that line's hash."""

    number: int
    hash: str


class Broken(NamedTuple):
    """The number of the first line that is not as it was written; `how` says what is wrong with it."""

    number: int
    how: str


class Chain:
    """Goes along the lines, a page at a time, until one is wrong. `anchors` are links as written down elsewhere."""

    def __init__(self, anchors: Iterable[Link] = ()) -> None:
        self.last = Link(0, FIRST)
        self.anchors: dict[int, str] = dict(anchors)
        self.broken: Broken | None = None

    def follow(self, lines: Iterable[Line]) -> bool:
        """False from the first wrong line on."""
        for line in lines:
            if self.broken is None:
                self._next(line)
        return self.broken is None

    def close(self, head: Link | None) -> Broken | None:
        """What is wrong, if anything is, now that there are no more lines and the last one should be `head`."""
        if self.broken is None:
            farthest = max([*self.anchors, head.number if head else 0])
            if farthest > self.last.number:
                self.broken = Broken(self.last.number + 1, Phrase("missing"))
            elif head != (self.last if self.last.number else None):
                self.broken = Broken(self.last.number, Phrase("not the last one that was written"))
        return self.broken

    def _next(self, line: Line) -> None:
        number = self.last.number + 1
        if line.number != number:
            self.broken = Broken(number, Phrase("missing"))
        elif line.after(self.last.hash).hash != line.hash:
            self.broken = Broken(number, Phrase("changed"))
        elif self.anchors.get(number, line.hash) != line.hash:
            self.broken = Broken(number, REWRITTEN)
        self.last = Link(number, line.hash)


def anchors_in(text: str) -> Sequence[Link]:
    """Of a file with a line for each day: the day, the number and the hash of the last line. The rest is left out."""
    found = [line.split() for line in text.splitlines()]
    return [Link(int(parts[1]), parts[2]) for parts in found if len(parts) == 3 and parts[1].isdecimal()]


def anchored(day: datetime, link: Link) -> str:
    return f"{day:%Y-%m-%d} {link.number} {link.hash}\n"
