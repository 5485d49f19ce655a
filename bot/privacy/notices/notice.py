"""The privacy notice as data: what it says follows from the map of the data, and so does what changed in it.

A change is material if people could have decided otherwise for it: something new is held, for a new purpose, given to
somebody new, or kept longer. Nobody declares that; it is computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.privacy.model import Topic
from bot.privacy.promises import Promises
from bot.privacy.purposes import Purpose

AHEAD = timedelta(days=30)  # between the announcement of a material change and its taking effect


@dataclass(frozen=True, slots=True)
class Facts:
    """`holds` is by table: what its rows are called and under which rule they are kept. `periods` are days, by rule."""

    holds: Mapping[str, Sequence[str]]
    periods: Mapping[str, int]
    purposes: Sequence[str]
    recipients: Sequence[str]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Facts":
        return cls(
            {table: tuple(says) for table, says in data["holds"].items()},
            dict(data["periods"]),
            tuple(data["purposes"]),
            tuple(data["recipients"]),
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """A version. Until `effective_at` the one before it holds."""

    number: int
    facts: Facts
    published_at: datetime
    effective_at: datetime
    material: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new and what is gone. `longer` and `shorter` are rules with the days before and now."""

    held: Sequence[str] = ()
    purposes: Sequence[str] = ()
    recipients: Sequence[str] = ()
    longer: Sequence[tuple[str, int, int]] = ()
    shorter: Sequence[tuple[str, int, int]] = ()
    gone: Sequence[str] = ()

    @property
    def material(self) -> bool:
        return bool(self.held or self.purposes or self.recipients or self.longer)


def facts(topics: Sequence[Topic], periods: Mapping[str, int], promises: Promises) -> Facts:
    """What the notice says now."""
    holds = {topic.table: (topic.what, topic.keep) for topic in sorted(topics, key=lambda topic: topic.table)}
    purposes = sorted({topic.why for topic in topics} | {purpose.value for purpose in Purpose})
    return Facts(holds, dict(sorted(periods.items())), tuple(purposes), tuple(sorted(promises.recipients)))


def whys(topics: Sequence[Topic]) -> Mapping[str, str]:
    """What each table is for. Not in `Facts`: purposes count as one lot there, so that none moves unseen."""
    return {topic.table: topic.why for topic in topics}


def changes(old: Facts, new: Facts) -> Changes:
    """A table that has another name by now is the same if it is called the same. Kept longer is also what is kept under
    another rule with more days, or with none where it had some."""
    before, now = {says[0] for says in old.holds.values()}, {says[0] for says in new.holds.values()}
    moved = [
        (what, _days(old, rule), _days(new, keep))
        for what, keep in new.holds.values()
        for called, rule in old.holds.values()
        if called == what and _days(old, rule) != _days(new, keep)
    ]
    gone = (*_new(now, before), *_new(new.purposes, old.purposes), *_new(new.recipients, old.recipients))
    return Changes(
        _new(before, now),
        _new(old.purposes, new.purposes),
        _new(old.recipients, new.recipients),
        tuple(change for change in moved if change[2] > change[1]),
        tuple(change for change in moved if change[2] < change[1]),
        gone,
    )


def _new(before: Iterable[str], now: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(now) - set(before)))


ENDLESS = 1_000_000  # days, where a rule has none


def _days(of: Facts, rule: str) -> int:
    return of.periods.get(rule, ENDLESS)


def next_version(latest: Notice | None, now_says: Facts, now: datetime) -> Notice | None:
    """The version to publish, or None if the latest says the same already. The first one holds at once."""
    if latest is None:
        return Notice(0, now_says, now, now)
    if latest.facts == now_says:
        return None
    material = changes(latest.facts, now_says).material
    return Notice(0, now_says, now, now + AHEAD if material else now, material)
