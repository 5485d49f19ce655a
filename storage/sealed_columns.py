"""How sealed columns are read: each value comes with its place, by which it is opened."""

import json
from typing import Any

from sqlalchemy import Column, Dialect, Label, Subquery, Text, TypeDecorator, cast, literal_column, type_coerce

from storage.columns import plain_json
from storage.plans import Plan, plans, word_keys
from storage.vault import MARK, Unreadable, Vault

SEPARATOR = "\x1f"  # between a place and what is stored there; neither has it


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
