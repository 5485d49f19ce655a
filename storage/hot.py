"""The statements on the way of every message, compiled once.

SQLAlchemy's own execution costs two to five times what SQLite takes for such a statement, and as much as the way to a
server and back. So a `Hot` statement goes straight to the driver, with SQLAlchemy's SQL and its type conversions.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import plain_json

Values = Mapping[str, Any]
Converter = Callable[[Any], Any]
BY_NAME = sqlite.dialect(json_serializer=plain_json, paramstyle="named")


def driver(connection: Connection) -> Any:
    """The connection of sqlite3 or psycopg under SQLAlchemy's."""
    return connection.connection.dbapi_connection


def dialect_of(connection: Connection) -> Any:
    """What has the `insert` of this database, which knows what to do on a conflict."""
    return sqlite if connection.dialect.name == "sqlite" else postgresql


class Hot:
    """A select, or an insert, update or delete with or without RETURNING. No lists among its parameters.

    What the driver raises is not wrapped in SQLAlchemy's errors.
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._compiled: dict[str, Compiled] = {}

    def first(self, connection: Connection, values: Values) -> Any | None:
        """The first row, with its columns as attributes."""
        compiled = self._on(connection)
        row = driver(connection).execute(compiled.sql, compiled.parameters(values)).fetchone()
        return None if row is None else compiled.row(row)

    def all(self, connection: Connection, values: Values) -> Sequence[Any]:
        compiled = self._on(connection)
        found = driver(connection).execute(compiled.sql, compiled.parameters(values))
        return [compiled.row(row) for row in found]

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        compiled = self._on(connection)
        return int(driver(connection).execute(compiled.sql, compiled.parameters(values)).rowcount)

    def each(self, connection: Connection, many: Sequence[Values]) -> None:
        """Run it for each of `many`."""
        compiled = self._on(connection)
        driver(connection).cursor().executemany(compiled.sql, [compiled.parameters(values) for values in many])

    def _on(self, connection: Connection) -> "Compiled":
        sealing = getattr(connection.dialect, "sealing", None)
        if sealing is not None:
            return cast(Compiled, sealing.compiled(self, connection.dialect))
        name = connection.dialect.name
        if name not in self._compiled:
            self._compiled[name] = Compiled(self.statement, BY_NAME if name == "sqlite" else connection.dialect)
        return self._compiled[name]


class Compiled:
    """Its SQL in one dialect, and only those conversions that a parameter or a column needs."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.given = compiled.params
        binds = [(name, _converter(bind.type, dialect, "bind")) for bind, name in compiled.bind_names.items()]
        self.binds = [(name, convert) for name, convert in binds if convert]
        columns = list(getattr(statement, "exported_columns", ()))
        kind = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        self.make = kind._make
        found = [(place, _converter(column.type, dialect, "result")) for place, column in enumerate(columns)]
        self.columns = [(place, convert) for place, convert in found if convert]

    def parameters(self, values: Values) -> dict[str, Any]:
        parameters = {**self.given, **values}
        for name, convert in self.binds:
            parameters[name] = convert(parameters[name])
        return parameters

    def row(self, row: Sequence[Any]) -> Any:
        converted = list(row)
        for place, convert in self.columns:
            converted[place] = convert(converted[place])
        return self.make(converted)


def _converter(type_: Any, dialect: Dialect, way: str) -> Converter | None:
    """The type's own conversion to the database or from it; None if it needs none."""
    own = type_.dialect_impl(dialect)
    found = own.bind_processor(dialect) if way == "bind" else own.result_processor(dialect, None)
    return cast(Converter | None, found)
