"""The register of breaches, and whom one concerns: found through what the columns say they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from bot.message import UserRef
from bot.privacy.model import GONE
from bot.privacy.officers.breaches import Breach
from storage.ciphertext import sealed, worded
from storage.columns import Utc
from storage.datamap import Sheet, sheets
from storage.plans import plans
from storage.rows import BreachRow, EncryptionRow, PersonRow
from storage.settling import ON

breaches, encryption = BreachRow.__table__, EncryptionRow.__table__
people = PersonRow.__table__
CLOCKS = ("at", "opened_at", "placed_at", "received_at")  # when a row came to be


class Breaches:
    connection: Connection

    def save_breach(self, breach: Breach) -> Breach:
        """With number 0 it is a new one; returns it with its number."""
        if breach.number:
            change = update(breaches).where(breaches.c.number == breach.number)
            self.connection.execute(change.values(_values(breach)))
            return breach
        new = insert(breaches).values(_values(breach)).returning(breaches.c.number)
        return replace(breach, number=self.connection.execute(new).scalar_one())

    def breach(self, number: int) -> Breach | None:
        row = self.connection.execute(select(breaches).where(breaches.c.number == number)).first()
        return None if row is None else _breach(row)

    def breaches(self, limit: int) -> Sequence[Breach]:
        """The newest first."""
        newest = select(breaches).order_by(breaches.c.number.desc()).limit(limit)
        return [_breach(row) for row in self.connection.execute(newest)]

    def affected(self, tables: Sequence[str], until: datetime) -> tuple[int, Mapping[str, int]]:
        """How many people have something in these tables that was there by then, and how many rows. Where a table does
        not say since when, all of them count."""
        counts, whose = {}, []
        for sheet in _sheets(tables):
            counts[sheet.table.name] = self._count(sheet, _by(sheet, until))
            whose += [select(link.label("who")).where(_by(sheet, until), _known(link)) for link in _subjects(sheet)]
        everybody = select(func.count()).select_from(union(*whose).subquery())
        return self.connection.execute(everybody).scalar_one() if whose else 0, counts

    def ciphertext(self, tables: Sequence[str], until: datetime) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Of these tables' rows that were there by then, by table, how many have something in them that people wrote or
        sent; and how many of those have it in ciphertext only."""
        words, closed = {}, {}
        for sheet in _sheets(tables):
            if (plan := plans().get(sheet.table.name)) is not None:
                some = and_(_by(sheet, until), worded(plan))
                words[plan.table.name] = self._count(sheet, some)
                closed[plan.table.name] = self._count(sheet, and_(some, sealed(plan)))
        return words, closed

    def _count(self, sheet: Sheet, where: ColumnElement[bool]) -> int:
        return self.connection.execute(select(func.count()).select_from(sheet.table).where(where)).scalar_one()

    def encrypted_since(self) -> datetime | None:
        """Since when all of it is; None if it is not."""
        return self.connection.scalar(select(encryption.c.since).where(encryption.c.state == ON))

    def affected_people(
        self, tables: Sequence[str], until: datetime, after: int, limit: int
    ) -> Sequence[tuple[int, UserRef]]:
        """Those of them who can be written to, after this number of a profile, in the order of the numbers."""
        theirs: list[ColumnElement[bool]] = [
            exists().where(link == people.c.who, _by(sheet, until))
            for sheet in _sheets(tables)
            for link in _subjects(sheet)
            if sheet.table is not people
        ]
        if "people" in tables:
            theirs.append(people.c.id > 0)
        page = select(people.c.id, people.c.who).where(people.c.id > after, _known(people.c.who), or_(*theirs))
        return [(row.id, row.who) for row in self.connection.execute(page.order_by(people.c.id).limit(limit))]


def _sheets(tables: Sequence[str]) -> Sequence[Sheet]:
    return [sheet for sheet in sheets() if sheet.table.name in tables]


def _subjects(sheet: Sheet) -> Sequence[Column[Any]]:
    return sheet.holding("owner", "about")


def _by(sheet: Sheet, until: datetime) -> ColumnElement[bool]:
    clock = next((sheet.table.c[name] for name in CLOCKS if name in sheet.table.c), None)
    if clock is None or not isinstance(clock.type, Utc):
        return sheet.key[0].is_not(None)
    return clock <= until


def _known(link: Column[Any]) -> ColumnElement[bool]:
    """Not the ghost of somebody who was erased."""
    return and_(link.is_not(None), ~link.startswith(f"{GONE}/"))


def _values(breach: Breach) -> dict[str, Any]:
    values = asdict(breach)
    del values["number"]
    return values


def _breach(row: Row[Any]) -> Breach:
    return Breach(**row._mapping)
