"""How a person stands in a row, and what follows from it: what they may see of it, and what of it goes with them.

There are few ways to stand, so what follows is worked out once for each, and not for each of a million rows.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import Column, Row

from bot.message import UserRef
from bot.privacy.model import Role
from storage.datamap import LINKS, Sheet


@dataclass(frozen=True, slots=True)
class Standing:
    """`owner`: it is theirs; `ownerless`: nobody's; `about`: about them; `staff`: they did it as an agent."""

    owner: bool
    ownerless: bool
    about: bool
    staff: bool

    @property
    def subject(self) -> bool:
        """It is theirs, or is about them and nobody's else."""
        return self.owner or (self.ownerless and self.about)

    @property
    def elsewhere(self) -> bool:
        """It is theirs, among what is about somebody else."""
        return self.owner and not self.about

    @property
    def wrote(self) -> bool:
        """They wrote it as an agent."""
        return self.ownerless and self.staff


class Fate(Enum):
    """What becomes of a column's value: nothing; emptied; without their name; without their account."""

    KEEP = "keep"
    EMPTY = "empty"
    UNNAME = "unname"
    UNLINK = "unlink"


def standing(sheet: Sheet, row: Row[Any], who: UserRef) -> Standing:
    owner, about, staff = (_at(sheet, kind) for kind in ("owner", "about", "staff"))
    owners = [row[at] for at in owner if row[at] is not None]
    return Standing(who in owners, not owners, any(row[at] == who for at in about), any(row[at] == who for at in staff))


@cache
def visible(sheet: Sheet, role: Role, stands: Standing) -> tuple[tuple[int, str, bool], ...]:
    """Columns they may see: where in the row, name, and whether it is free text."""
    columns = enumerate(sheet.table.c)
    return tuple((at, c.name, c.info["holds"] in ("words", "remark")) for at, c in columns if _may_see(c, role, stands))


def _may_see(column: Column[Any], role: Role, stands: Standing) -> bool:
    """Their own words and places; what was said and noted about them; as an agent, what they wrote themselves."""
    wrote = role is Role.AGENT and stands.ownerless
    if column.info.get("secret"):
        return False
    match column.info["holds"]:
        case "payload":
            return False
        case "trace":
            return role is Role.YOURS
        case "words":
            return role in (Role.YOURS, Role.ABOUT) or wrote
        case "remark":
            return role is Role.ABOUT or (role is Role.YOURS and stands.about) or wrote
    if column.info.get("blob"):  # a file is given to whom it was given, and back to whom it is from
        return role is Role.YOURS or (role is Role.ABOUT and stands.ownerless)
    return True


@cache
def fates(sheet: Sheet, stands: Standing) -> tuple[tuple[int, str, Fate], ...]:
    """What becomes of each column that may change: where in the row, name, fate."""
    columns = [(at, column) for at, column in enumerate(sheet.table.c) if changes(column)]
    return tuple((at, column.name, _fate(column, stands)) for at, column in columns)


def changes(column: Column[Any]) -> bool:
    return column.info["holds"] != "facts" or bool(column.info.get("blob"))


def _fate(column: Column[Any], stands: Standing) -> Fate:
    kind = column.info["holds"]
    if kind in LINKS:
        return Fate.UNLINK
    match kind:
        case "words":  # others keep theirs, but for the name of whom they are about
            own = Fate.EMPTY if stands.owner else Fate.KEEP
            return Fate.UNNAME if not stands.owner and (stands.ownerless or stands.about) else own
        case "remark":
            return Fate.EMPTY if stands.about else Fate.UNNAME
        case "trace":
            return Fate.EMPTY if stands.subject or stands.wrote else Fate.UNNAME
    return Fate.EMPTY if column.info.get("blob") and stands.subject else Fate.KEEP


@cache
def _at(sheet: Sheet, kind: str) -> tuple[int, ...]:
    return tuple(at for at, column in enumerate(sheet.table.c) if column.info["holds"] == kind)
