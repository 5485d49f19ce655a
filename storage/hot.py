"""The statements on the way of every message, compiled once.

SQLAlchemy's own execution costs two to five times what SQLite takes for such a statement. So on SQLite a `Hot`
statement goes straight to the driver, with SQLAlchemy's SQL and SQLAlchemy's type conversions. On PostgreSQL, where
the way to the server is dearer than either, it is executed as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from storage.columns import plain_json

Values = Mapping[str, Any]
DIALECT = sqlite.dialect(json_serializer=plain_json)


def driver(connection: Connection) -> Any:
    """The sqlite3 connection under SQLAlchemy's."""
    return connection.connection.dbapi_connection


class Hot:
    """A select, or an insert, update or delete with or without RETURNING. No lists among its parameters."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement

    def first(self, connection: Connection, values: Values) -> Any | None:
        """The first row, with its columns as attributes."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self.statement, values).first()
        row = driver(connection).execute(self.sql, self._parameters(values)).fetchone()
        return None if row is None else self._row(row)

    def all(self, connection: Connection, values: Values) -> Sequence[Any]:
        if connection.dialect.name != "sqlite":
            return connection.execute(self.statement, values).all()
        return [self._row(row) for row in driver(connection).execute(self.sql, self._parameters(values))]

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self.statement, values).rowcount
        return int(driver(connection).execute(self.sql, self._parameters(values)).rowcount)

    def each(self, connection: Connection, many: Sequence[Values]) -> None:
        """Run it for each of `many`."""
        if connection.dialect.name != "sqlite":
            connection.execute(self.statement, many)
        else:
            driver(connection).executemany(self.sql, [self._parameters(values) for values in many])

    def _parameters(self, values: Values) -> tuple[Any, ...]:
        return tuple(convert(values.get(name, default)) for name, default, convert in self._binds)

    def _row(self, row: Sequence[Any]) -> Any:
        kind, converters = self._columns
        return kind._make(convert(value) for convert, value in zip(converters, row, strict=True))

    @cached_property
    def _compiled(self) -> Any:
        return self.statement.compile(dialect=DIALECT)

    @cached_property
    def sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _binds(self) -> list[tuple[str, Any, Callable[[Any], Any]]]:
        """Name, value if none is given, and conversion of each parameter, in order."""
        given, binds = self._compiled.params, self._compiled.binds
        return [(name, given[name], _converter(binds[name].type, "bind")) for name in self._compiled.positiontup]

    @cached_property
    def _columns(self) -> tuple[Any, list[Callable[[Any], Any]]]:
        columns = list(self.statement.exported_columns)
        kind = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        return kind, [_converter(column.type, "result") for column in columns]


def _converter(type_: Any, way: str) -> Callable[[Any], Any]:
    """The type's own conversion to the database or from it."""
    own = type_.dialect_impl(DIALECT)
    found = own.bind_processor(DIALECT) if way == "bind" else own.result_processor(DIALECT, None)
    return found or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
