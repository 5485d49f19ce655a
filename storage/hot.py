"""The statements on the way of every message, compiled once.

SQLAlchemy's own execution costs two to five times what SQLite takes for such a statement. So on SQLite a `Hot`
statement goes straight to the driver, with SQLAlchemy's SQL and SQLAlchemy's type conversions. On PostgreSQL, where
the way to the server is dearer than either, it is executed as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from storage.columns import plain_json

Values = Mapping[str, Any]
Converter = Callable[[Any], Any]
DIALECT = sqlite.dialect(json_serializer=plain_json, paramstyle="named")


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

    def _parameters(self, values: Values) -> dict[str, Any]:
        given, conversions = self._binds
        parameters = {**given, **values}
        for name, convert in conversions:
            parameters[name] = convert(parameters[name])
        return parameters

    def _row(self, row: Sequence[Any]) -> Any:
        make, conversions = self._columns
        converted = list(row)
        for place, convert in conversions:
            converted[place] = convert(converted[place])
        return make(converted)

    @cached_property
    def _compiled(self) -> Any:
        return self.statement.compile(dialect=DIALECT)

    @cached_property
    def sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _binds(self) -> tuple[dict[str, Any], list[tuple[str, Converter]]]:
        """The values of parameters if none are given, and the conversions of those that need one."""
        ways = [(name, _converter(bind.type, "bind")) for bind, name in self._compiled.bind_names.items()]
        return self._compiled.params, [(name, convert) for name, convert in ways if convert]

    @cached_property
    def _columns(self) -> tuple[Callable[[list[Any]], Any], list[tuple[int, Converter]]]:
        """What makes a row of values, and the conversions of those columns that need one."""
        columns = list(self.statement.exported_columns)
        kind = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        ways = [(place, _converter(column.type, "result")) for place, column in enumerate(columns)]
        return kind._make, [(place, convert) for place, convert in ways if convert]


def _converter(type_: Any, way: str) -> Converter | None:
    """The type's own conversion to the database or from it; None if it needs none."""
    own = type_.dialect_impl(DIALECT)
    found = own.bind_processor(DIALECT) if way == "bind" else own.result_processor(DIALECT, None)
    return cast(Converter | None, found)
