"""What operators and privacy officers are told about retention."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.language import Phrase, _, here, several
from bot.wording import moment

WHAT = {
    "content": Phrase("the words of tickets, after these are closed"),
    "files": Phrase("files, after their ticket is closed"),
    "removed": Phrase("the tickets of a workspace or server that removed the bot, after that"),
    "profile": Phrase("names of people of whom nothing else is kept, after they were last seen"),
    "undelivered": Phrase("messages that could not be delivered, after they were given up"),
    "requests": Phrase("requests about data, after they were answered"),
    "holds": Phrase("legal holds, after they were released"),
    "audit": Phrase("keys of the audit log, after their year; without its key a line is nobody's"),
    "choices": Phrase("objections and consents, after they ended"),
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
    return "\n".join(
        _("{rule}: {days}, {what}. Due now: {now}", rule=p.rule, days=_days(p.days), what=here(WHAT[p.rule]), now=p.now)
        for p in previews
    )


def period_set(preview: Previewed, since: datetime, now: datetime) -> str:
    if since <= now:
        return _("{rule} is kept for {days} from now on.", rule=preview.rule, days=_days(preview.days))
    return _(
        "{rule} is kept for {days} from {when} on. As things are, {now} would be deleted then. "
        "Until then you can set it back, and nothing is lost.",
        rule=preview.rule,
        days=_days(preview.days),
        when=moment(since),
        now=preview.now,
    )


def no_days() -> str:
    return _("Nothing was changed: days has to be a whole number.")


def no_such_rule(rules: Sequence[str]) -> str:
    return _("Nothing was changed: there is no such rule. Choose one of: {rules}.", rules=", ".join(rules))


def out_of_bounds(rule: str, least: int, most: int) -> str:
    return _("Nothing was changed: {rule} can be kept for {least} to {most}.", rule=rule, least=least, most=_days(most))


def _days(many: int) -> str:
    return several("{number} day", "{number} days", many)
