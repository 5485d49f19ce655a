"""What privacy officers read of what is due, what was done, and who got what."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import _, here, several
from bot.privacy.auditing import audit_views
from bot.privacy.auditing.audit import Line
from bot.privacy.model import Tally
from bot.privacy.rights_views import KINDS, STAGES
from bot.wording import day


def report(tallies: Sequence[Tally], since: datetime, until: datetime) -> str:
    """A line for each kind of request."""
    head = _("Requests about data, from {since} to {until}", since=day(since), until=day(until))
    return "\n".join([head, *map(_line, tallies)]) if tallies else head + "\n" + _("None.")


def _line(tally: Tally) -> str:
    became = ", ".join(f"{here(STAGES[stage])} {count}" for stage, count in tally.stages)
    kind, total = here(KINDS[tally.asked]), sum(count for _, count in tally.stages)
    if tally.late:
        late = several("{number} of them late", "{number} of them late", tally.late)
        return _("{kind}: {total} ({became}), {late}", kind=kind, total=total, became=became, late=late)
    return _("{kind}: {total} ({became}), none late", kind=kind, total=total, became=became)


def nothing_due(days: int) -> str:
    return several(
        "Nothing is due within {number} day.", "Nothing is due within {number} days.", days,
    )  # fmt: skip


def no_days(most: int) -> str:
    return _("Say for how many days, from 0 to {most}.", most=most)


def choose(to: Sequence[str], why: Sequence[str]) -> str:
    return _("Nothing was written down. Say who got it ({to}) and why ({why}).", to=", ".join(to), why=", ".join(why))


def given() -> str:
    return _("Written down. It stands in /privacy disclosures, and in the person's own export.")


def disclosures(lines: Sequence[Line], operators: Sequence[str]) -> str:
    return audit_views.shown(lines, operators) if lines else _("Nothing was given to anybody yet.")
