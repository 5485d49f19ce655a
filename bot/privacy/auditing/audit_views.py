"""The audit log as its reader sees it."""

from collections.abc import Collection, Sequence
from datetime import UTC

from bot.language import _, several
from bot.privacy.auditing.audit import Broken, Line, Link

SHORT = 12  # characters of a code for somebody: enough to tell them apart


def shown(lines: Sequence[Line], operators: Collection[str]) -> str:
    return "\n".join(_line(line, operators) for line in lines) or _("Nothing is written down yet.")


def _line(line: Line, operators: Collection[str]) -> str:
    """Codes and numbers: what is empty is left out."""
    parts = [str(line.number), f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", line.deed]
    parts += [f"number={line.request}"] if line.request else []
    parts += [f"{name}={value}" for name, value in (("store", line.store), ("reason", line.reason)) if value]
    parts += [f"count={line.count}"] if line.count else []
    parts += [f"about={line.subject[:SHORT]}"] if line.subject else []
    by = "operator" if line.actor in operators else line.actor[:SHORT]
    return " ".join([*parts, *([f"by={by}"] if by else [])])


def sound(last: Link, anchors: int) -> str:
    if not last.number:
        return _("Nothing is written down yet.")
    lines = several("{number} line is as it was written", "{number} lines are as they were written", last.number)
    against = several("compared with {number} anchor", "compared with {number} anchors", anchors)
    return _("{lines}, {against}. It ends at {end}", lines=lines, against=against, end=f"{last.number}:{last.hash}")


def broken(found: Broken) -> str:
    return _(
        "The audit log is not as it was written: line {number} is {how}. What stands before it is sound. Compare it "
        "with a backup, and keep this database as it is until you know who changed it.",
        number=found.number, how=_(found.how),
    )  # fmt: skip


def no_anchor() -> str:
    return _("Nothing was compared: an anchor is written NUMBER:HASH, as verify and the log show it.")


def still_serves(year: int) -> str:
    return _(
        "Nothing was changed: the key of {year} is still used. It can be destroyed when the year is over.", year=year
    )


def no_key(year: int) -> str:
    return _("There is no key of {year}: either nothing was written then, or it is destroyed already.", year=year)


def key_gone(year: int) -> str:
    return _(
        "The key of {year} is destroyed: nobody can tell any more whom its lines are about. Backups made before "
        "still have it until they are deleted.",
        year=year,
    )  # fmt: skip
