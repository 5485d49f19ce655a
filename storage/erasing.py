"""Erasing a person: rows go or lose what is theirs, as the columns say, a few at a time.

Each row is rewritten whole, content and link in one statement, so nothing is lost from sight half erased, and
whoever starts again finds exactly what is left. What others wrote stays, but for the person's names and ids.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, Row, Update, and_, bindparam, delete, or_, select, update

from bot.message import UserRef
from bot.privacy.disguise import eraser
from bot.privacy.model import Erased, Request
from storage.datamap import Sheet, sheets

Text = Callable[[str], str]


class Erasing:
    connection: Connection

    def name(self, who: UserRef) -> str:
        raise NotImplementedError

    def erase_some(self, request: Request, limit: int, phase: str = "") -> Erased:
        """Erase up to `limit` rows of the tables of this phase (`until` in `storage.rows`)."""
        if request.who == request.nobody:  # it is done: the request itself has forgotten whose it was
            return Erased()
        step = _Step(self.connection, request.who, request.nobody, eraser(request.who, self.name(request.who)), limit)
        for sheet in sheets():
            if sheet.says("until") == phase:
                step.take(sheet)
        return Erased(step.counts, self._unreferred(step.shas), step.elsewhere, step.left == 0)

    def blobs(self, who: UserRef, after: tuple[str, int] | None, limit: int) -> tuple[Sequence[str], Any]:
        """Files that would go with their rows and that nobody else's rows refer to; and where to go on."""
        tables = [sheet for sheet in sheets() if sheet.flagged("blob") and sheet.says("erase") == "delete"]
        names = [sheet.table.name for sheet in tables]
        table, past = after or (names[0], 0)
        sheet = tables[names.index(table)]
        query = select(sheet.table).where(_any_link(sheet, who), sheet.key[0] > past)
        rows = self.connection.execute(query.order_by(sheet.key[0]).limit(limit)).all()
        going = {getattr(row, sheet.flagged("blob")[0].name) for row in rows if _subject(sheet, row) == who}
        if len(rows) == limit:
            return self._only_theirs(going, who), (table, getattr(rows[-1], sheet.key[0].name))
        rest = names[names.index(table) + 1 :]
        return self._only_theirs(going, who), (rest[0], 0) if rest else None

    def _only_theirs(self, shas: set[str], who: UserRef) -> Sequence[str]:
        kept: set[str] = set()
        for sheet, column in _blob_columns():
            for row in self.connection.execute(select(sheet.table).where(column.in_(shas))):
                if not (sheet.says("erase") == "delete" and _subject(sheet, row) == who):
                    kept.add(getattr(row, column.name))
        return sorted(shas - kept - {""})

    def _unreferred(self, shas: set[str]) -> Sequence[str]:
        for _, column in _blob_columns():
            shas = shas - set(self.connection.scalars(select(column).where(column.in_(shas)))) if shas else shas
        return sorted(shas - {""})


class _Step:
    """One transaction's worth of an erasure."""

    def __init__(self, connection: Connection, who: UserRef, ghost: UserRef, text: Text, limit: int) -> None:
        self.connection, self.who, self.ghost, self.text = connection, who, ghost, text
        self.left = limit
        self.counts: dict[str, int] = {}
        self.shas: set[str] = set()
        self.elsewhere: list[int] = []

    def take(self, sheet: Sheet) -> None:
        for link in sheet.links:
            while self.left:
                rows = self.connection.execute(select(sheet.table).where(link == self.who).limit(self.left)).all()
                if not rows:
                    break
                self._change(sheet, rows)
                self.left -= len(rows)
                what = sheet.says("what")
                self.counts[what] = self.counts.get(what, 0) + len(rows)

    def _change(self, sheet: Sheet, rows: Sequence[Row[Any]]) -> None:
        goes = sheet.says("erase") == "delete"
        gone = [row for row in rows if goes and _subject(sheet, row) == self.who]
        stay = [row for row in rows if not (goes and _subject(sheet, row) == self.who)]
        for column in sheet.flagged("blob"):
            self.shas |= {getattr(row, column.name) for row in gone}
        self.elsewhere += [getattr(row, sheet.key[0].name) for row in stay if self._in_anothers(sheet, row)]
        if gone:
            self.connection.execute(_delete(sheet), [_key(sheet, row) for row in gone])
        if stay:
            self.connection.execute(_rewrite(sheet), [_key(sheet, row) | self._without(sheet, row) for row in stay])

    def _in_anothers(self, sheet: Sheet, row: Row[Any]) -> bool:
        return _owner(sheet, row) == self.who and _value(sheet, "about", row) not in (None, self.who)

    def _without(self, sheet: Sheet, row: Row[Any]) -> dict[str, Any]:
        """The row's personal columns once the person is gone from it."""
        values = {column: getattr(row, column.name) for column in _changing(sheet)}
        return {f"new_{column.name}": self._new(sheet, column, row, value) for column, value in values.items()}

    def _new(self, sheet: Sheet, column: Column[Any], row: Row[Any], value: Any) -> Any:
        if value is None:
            return None
        subject = _subject(sheet, row) == self.who
        match column.info["holds"]:
            case "owner" | "about" | "staff" | "person":
                return self.ghost if value == self.who else value
            case "words":
                return self._words(sheet, row, value)
            case "remark":
                return "" if _value(sheet, "about", row) == self.who else self.text(value)
            case "trace":
                return "" if subject or self._wrote(sheet, row) else self.text(value)
        return "" if column.info.get("blob") and subject else value

    def _words(self, sheet: Sheet, row: Row[Any], words: str) -> str:
        """Their own go. Where they are the subject or an agent, their name goes; elsewhere others keep their words."""
        owner = _owner(sheet, row)
        if owner == self.who:
            return ""
        return self.text(words) if owner is None or _value(sheet, "about", row) == self.who else words

    def _wrote(self, sheet: Sheet, row: Row[Any]) -> bool:
        """Whether they wrote it as an agent: its place on the platform leads to them."""
        staff = [getattr(row, column.name) for column in sheet.holding("staff")]
        return _owner(sheet, row) is None and self.who in staff


def _value(sheet: Sheet, kind: str, row: Row[Any]) -> UserRef | None:
    column = sheet.one(kind)
    return None if column is None else getattr(row, column.name)


def _owner(sheet: Sheet, row: Row[Any]) -> UserRef | None:
    return _value(sheet, "owner", row)


def _subject(sheet: Sheet, row: Row[Any]) -> UserRef | None:
    """Whose row it is: its owner's; without one, it is about somebody."""
    return _owner(sheet, row) or _value(sheet, "about", row)


def _any_link(sheet: Sheet, who: UserRef) -> Any:
    return or_(*(link == who for link in sheet.links))


def _blob_columns() -> list[tuple[Sheet, Column[Any]]]:
    return [(sheet, column) for sheet in sheets() for column in sheet.flagged("blob")]


def _key(sheet: Sheet, row: Row[Any]) -> dict[str, Any]:
    return {f"old_{column.name}": getattr(row, column.name) for column in sheet.key}


@cache
def _delete(sheet: Sheet) -> Delete:
    return delete(sheet.table).where(and_(*(column == bindparam(f"old_{column.name}") for column in sheet.key)))


@cache
def _rewrite(sheet: Sheet) -> Update:
    same = and_(*(column == bindparam(f"old_{column.name}") for column in sheet.key))
    return update(sheet.table).where(same).values({c.name: bindparam(f"new_{c.name}") for c in _changing(sheet)})


@cache
def _changing(sheet: Sheet) -> list[Column[Any]]:
    return [column for column in sheet.table.c if column.info["holds"] != "facts" or column.info.get("blob")]
