"""Watches for what handlers, and the clerk in its tasks, read data about people: each statement that runs while one of
them does is looked at, once only. Of one that SQLAlchemy built it is known what comes out of it. One that is written as
text reads all of every table that it names: whoever needs less of it has it built.

SQLite could tell itself which columns a statement touches (`set_authorizer`), but not which of them come out of it and
which are only where to look; it tells the thread of the reader, not the handler; and PostgreSQL tells nothing.
"""

import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial, wraps
from types import FrameType
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Column, CompoundSelect, Connection, Engine, Exists, ScalarSelect, Table, TextClause, event
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.visitors import iterate

from bot.effects import Effect
from bot.ports import Job, Spot, Store, T
from bot.privacy.clerk import USES, Clerk
from bot.privacy.uses import Use
from bot.router import Router
from storage.datamap import uses
from storage.hot import Hot
from storage.rows import Base, EntryRow

timeline = EntryRow.__table__
SEARCHED = frozenset((timeline.c.text, timeline.c.remark))  # what the index that is called `search` was made of
Reads = frozenset[Column[Any]]
Doing = tuple[str, Use]
at_work: ContextVar[Doing | None] = ContextVar("at_work", default=None)
task: ContextVar[Doing | None] = ContextVar("task", default=None)  # of the clerk's, which has many jobs run
strayed: set[str] = set()
looked_at: WeakKeyDictionary[Any, Reads] = WeakKeyDictionary()


def declared(router: Router) -> None:
    """From now on each of its handlers says what it is at while it runs."""
    known = dict(router.uses)
    for action, command in router.commands.items():
        use, prepared = known[command.handler], command.prepared
        said = replace(command, handler=_saying(command.handler, use, action))
        router.commands[action] = replace(said, prepared=prepared and _saying(prepared, use, f"{action}, its form"))
    for kind, listener in router.listeners.items():
        router.listeners[kind] = _saying(listener, known[listener], kind.__name__)
    for each in (router.ticks, router.delivered, router.failed):
        each[:] = [_saying(handler, known[handler], f"{handler.__module__}.{handler.__name__}") for handler in each]


def _saying(handler: Callable[..., Any], use: Use, name: str) -> Callable[..., Any]:
    @wraps(handler)
    def saying(*given: Any) -> Any:
        token = at_work.set((name, use))
        try:
            return handler(*given)
        finally:
            at_work.reset(token)

    return saying


def clerk_declared(clerk: Clerk) -> None:
    """From now on all that the store does for one of its tasks says which it is for."""
    clerk.store = cast(Store, Asked(clerk.store))
    deliver = clerk.deliver

    async def delivering(effect: Effect, at: Spot | None, token: str) -> Spot | None:
        doing = getattr(effect, "task", "")
        said = task.set((f"clerk: {doing}", USES[doing]) if doing in USES else None)
        try:
            return await deliver(effect, at, token)
        finally:
            task.reset(said)

    clerk.deliver = delivering  # type: ignore[method-assign]


class Asked:
    """A store whose jobs run elsewhere, and say there whose they are."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        return await self._run(partial(self.store.write, patient=patient), job)

    async def read(self, job: Job[T]) -> T:
        return await self._run(self.store.read, job)

    async def _run(self, run: Callable[[Job[T]], Awaitable[T]], job: Job[T]) -> T:
        doing = task.get()
        return await run(_saying(job, doing[1], doing[0]) if doing else job)


@contextmanager
def watched() -> Iterator[set[str]]:
    """What was read for a use that it is not there for, a line each: handler, column."""
    strayed.clear()
    yield strayed


def _look(statement: Any, kept: Any, doing: Doing) -> None:
    if kept not in looked_at:
        looked_at[kept] = reads(statement)
    _compare(looked_at[kept], doing)


def _compare(found: Reads, doing: Doing) -> None:
    name, use = doing
    if any(use not in uses(column) for column in found):
        use = _served(use)
        strayed.update(f"{name} ({use}) reads {column}" for column in found if use not in uses(column))


def _served(use: Use) -> Use:
    """What the innermost function that runs says it `serves`, if one does."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not _SAYING:
        said = getattr(frame.f_globals.get(frame.f_code.co_name), "use", None)
        if isinstance(said, Use):
            return said
        frame = frame.f_back
    return use


_SAYING = _saying(len, Use.SUPPORT, "").__code__


def reads(statement: Any) -> Reads:
    """The columns of our tables that it reads."""
    return of_text(statement.text) if isinstance(statement, TextClause) else out_of(statement) | of_pieces(statement)


def of_text(sql: str) -> Reads:
    """Of a whole statement: all of every table that it names."""
    words = _words(sql)
    return frozenset(column for table in _tables(words) for column in table.c) | _searched(words)


def of_pieces(statement: Any) -> Reads:
    """Of what is written as text in one that was built: what it names of the tables that are in it."""
    parts = list(iterate(statement))
    words = frozenset(word for part in parts if _is_text(part) for word in _words(str(part)))
    tables = {*_tables(words), *(part for part in parts if isinstance(part, Table))}
    return frozenset(c for table in tables for c in table.c if c.name in words and "holds" in c.info) | _searched(words)


def _is_text(part: Any) -> bool:
    return isinstance(part, TextClause) or (isinstance(part, ColumnClause) and part.is_literal)


def _words(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sql.lower()))


def _tables(words: frozenset[str]) -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name in words]


def _searched(words: frozenset[str]) -> Reads:
    return SEARCHED if "search" in words else frozenset()


def out_of(statement: Any) -> Reads:
    """The columns of our tables that come out of it, from whatever depth."""
    selects = statement.selects if isinstance(statement, CompoundSelect) else [statement]
    out = [column for each in selects for column in getattr(each, "exported_columns", ())]
    inside = (each for column in out for each in _parts(column))
    roots = (root for each in inside for root in getattr(each, "base_columns", ()))
    return frozenset(root for root in roots if isinstance(root, Column) and "holds" in root.info)


def _parts(expression: Any) -> Iterator[Any]:
    """All that it is made of. That there is a row with something says nothing of what is in the row."""
    if isinstance(expression, Exists):
        return
    if isinstance(expression, ScalarSelect):
        yield from reads(expression.element)
        return
    yield expression
    for part in expression.get_children():
        yield from _parts(part)


@event.listens_for(Engine, "before_cursor_execute")
def _before(connection: Connection, cursor: Any, sql: str, given: Any, context: Any, many: bool) -> None:
    doing, compiled = at_work.get(), getattr(context, "compiled", None)
    if doing is None:
        return
    if compiled is None:
        _compare(of_text(sql), doing)
    else:
        _look(compiled.statement, compiled, doing)


_on = Hot._on


def _hot(self: Hot, connection: Connection) -> Any:
    if (doing := at_work.get()) is not None:
        _look(self.statement, self, doing)
    return _on(self, connection)


Hot._on = _hot  # type: ignore[method-assign]
