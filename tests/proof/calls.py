"""A SQLite connection whose n-th call fails: before anything was done, or after all of it."""

import sqlite3
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, event


class Broken(sqlite3.OperationalError):
    """What a disk says that is full or gone."""


class How(StrEnum):
    """How a call fails: before it was done, after it was done, or with all that follow until it is mended."""

    EARLY = "early"
    LATE = "late"
    FROM_THEN_ON = "from then on"


class Calls:
    """Counts what is asked of the database once `counting`. Call number `fails` fails."""

    def __init__(self, fails: int = 0, how: How = How.EARLY) -> None:
        self.fails = fails
        self.how = how
        self.counting = False
        self.made: list[str] = []

    def mend(self) -> None:
        self.fails = 0

    def make(self, what: str, call: Callable[[], Any]) -> Any:
        if not self.counting:
            return call()
        self.made.append(what)
        later = self.how is How.FROM_THEN_ON and len(self.made) > self.fails > 0
        if len(self.made) != self.fails and not later:
            return call()
        if self.how is How.LATE:
            call().close()  # or its rows would be waited for
        raise Broken(f"disk I/O error at {what[:60]}")

    def watch(self, engine: Engine) -> None:
        """Count the calls of every connection this engine makes from now on."""

        class Cursor(sqlite3.Cursor):
            def execute(cursor, sql: str, parameters: Any = ()) -> Any:  # noqa: N805
                return self.make(sql, lambda: super(Cursor, cursor).execute(sql, parameters))

            def executemany(cursor, sql: str, parameters: Any) -> Any:  # noqa: N805
                return self.make(sql, lambda: super(Cursor, cursor).executemany(sql, parameters))

        class Connection(sqlite3.Connection):
            def cursor(connection, factory: Any = Cursor) -> Any:  # noqa: N805
                return super().cursor(Cursor)

            def execute(connection, sql: str, parameters: Any = ()) -> Any:  # noqa: N805
                return connection.cursor().execute(sql, parameters)

            def executemany(connection, sql: str, parameters: Any) -> Any:  # noqa: N805
                return connection.cursor().executemany(sql, parameters)

        @event.listens_for(engine, "do_connect")
        def connect(dialect: Any, record: Any, args: Any, parameters: dict[str, Any]) -> None:
            parameters["factory"] = Connection
