"""What operators and privacy officers are told about retention, in English like all that is theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.wording import moment

WHAT = {
    "content": "the words of tickets, after these are closed",
    "files": "files, after their ticket is closed",
    "profile": "names of people of whom nothing else is kept, after they were last seen",
    "undelivered": "messages that could not be delivered, after they were given up",
    "requests": "requests about data, after they were answered",
    "holds": "legal holds, after they were released",
    "choices": "objections and consents, after they ended",
}


class Previewed(Protocol):
    @property
    def rule(self) -> str: ...
    @property
    def days(self) -> int: ...
    @property
    def now(self) -> int: ...


def periods(previews: Sequence[Previewed]) -> str:
    """A line for each rule."""
    return "\n".join(f"{p.rule}: {_days(p.days)}, {WHAT[p.rule]}. Due now: {p.now}" for p in previews)


def period_set(preview: Previewed, since: datetime, now: datetime) -> str:
    if since <= now:
        return f"{preview.rule} is kept for {_days(preview.days)} from now on."
    return (
        f"{preview.rule} is kept for {_days(preview.days)} from {moment(since)} on. As things are, "
        f"{preview.now} would be deleted then. Until then you can set it back, and nothing is lost."
    )


def no_days() -> str:
    return "Nothing was changed: days has to be a whole number."


def no_such_rule(rules: Sequence[str]) -> str:
    return f"Nothing was changed: there is no such rule. Choose one of: {', '.join(rules)}."


def out_of_bounds(rule: str, least: int, most: int) -> str:
    return f"Nothing was changed: {rule} can be kept for {least} to {_days(most)}."


def _days(many: int) -> str:
    return f"{many} day" if many == 1 else f"{many} days"
