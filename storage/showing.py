"""What a person may see of what is held about them, by what the columns say; others appear in it as accounts only,
which the export then disguises."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, func, or_, select, true, tuple_

from bot.language import Phrase
from bot.message import UserRef
from bot.privacy.model import Held, Other, Page, Role, Spoken, Topic
from storage.datamap import ROLES, Sheet, sheets, topics
from storage.rows import AttachmentRow, PersonRow
from storage.standing import standing, visible
from storage.undisclosed import as_told, silence, told

people = PersonRow.__table__
files = AttachmentRow.__table__
RESTRICTED = Phrase("(restricted)")
MANY = 500  # values in one IN list
OTHERS = {"owner": "customer", "about": "customer", "staff": "agent", "person": "person"}


class Showing:
    connection: Connection

    def view(self, who: UserRef) -> Sequence[Held]:
        """What there is, by table and role."""
        return self._held(who, sheets())

    def _held(
        self, who: UserRef, of: Iterable[Sheet], where: Callable[[Sheet], ColumnElement[bool]] = lambda sheet: true()
    ) -> Sequence[Held]:
        held, unsaid = [], silence(self.connection, who)
        for sheet in of:
            for role in sheet.roles:
                count = (
                    select(func.count())
                    .select_from(sheet.table)
                    .where(in_role(sheet, role, who), told(sheet, role, unsaid), where(sheet))
                )
                if number := self.connection.execute(count).scalar_one():
                    held.append(Held(sheet.says("what"), role, sheet.says("why"), number, sheet.says("keep")))
        return held

    def topics(self) -> Sequence[Topic]:
        return topics()

    def name(self, who: UserRef) -> str:
        """What they are called, as last seen; empty if nobody knows."""
        return next((name for name in self._names([who]).values()), "")

    def pages(self, who: UserRef, table: str, role: Role, after: tuple[Any, ...] | None, limit: int) -> Page:
        """Up to `limit` rows of `table` in which they are `role`, in the order of their keys."""
        sheet = next(sheet for sheet in sheets() if sheet.table.name == table)
        unsaid = silence(self.connection, who)
        may_know = told(sheet, role, unsaid)
        query = select(sheet.table).where(in_role(sheet, role, who), may_know).order_by(*sheet.key).limit(limit)
        if after is not None:
            query = query.where(beyond(sheet.key, after))
        rows = self.connection.execute(query).all()
        last = tuple(getattr(rows[-1], column.name) for column in sheet.key) if len(rows) == limit else None
        kept = self._restricted(sheet, rows, who)
        shown = [as_told(sheet, _shown(sheet, role, row, who, kept), unsaid) for row in rows]
        return Page(shown, self._beside(sheet, rows, who), last)

    def keys(self, attachments: Sequence[int]) -> Mapping[int, str]:
        """What opens these files, of those that are encrypted."""
        of = select(files.c.id, files.c.key).where(files.c.id.in_(attachments), files.c.key.is_not(None))
        return {row.id: row.key for row in self.connection.execute(of)}

    def _restricted(self, sheet: Sheet, rows: Sequence[Row[Any]], who: UserRef) -> frozenset[UserRef]:
        """Of the others whose rows these are, or whom they are about, those who had their data restricted."""
        at = [list(sheet.table.c).index(column) for column in sheet.holding("owner", "about")]
        others = list({row[index] for row in rows for index in at} - {who, None})
        restricted = select(people.c.who).where(people.c.restricted_at.is_not(None))
        found: set[UserRef] = set()
        for some in _chunks(others):
            found.update(self.connection.scalars(restricted.where(people.c.who.in_(some))))
        return frozenset(found)

    def others(self, who: UserRef) -> Sequence[Other]:
        """Everyone who is linked in their rows, and all who ever worked for a desk: agents first, each once."""
        found: dict[UserRef, str] = {}
        for sheet in sheets():
            for column in sheet.holding("staff"):
                there = select(column).where(column.is_not(None)).distinct()
                found.update(dict.fromkeys(self.connection.scalars(there), "agent"))
        for sheet in sheets():
            mine = or_(*(link == who for link in sheet.links))
            self._collect(found, sheet, mine)
        return self._called(found, who)

    def _beside(self, sheet: Sheet, rows: Sequence[Row[Any]], who: UserRef) -> Sequence[Other]:
        """Who is linked in these rows, or in other rows about the same customers."""
        found: dict[UserRef, str] = {}
        at = [(column, list(sheet.table.c).index(column)) for column in sheet.links]
        for row in rows:
            _note(found, ((column, row[index]) for column, index in at))
        about = [ref for ref, kind in found.items() if kind == "customer" and ref != who]
        for other in sheets():
            if (column := other.one("about")) is not None and len(other.links) > 1:
                for some in _chunks(about):
                    self._collect(found, other, column.in_(some))
        return self._called(found, who)

    def _collect(self, found: dict[UserRef, str], sheet: Sheet, where: ColumnElement[bool]) -> None:
        for row in self.connection.execute(select(*sheet.links).where(where).distinct()):
            _note(found, zip(sheet.links, row, strict=True))

    def _called(self, found: dict[UserRef, str], who: UserRef) -> Sequence[Other]:
        found.pop(who, None)
        names = self._names(list(found))
        return [Other(ref, kind, names.get(ref, "")) for ref, kind in found.items()]

    def _names(self, refs: Sequence[UserRef]) -> dict[UserRef, str]:
        names: dict[UserRef, str] = {}
        for sheet in sheets():
            for owner, column in product(sheet.holding("owner"), sheet.flagged("names")):
                for some in _chunks(refs):
                    rows = self.connection.execute(select(owner, column).where(owner.in_(some)))
                    names.update((row[0], row[1]) for row in rows)
        return names


def in_role(sheet: Sheet, role: Role, who: UserRef) -> ColumnElement[bool]:
    """Rows in which the person is this. What is theirs is not about them as well."""
    columns = [column for column in sheet.links if ROLES[column.info["holds"]] is role]
    mine = or_(*(column == who for column in columns))
    owner = sheet.one("owner")
    if role is Role.ABOUT and owner is not None:
        return and_(mine, or_(owner.is_(None), owner != who))
    return mine


def beyond(key: Sequence[Column[Any]], after: tuple[Any, ...]) -> ColumnElement[bool]:
    return key[0] > after[0] if len(key) == 1 else tuple_(*key) > tuple_(*after)


def _note(found: dict[UserRef, str], links: Iterable[tuple[Column[Any], UserRef | None]]) -> None:
    for column, ref in links:
        if ref is not None:
            found.setdefault(ref, OTHERS[column.info["holds"]])


def _shown(sheet: Sheet, role: Role, row: Row[Any], who: UserRef, kept: frozenset[UserRef]) -> dict[str, Any]:
    """What is said in rows of those who had their data restricted is `kept`, and shown to nobody else."""
    seen = visible(sheet, role, standing(sheet, row, who))
    hidden = bool(kept) and any(getattr(row, column.name) in kept for column in sheet.holding("owner", "about"))
    said = {name: Spoken(RESTRICTED if hidden and row[at] else row[at]) for at, name, is_text in seen if is_text}
    return {"role": str(role)} | {name: said.get(name, row[at]) for at, name, _ in seen}


def _chunks(refs: Sequence[UserRef]) -> Iterable[Sequence[UserRef]]:
    return (refs[start : start + MANY] for start in range(0, len(refs), MANY))
