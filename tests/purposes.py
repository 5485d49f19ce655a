"""Watches for what handlers read data about people: each statement that runs while one of them does is looked at, as
SQLAlchemy compiled it and once only. What is written as text (the search for words) is not looked at.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Column, CompoundSelect, Connection, Engine, Exists, ScalarSelect, event

from bot.privacy.uses import Use
from bot.router import Router
from storage.datamap import uses
from storage.hot import Hot

Reads = frozenset[Column[Any]]
Doing = tuple[str, Use]
at_work: ContextVar[Doing | None] = ContextVar("at_work", default=None)
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


@contextmanager
def watched() -> Iterator[set[str]]:
    """What was read for a use that it is not there for, a line each: handler, column."""
    strayed.clear()
    yield strayed


def _look(statement: Any, kept: Any, doing: Doing) -> None:
    if kept not in looked_at:
        looked_at[kept] = reads(statement)
    name, use = doing
    if any(use not in uses(column) for column in looked_at[kept]):
        use = _served(use)
        strayed.update(f"{name} ({use}) reads {column}" for column in looked_at[kept] if use not in uses(column))


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
    if doing is not None and compiled is not None:
        _look(compiled.statement, compiled, doing)


_on = Hot._on


def _hot(self: Hot, connection: Connection) -> Any:
    if (doing := at_work.get()) is not None:
        _look(self.statement, self, doing)
    return _on(self, connection)


Hot._on = _hot  # type: ignore[method-assign]
