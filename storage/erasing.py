"""Erasing a person: rows go or lose what is theirs, as the columns say, a few at a time.

Each row is rewritten whole, content and link in one statement, so nothing is lost from sight half erased, and
whoever starts again finds exactly what is left. What others wrote stays, but for the person's names and ids.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, Row, Update, and_, bindparam, delete, or_, select, update

from bot.message import UserRef
from bot.privacy.exporting.disguise import eraser
from bot.privacy.model import Asked, Erased, Request
from storage.datamap import Sheet, sheets
from storage.deferred import Reach, held_tickets
from storage.hot import Hot
from storage.sealing import doom, doom_those_without_words
from storage.standing import Fate, Standing, changes, fates, standing

Text = Callable[[str], str]


class Erasing:
    connection: Connection

    def name(self, who: UserRef) -> str:
        raise NotImplementedError

    def reach(self, request: Request) -> Reach:
        """What of the person goes now."""
        return Reach(request, () if request.asked is Asked.REST else held_tickets(self.connection, request.who))

    def erase_some(self, request: Request, limit: int, phase: str = "") -> Erased:
        """Erase up to `limit` rows of the tables of this phase (`until` in `storage.rows`)."""
        if request.who == request.nobody:  # it is done: the request itself has forgotten whose it was
            return Erased()
        reach = self.reach(request)
        step = _Step(self.connection, reach, cache(lambda: eraser(request.who, self.name(request.who))), limit)
        for sheet in sheets():
            if sheet.says("until") == phase:
                step.take(sheet)
        if step.left:
            self._forget_key(reach, phase)
        return Erased(step.counts, self._unreferred(step.shas), step.elsewhere, step.left == 0)

    def _forget_key(self, reach: Reach, phase: str) -> None:
        who = reach.request.who
        if phase == ("receipt" if reach.one_ticket else "names"):  # later they may be back already, with another key
            if reach.one_ticket or reach.held:
                doom_those_without_words(self.connection, [who])
            else:
                doom(self.connection, who)

    def blobs(self, request: Request, after: tuple[str, int] | None, limit: int) -> tuple[Sequence[str], Any]:
        """Files that would go with their rows and that nobody else's rows refer to; and where to go on."""
        who, reach = request.who, self.reach(request)
        tables = [sheet for sheet in sheets() if sheet.flagged("blob") and sheet.says("erase") == "delete"]
        names = [sheet.table.name for sheet in tables]
        table, past = after or (names[0], 0)
        sheet = tables[names.index(table)]
        query = select(sheet.table).where(_any_link(sheet, who), reach.of(sheet), sheet.key[0] > past)
        rows = self.connection.execute(query.order_by(sheet.key[0]).limit(limit)).all()
        going = {getattr(row, sheet.flagged("blob")[0].name) for row in rows if standing(sheet, row, who).subject}
        if len(rows) == limit:
            return self._only_theirs(going, who, reach), (table, getattr(rows[-1], sheet.key[0].name))
        rest = names[names.index(table) + 1 :]
        return self._only_theirs(going, who, reach), (rest[0], 0) if rest else None

    def _only_theirs(self, shas: set[str], who: UserRef, reach: Reach) -> Sequence[str]:
        kept: set[str] = set()
        for sheet, column in _blob_columns():
            spared = select(column).where(column.in_(shas), reach.of(sheet).is_not(True))
            kept |= set(self.connection.scalars(spared))
            for row in self.connection.execute(select(sheet.table).where(column.in_(shas), reach.of(sheet))):
                if not (sheet.says("erase") == "delete" and standing(sheet, row, who).subject):
                    kept.add(getattr(row, column.name))
        return sorted(shas - kept - {""})

    def _unreferred(self, shas: set[str]) -> Sequence[str]:
        for _, column in _blob_columns():
            shas = shas - set(self.connection.scalars(select(column).where(column.in_(shas)))) if shas else shas
        return sorted(shas - {""})


class _Step:
    """One transaction's worth of an erasure."""

    def __init__(self, connection: Connection, reach: Reach, text: Callable[[], Text], limit: int) -> None:
        self.connection, self.text = connection, text  # few rows say their name, and to find it is much work
        self.who, self.ghost = reach.request.who, reach.request.nobody
        self.left, self.reach = limit, reach
        self.counts: dict[str, int] = {}
        self.shas: set[str] = set()
        self.elsewhere: list[int] = []

    def take(self, sheet: Sheet) -> None:
        for link in sheet.links:
            while self.left:
                rows = self._some(sheet, link)
                if not rows:
                    break
                self._change(sheet, rows)
                self.left -= len(rows)
                what = sheet.says("what")
                self.counts[what] = self.counts.get(what, 0) + len(rows)

    def _some(self, sheet: Sheet, link: Column[Any]) -> Sequence[Any]:
        """Rows in which they are linked so. Of all tables, in each transaction: most of these find nothing."""
        if self.reach.is_everything(sheet):
            return _linked(sheet, link).all(self.connection, {"who": self.who, "most": self.left})
        query = select(sheet.table).where(link == self.who, self.reach.of(sheet)).limit(self.left)
        return self.connection.execute(query).all()

    def _change(self, sheet: Sheet, rows: Sequence[Any]) -> None:
        goes = sheet.says("erase") == "delete"
        both = [(row, standing(sheet, row, self.who)) for row in rows]
        gone = [row for row, stands in both if goes and stands.subject]
        stay = [(row, stands) for row, stands in both if not (goes and stands.subject)]
        for column in sheet.flagged("blob"):
            self.shas |= {getattr(row, column.name) for row in gone}
        self.elsewhere += [getattr(row, sheet.key[0].name) for row, stands in stay if stands.elsewhere]
        if gone:
            self.connection.execute(_delete(sheet), [_key(sheet, row) for row in gone])
        if stay:
            new = [_key(sheet, row) | self._without(sheet, row, stands) for row, stands in stay]
            self.connection.execute(_rewrite(sheet), new)

    def _without(self, sheet: Sheet, row: Row[Any], stands: Standing) -> dict[str, Any]:
        """The row's personal columns once the person is gone from it."""
        return {f"new_{name}": self._new(fate, row[at]) for at, name, fate in fates(sheet, stands)}

    def _new(self, fate: Fate, value: Any) -> Any:
        match fate:
            case _ if value is None:
                return None
            case Fate.UNLINK:
                return self.ghost if value == self.who else value
            case Fate.EMPTY:
                return ""
            case Fate.UNNAME:
                return self.text()(value)
        return value


def _any_link(sheet: Sheet, who: UserRef) -> Any:
    return or_(*(link == who for link in sheet.links))


@cache
def _blob_columns() -> list[tuple[Sheet, Column[Any]]]:
    return [(sheet, column) for sheet in sheets() for column in sheet.flagged("blob")]


def _key(sheet: Sheet, row: Row[Any]) -> dict[str, Any]:
    return {f"old_{column.name}": getattr(row, column.name) for column in sheet.key}


@cache
def _linked(sheet: Sheet, link: Column[Any]) -> Hot:
    return Hot(select(sheet.table).where(link == bindparam("who")).limit(bindparam("most")))


@cache
def _delete(sheet: Sheet) -> Delete:
    return delete(sheet.table).where(and_(*(column == bindparam(f"old_{column.name}") for column in sheet.key)))


@cache
def _rewrite(sheet: Sheet) -> Update:
    same = and_(*(column == bindparam(f"old_{column.name}") for column in sheet.key))
    return (
        update(sheet.table)
        .where(same)
        .values({c.name: bindparam(f"new_{c.name}") for c in sheet.table.c if changes(c)})
    )
