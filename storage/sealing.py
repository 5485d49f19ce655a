"""Encryption between the repositories and the database: nobody else in `storage` knows of it.

With a `Sealing` attached to an engine, whatever is inserted or updated is sealed on its way (see `storage.plans`), and
whatever is selected comes with its place, by which it is opened. Without one, nothing here is ever called.

An update that changes words, or whose row it is, first reads which rows it means: each has a key of its own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Engine, Insert, Update, bindparam, event, false, select
from sqlalchemy.dialects import sqlite

from bot.message import UserRef
from storage.columns import clean, plain_json
from storage.hot import Compiled, Hot, Values
from storage.plans import Plan, plans, word_keys
from storage.sealed_columns import SealedJson, SealedText, column_is_json, is_mark
from storage.statements import assigned, check_insert, given_values, meant, plan_of
from storage.vault import Unreadable, Vault

Row = Mapping[str, Any]


class Sealing:
    """A vault, attached to the engines of one store."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.text = SealedText()
        self.json = SealedJson()
        by_name: Any = sqlite.dialect(json_serializer=plain_json, paramstyle="named")
        by_name.sealing = self
        self.by_name: Dialect = by_name
        self._compiled: dict[Hot, Compiled] = {}

    def attach(self, engine: Engine) -> None:
        """Before the engine's first statement that has words in it."""
        dialect: Any = engine.dialect
        dialect.sealing = self
        event.listen(engine, "before_execute", self._before, retval=True)

    def compiled(self, hot: Hot, dialect: Dialect) -> Compiled:
        if hot not in self._compiled:
            used = self.by_name if dialect.name == "sqlite" else dialect
            self._compiled[hot] = SealedCompiled(hot.statement, used, self)
        return self._compiled[hot]

    def seal(self, plan: Plan, column: Column[Any], row: Row) -> Any:
        """What is to be stored of the row's words in this column."""
        value = row[column.name]
        if not value:
            return value
        who, place = plan.subject(column, row), plan.place(column, row)
        if isinstance(value, str):
            return self.vault.seal(who, place, clean(value))
        said = {key: value[key] for key in word_keys(column) & value.keys() if value[key]}
        return value | {key: self.vault.seal(who, place, plain_json(words)) for key, words in said.items()}

    def opened(self, plan: Plan, column: Column[Any], row: Row) -> Any:
        """What is stored in a row, opened. Raises `Unreadable`."""
        stored = row[column.name]
        place = plan.place(column, row)
        if not stored or not column_is_json(column):
            return stored and self.vault.open(place, stored)
        value = json.loads(stored)
        sealed = {key for key in word_keys(column) & value.keys() if is_mark(value[key])}
        return value | {key: json.loads(self.vault.open(place, value[key])) for key in sealed}

    def _before(
        self, connection: Connection, statement: Any, many: Any, one: Any, options: Any
    ) -> tuple[Any, Any, Any]:
        plan = plan_of(statement)
        if plan is None:
            return statement, many, one
        given = list(many) or [dict(one or {})]
        if isinstance(statement, Insert):
            statement, given = self._insert(plan, statement, given)
        elif assigned(statement, given) & (plan.names | plan.bound):
            statement, given = self._update(connection, plan, statement, given)
        return (statement, given, {}) if len(given) > 1 else (statement, [], given[0])

    def _insert(self, plan: Plan, statement: Insert, given: Sequence[Row]) -> tuple[Insert, list[dict[str, Any]]]:
        check_insert(plan, statement)
        rows = [given_values(plan, statement, each) for each in given]
        there = [column for column in plan.columns if column.name in rows[0]]
        sealed = [{f"sealed_{c.name}": self.seal(plan, c, row) for c in there} for row in rows]
        rest = [{name: value for name, value in each.items() if name not in plan.names} for each in given]
        new = statement.values({c.name: bindparam(f"sealed_{c.name}", type_=c.type) for c in there})
        return new, [one | other for one, other in zip(rest, sealed, strict=True)]

    def _update(
        self, connection: Connection, plan: Plan, statement: Update, given: Sequence[Row]
    ) -> tuple[Any, list[dict[str, Any]]]:
        sets = assigned(statement, given)
        rows = [given_values(plan, statement, each) for each in given]
        if plan.names <= sets and all(not row.get(name, "?") for row in rows for name in plan.names):
            return statement, list(map(dict, given))  # all of it is blanked
        if unknown := (sets & (plan.names | plan.bound)) - rows[0].keys():
            raise NotImplementedError(f"{plan.table.name}: {sorted(unknown)} of encrypted rows is set by an expression")
        changed: list[dict[str, Any]] = []
        for each, new in zip(given, rows, strict=True):
            rest = {name: value for name, value in each.items() if name not in plan.names}
            found = connection.execute(meant(plan, statement), each).mappings().all()
            changed += [rest | self._resealed(plan, dict(old), new) for old in found]
        if not changed:
            return statement.where(false()), list(map(dict, given))
        here = (column == bindparam(f"sealed_key_{column.name}") for column in plan.table.primary_key.columns)
        sealed = {c.name: bindparam(f"sealed_{c.name}", type_=c.type) for c in plan.columns}
        return statement.values(sealed).where(*here), changed

    def _resealed(self, plan: Plan, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """Parameters of one row of an update. What does not open stays as it is stored."""
        values: dict[str, Any] = {}
        for column in plan.columns:
            words = {column.name: new[column.name]} if column.name in new else {}
            try:
                words = words or {column.name: self.opened(plan, column, old)}
                values[f"sealed_{column.name}"] = self.seal(plan, column, old | new | words)
            except Unreadable:
                stored = old[column.name]
                values[f"sealed_{column.name}"] = json.loads(stored) if column_is_json(column) else stored
        return values | {f"sealed_key_{c.name}": old[c.name] for c in plan.table.primary_key.columns}


class SealedCompiled(Compiled):
    """A `Hot` statement whose parameters are sealed. It is given, beside them, what says which row it is, and whose."""

    def __init__(self, statement: Any, dialect: Dialect, sealing: Sealing) -> None:
        super().__init__(statement, dialect)
        self.sealing = sealing
        writes = isinstance(statement, Insert | Update)
        self.plan = plan_of(statement)
        names = set(statement.compile(dialect=dialect).bind_names.values())
        sets = names if isinstance(statement, Insert) else assigned(statement, [{}]) if writes else frozenset()
        self.sealed = [column for column in (self.plan.columns if self.plan else ()) if column.name in sets]
        if isinstance(statement, Update) and self.plan is not None and sets & self.plan.bound:
            raise NotImplementedError(f"{self.plan.table.name}: whose a row is changes, so it is no matter for Hot")
        assert names.issuperset(column.name for column in self.sealed), "a parameter is called as its column"

    def parameters(self, values: Values) -> dict[str, Any]:
        if self.plan is not None and self.sealed:
            values = {**values, **{c.name: self.sealing.seal(self.plan, c, values) for c in self.sealed}}
        return super().parameters(values)


def doom(connection: Connection, who: UserRef) -> None:
    """Nothing of theirs is left that their key would open: it is deleted with the next scrub."""
    sealing = getattr(connection.dialect, "sealing", None)
    if sealing is not None:
        sealing.vault.doom(who)


def doom_those_without_words(connection: Connection, people: Sequence[UserRef]) -> None:
    """The same for those of whom no row is left that may be sealed with their key."""
    for who in people if getattr(connection.dialect, "sealing", None) is not None else ():
        links = ((plan, name) for plan in plans().values() for name in (plan.owner, plan.about) if name)
        here = (select(plan.table.c[name]).where(plan.table.c[name] == who).limit(1) for plan, name in links)
        if all(connection.execute(query).first() is None for query in here):
            doom(connection, who)
