"""The floor: the statements of a relayed message in bare sqlite3, with the same durability and nothing else.

They are recorded from two messages that the program handles, and what differs between the two is continued: so floor
and program cannot drift apart.
"""

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from benchmarks.scene import a_scene, customers, now
from storage import hot
from storage.sqlite import PRAGMAS

NUMBER = re.compile(r"\d+")
Statement = tuple[str, Any, Any]  # the SQL, its parameters for the first message and for the second
Recorded = tuple[list[Statement], list[Statement]]  # what stores a message, and what marks it as delivered


async def record(database: Path) -> Recorded:
    """The writer's statements for one message and its delivery."""
    stored: list[list[tuple[str, Any]]] = []
    at = now()  # and no later: some things are written down again when some time has passed
    async with a_scene(f"sqlite:///{database}", courier=False, clock=lambda: at) as scene:
        who = customers(1)[0]
        for _ in range(4):  # the first two open the ticket and warm up
            with noted(scene.store.engine) as said:
                await scene.says(who)
            stored.append(said)
            with noted(scene.store.engine) as said:
                while await scene.courier.drain():
                    pass
            stored.append(said)
    return _paired(stored[4], stored[6]), _paired(stored[5], stored[7])


@contextmanager
def noted(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What the writer executes in transactions, whether through SQLAlchemy or straight on the driver. What the store
    does between them now and then (a small checkpoint) is no message's: the floor does it when SQLite thinks it time.
    """
    said: list[tuple[str, Any]] = []
    straight = hot.driver
    with engine.connect() as connection:
        writer = straight(connection)

    class Driver:
        def __init__(self, connection: Connection) -> None:
            self.connection = straight(connection)

        def execute(self, sql: str, parameters: Any) -> Any:
            if self.connection is writer:
                said.append((sql, parameters))
            return self.connection.execute(sql, parameters)

    def through(_: Any, __: Any, sql: str, parameters: Any, *___: Any) -> None:
        if not sql.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            said.append((sql, parameters))

    event.listen(engine, "before_cursor_execute", through)
    hot.driver = Driver
    yield said
    hot.driver = straight
    event.remove(engine, "before_cursor_execute", through)


def _paired(first: list[tuple[str, Any]], second: list[tuple[str, Any]]) -> list[Statement]:
    if [sql for sql, _ in first] != [sql for sql, _ in second]:
        raise AssertionError("the program does not do the same for each message")
    return [(sql, a, b) for (sql, a), (_, b) in zip(first, second, strict=True)]


def relay(database: Path, recorded: Recorded, many: int, batch: int, flush: float = 0.0) -> float:
    """Messages stored and marked as delivered per second, `batch` to a commit. `flush`: seconds added to each."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        start = time.perf_counter()
        for first in range(2, many + 2, batch):
            for statements in recorded:
                _transaction(connection, statements, range(first, min(first + batch, many + 2)), flush)
        return many / (time.perf_counter() - start)


def _transaction(connection: sqlite3.Connection, statements: list[Statement], which: range, flush: float) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for n in which:
        for sql, a, b in statements:
            connection.execute(sql, continued(a, b, n)).fetchall()
    connection.execute("COMMIT")
    time.sleep(flush) if flush else None


def continued(a: Any, b: Any, n: int) -> Any:
    """The n-th of a series whose 0th is `a` and whose first is `b`."""
    if isinstance(a, dict):
        return {name: continued(a[name], b[name], n) for name in a}
    if isinstance(a, Sequence) and not isinstance(a, str | bytes):
        return tuple(continued(x, y, n) for x, y in zip(a, b, strict=True))
    if a == b:
        return a
    if isinstance(a, int):
        return a + (b - a) * n
    numbers = zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
    later = iter(str(int(x) + (int(y) - int(x)) * n) for x, y in numbers)
    return NUMBER.sub(lambda _: next(later), a)
