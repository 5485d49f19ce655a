"""Encryption between the repositories and the database: nobody else in `storage` knows of it.

With a `Sealing` attached to an engine, whatever is inserted or updated is sealed on its way (see `storage.plans`), and
whatever is selected comes with its place, by which it is opened. Without one, nothing here is ever called.

An update that changes words, or whose row it is, first reads which rows it means: each has a key of its own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    Engine,
    Insert,
    Label,
    Subquery,
    Text,
    TypeDecorator,
    Update,
    bindparam,
    cast,
    event,
    false,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import BindParameter, Null
from sqlalchemy.sql.visitors import iterate

from bot.message import UserRef
from storage.columns import clean, plain_json
from storage.hot import Compiled, Hot, Values
from storage.plans import Plan, plans, word_keys
from storage.vault import MARK, Unreadable, Vault

SEPARATOR = "\x1f"  # between a place and what is stored there; neither has it
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
        plan = _plan_of(statement)
        if plan is None:
            return statement, many, one
        given = list(many) or [dict(one or {})]
        if isinstance(statement, Insert):
            statement, given = self._insert(plan, statement, given)
        elif _assigned(statement, given) & (plan.names | plan.bound):
            statement, given = self._update(connection, plan, statement, given)
        return (statement, given, {}) if len(given) > 1 else (statement, [], given[0])

    def _insert(self, plan: Plan, statement: Insert, given: Sequence[Row]) -> tuple[Insert, list[dict[str, Any]]]:
        _check_insert(plan, statement)
        rows = [_values(plan, statement, each) for each in given]
        there = [column for column in plan.columns if column.name in rows[0]]
        sealed = [{f"sealed_{c.name}": self.seal(plan, c, row) for c in there} for row in rows]
        rest = [{name: value for name, value in each.items() if name not in plan.names} for each in given]
        new = statement.values({c.name: bindparam(f"sealed_{c.name}", type_=c.type) for c in there})
        return new, [one | other for one, other in zip(rest, sealed, strict=True)]

    def _update(
        self, connection: Connection, plan: Plan, statement: Update, given: Sequence[Row]
    ) -> tuple[Any, list[dict[str, Any]]]:
        assigned = _assigned(statement, given)
        rows = [_values(plan, statement, each) for each in given]
        if plan.names <= assigned and all(not row.get(name, "?") for row in rows for name in plan.names):
            return statement, list(map(dict, given))  # all of it is blanked
        if unknown := (assigned & (plan.names | plan.bound)) - rows[0].keys():
            raise NotImplementedError(f"{plan.table.name}: {sorted(unknown)} of encrypted rows is set by an expression")
        changed: list[dict[str, Any]] = []
        for each, new in zip(given, rows, strict=True):
            rest = {name: value for name, value in each.items() if name not in plan.names}
            meant = connection.execute(_meant(plan, statement), each).mappings().all()
            changed += [rest | self._resealed(plan, dict(old), new) for old in meant]
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
        self.plan = _plan_of(statement)
        names = set(statement.compile(dialect=dialect).bind_names.values())
        assigned = names if isinstance(statement, Insert) else _assigned(statement, [{}]) if writes else frozenset()
        self.sealed = [column for column in (self.plan.columns if self.plan else ()) if column.name in assigned]
        if isinstance(statement, Update) and self.plan is not None and assigned & self.plan.bound:
            raise NotImplementedError(f"{self.plan.table.name}: whose a row is changes, so it is no matter for Hot")
        assert names.issuperset(column.name for column in self.sealed), "a parameter is called as its column"

    def parameters(self, values: Values) -> dict[str, Any]:
        if self.plan is not None and self.sealed:
            values = {**values, **{c.name: self.sealing.seal(self.plan, c, values) for c in self.sealed}}
        return super().parameters(values)


class SealedText(TypeDecorator[str]):
    """Text in a database whose words are encrypted: read with its place, and opened."""

    impl = Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return _with_place(column, column, self)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        if value is None:
            return None
        place, separator, stored = value.partition(SEPARATOR)
        return dialect.sealing.vault.shown(place, stored) if separator else value


class SealedJson(TypeDecorator[Any]):
    """The same for JSON, of which some keys are sealed."""

    impl = Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return _with_place(column, cast(column, Text), self)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else plain_json(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        if value is None:
            return None
        place, _, stored = value.rpartition(SEPARATOR)
        found = json.loads(stored)
        for key in [key for key, words in found.items() if is_mark(words)]:
            found[key] = shown_json(key, place, found[key], dialect.sealing.vault)
        return found


def _plan_of(statement: Any) -> Plan | None:
    table: Any = statement.table if isinstance(statement, Insert | Update) else None
    return None if table is None else plans().get(table.name)


def is_mark(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(MARK)


def column_is_json(column: Column[Any]) -> bool:
    return bool(word_keys(column))


def shown_json(key: str, place: str, stored: str, vault: Vault) -> Any:
    """What does not open is shown as what it was: a message, or a text."""
    try:
        return json.loads(vault.open(place, stored))
    except Unreadable as error:
        return {"text": [error.shown]} if key == "message" else error.shown


def _with_place(column: Any, stored: Any, kind: Any) -> Any:
    while isinstance(column, Label):
        column = column.element
    [root] = getattr(column, "base_columns", None) or [None]
    known = plans().get(getattr(getattr(root, "table", None), "name", ""))
    if known is None or not any(root is one for one in known.columns):
        return type_coerce(stored, kind)
    if isinstance(column.table, Subquery):
        raise NotImplementedError(f"{root} is encrypted, so it is selected from its table")
    place = known.place_in_sql(root, column.table)
    stored = type_coerce(stored, Text)
    return type_coerce(place.op("||")(literal_column(f"'{SEPARATOR}'")).op("||")(stored), kind)


def raw(plan: Plan) -> list[Any]:
    """All that sealing a row needs: its key, what it is known by, whose it is; and its words as they are stored."""
    plain = dict.fromkeys([*(c.name for c in plan.table.primary_key.columns), *sorted(plan.bound)])
    sealed = [
        cast(c, Text).label(c.name) if column_is_json(c) else type_coerce(c, Text).label(c.name) for c in plan.columns
    ]
    return [*(plan.table.c[name] for name in plain), *sealed]


def _meant(plan: Plan, statement: Update) -> Any:
    return select(*raw(plan)).where(*statement._where_criteria)


def _values(plan: Plan, statement: Any, given: Row) -> dict[str, Any]:
    """Column by column what a statement sets, as far as it is a value."""
    found = {
        name: value for name, value in given.items() if name in plan.table.c and name not in _where_names(statement)
    }
    for key, value in (statement._values or {}).items():
        name = getattr(key, "name", key)
        found.pop(name, None)
        if isinstance(value, BindParameter):
            found[name] = given.get(value.key, value.effective_value)
        elif isinstance(value, Null):
            found[name] = None
    return found


def _assigned(statement: Update, given: Sequence[Row]) -> frozenset[str]:
    """Names of the columns that an update sets."""
    binds = _where_names(statement)
    said: set[str] = {getattr(key, "name", str(key)) for key in statement._values or ()}
    said_binds = {value.key for value in (statement._values or {}).values() if isinstance(value, BindParameter)}
    by_name = {name for name in given[0] if name in statement.table.c} - binds - (said_binds - said)
    return frozenset(said | by_name)


def _where_names(statement: Any) -> frozenset[str]:
    conditions = getattr(statement, "_where_criteria", ())
    return frozenset(part.key for one in conditions for part in iterate(one) if isinstance(part, BindParameter))


def _check_insert(plan: Plan, statement: Insert) -> None:
    """What would get past the sealing fails here, loudly."""
    if statement._multi_values or statement.select is not None:
        raise NotImplementedError(f"{plan.table.name}: encrypted rows are inserted from values, one set for each row")
    clause: Any = getattr(statement, "_post_values_clause", None)
    for name, value in dict(getattr(clause, "update_values_to_set", ())).items():
        key = getattr(name, "name", name)
        excluded = isinstance(value, Column) or getattr(value, "table", None) is not None
        if key in plan.names | plan.bound and not excluded:
            raise NotImplementedError(f"{plan.table.name}: {key} of an encrypted row is set by an expression")


def doom(connection: Connection, who: UserRef) -> None:
    """Nothing of theirs is left that their key would open: it is deleted with the next scrub."""
    sealing = getattr(connection.dialect, "sealing", None)
    if sealing is not None:
        sealing.vault.doom(who)
