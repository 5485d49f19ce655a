"""Which rows nobody could read who has no keys: asked of the database, of what is stored there."""

from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, and_, false, func, or_, true, type_coerce

from storage.plans import Plan, word_keys
from storage.sealed_columns import column_is_json
from storage.vault import MARK


def worded(plan: Plan) -> ColumnElement[bool]:
    """Whether anything is in a row that people wrote or sent: words, or a file."""
    there = [func.coalesce(text, "") != "" for text in _texts(plan)]
    return or_(false(), *there, *([plan.table.c.sha != ""] if _has_files(plan) else []))


def sealed(plan: Plan) -> ColumnElement[bool]:
    """Whether all of that is sealed. The content of a file is if the file has a key."""
    closed = [or_(func.coalesce(text, "") == "", func.substr(text, 1, len(MARK)) == MARK) for text in _texts(plan)]
    if _has_files(plan):
        has_key = func.coalesce(type_coerce(plan.table.c.key, String), "") != ""
        closed.append(or_(plan.table.c.sha == "", has_key))
    return and_(true(), *closed)


def _texts(plan: Plan) -> list[ColumnElement[Any]]:
    """As they are stored; of JSON, what is under each key that carries words."""
    return [text for column in plan.columns for text in _of(column)]


def _of(column: Column[Any]) -> list[ColumnElement[Any]]:
    if not column_is_json(column):
        return [type_coerce(column, String)]
    return [type_coerce(column, JSON)[key].as_string() for key in sorted(word_keys(column))]


def _has_files(plan: Plan) -> bool:
    return "sha" in plan.table.c and "key" in plan.table.c
