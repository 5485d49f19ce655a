"""What of a row is sealed, for whom and bound to what: worked out from what the columns say they hold.

Sealed are words and remarks, and of JSON the keys that carry words. What a row is found by (a key, an index) is not:
tags, for one, are words of the desk by which tickets are looked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, UniqueConstraint, cast, func, literal_column

from bot.message import UserRef
from storage.columns import Clean, Json
from storage.rows import Base

NOBODY = UserRef("", "", "")  # whose words are nobody's


@dataclass(frozen=True)
class Plan:
    """One table. `known_by` are columns that say which row it is, before it has an id."""

    table: Table
    columns: tuple[Column[Any], ...]
    known_by: tuple[str, ...]
    owner: str
    about: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def bound(self) -> frozenset[str]:
        """Columns on which it depends for whom, and bound to what, the others are sealed."""
        return frozenset({*self.known_by, self.owner, self.about} - {""})

    def subject(self, column: Column[Any], row: Mapping[str, Any]) -> UserRef:
        """Whose key: a remark is whom it is about's; words are their owner's or, without one, whom they are about's."""
        owner = row[self.owner] if self.owner and column.info["holds"] != "remark" else None
        about = row[self.about] if self.about else None
        return owner or about or NOBODY

    def place(self, column: Column[Any], row: Mapping[str, Any]) -> str:
        """As `place_in_sql` has it."""
        return "|".join((self.table.name, column.name, *(_text(row[name]) for name in self.known_by)))

    def place_in_sql(self, column: Column[Any], of: Any) -> ColumnElement[str]:
        """`of`: the table, or an alias of it."""
        place: Any = literal_column(f"'{self.table.name}|{column.name}'")
        for name in self.known_by:
            text = cast(of.c[name], String)
            place = place.op("||")(literal_column("'|'")).op("||")(
                func.coalesce(text, literal_column("''")) if self.table.c[name].nullable else text
            )
        return place  # type: ignore[no-any-return]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@cache
def plans() -> Mapping[str, Plan]:
    """By table, those that have something to seal."""
    found = {table.name: _plan(table) for table in Base.metadata.sorted_tables}
    return {name: plan for name, plan in found.items() if plan.columns}


def _plan(table: Table) -> Plan:
    columns = tuple(column for column in table.c if is_sealed(column))
    return Plan(table, columns, known_by(table), _one(table, "owner"), _one(table, "about"))


def is_sealed(column: Column[Any]) -> bool:
    if isinstance(column.type, Json):
        return bool(word_keys(column))
    holds = column.info.get("holds") in ("words", "remark") and isinstance(column.type, Clean)
    return holds and not column.primary_key and not any(column.name in index.columns for index in column.table.indexes)


@cache
def word_keys(column: Column[Any]) -> frozenset[str]:
    """Of a JSON column, the keys that carry words."""
    return frozenset(key for key, kind in column.info.get("keys", {}).items() if kind == "words")


def known_by(table: Table) -> tuple[str, ...]:
    """As the table says; or its unique columns; or its key, if that is not the database's to make."""
    if said := table.info.get("known_by"):
        return tuple(said)
    unique = [[column] for column in table.c if column.unique]
    unique += [list(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)]
    key = list(table.primary_key.columns)
    own = [] if len(key) == 1 and key[0] is table.autoincrement_column else [key]
    return tuple(column.name for column in next(iter([*unique, *own]), ()))


def unbound(tables: Sequence[Table]) -> list[str]:
    """Tables with words that could not be bound to their rows, a line each."""
    found = (table for table in tables if any(map(is_sealed, table.c)) and not known_by(table))
    return [f"{table.name}: does not say what its rows are known by" for table in found]


def _one(table: Table, kind: str) -> str:
    return next((column.name for column in table.c if column.info.get("holds") == kind), "")
