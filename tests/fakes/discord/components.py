"""Buttons, menus and forms: checked as Discord checks them, numbered as Discord numbers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .errors import bad_length, invalid, required, too_long
from .limits import TEXT_DISPLAYS_TOGETHER
from .model import JSON
from .numbering import BUTTON, FILES, LABEL, ROW, SELECTS, STRING_SELECT, TEXT, TEXT_INPUT, numbered

INPUTS = SELECTS | {TEXT_INPUT, FILES, 21, 22, 23}
LINK, PREMIUM = 5, 6


def walk(items: list[JSON]) -> Iterator[JSON]:
    """Every component, parents first."""
    for item in items:
        yield item
        yield from walk(item.get("components") or [])
        for key in ("accessory", "component"):
            if item.get(key):
                yield from walk([item[key]])


def message(items: list[JSON], v2: bool) -> list[JSON]:
    """The components as stored, each with an id. Raises 50035."""
    if not v2 and len(items) > 5:
        raise bad_length("components", 1, 5)
    if v2 and sum(1 for _ in walk(items)) > 40:
        raise invalid("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "Components exceed maximum size of 40")
    for i, item in enumerate(items):
        if item.get("type") != ROW and not v2:
            raise invalid(f"components.{i}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    for item in walk(items):
        _check(item)
    if sum(len(i.get("content", "")) for i in walk(items) if i.get("type") == TEXT) > TEXT_DISPLAYS_TOGETHER:
        raise too_long("components", TEXT_DISPLAYS_TOGETHER)
    _unique([i["custom_id"] for i in walk(items) if i.get("custom_id")])
    return numbered(items)


def _check(item: JSON) -> None:
    kind = item.get("type")
    if kind == ROW:
        _row(item.get("components") or [])
    elif kind == BUTTON:
        _button(item)
    elif kind in SELECTS:
        _custom_id(item)
        _select(item)
    elif kind == TEXT and not 1 <= len(item.get("content", "")) <= 4000:
        raise bad_length("components.content", 1, 4000)
    elif kind in INPUTS - SELECTS:
        raise invalid("components.type", "UNION_TYPE_CHOICES", f"Type {kind} is for modals only.")


def _row(children: list[JSON]) -> None:
    if not 1 <= len(children) <= 5:
        raise bad_length("components.components", 1, 5)
    if any(c.get("type") in SELECTS for c in children) and len(children) > 1:
        raise invalid("components.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A menu fills its row.")


def _button(item: JSON) -> None:
    if len(item.get("label") or "") > 80:
        raise too_long("components.label", 80)
    if item.get("style") == LINK:
        if not item.get("url") or item.get("custom_id"):
            raise required("components.url")
    elif item.get("style") != PREMIUM:
        _custom_id(item)
        if not item.get("label") and not item.get("emoji"):
            raise required("components.label")


def _custom_id(item: JSON) -> None:
    if not 1 <= len(item.get("custom_id") or "") <= 100:
        raise bad_length("components.custom_id", 1, 100)


def _select(item: JSON) -> None:
    if len(item.get("placeholder") or "") > 150:
        raise too_long("components.placeholder", 150)
    if item["type"] == STRING_SELECT:
        options(item.get("options") or [])
    least, most = bounds(item)
    if not 0 <= least <= 25 or not 1 <= most <= 25 or least > most:
        raise invalid("components.max_values", "NUMBER_TYPE_MAX", "min_values and max_values must be within 0 to 25.")


def bounds(item: JSON) -> tuple[int, int]:
    """min_values and max_values; both are 1 where nothing is said."""
    least, most = item.get("min_values"), item.get("max_values")
    return 1 if least is None else int(least), 1 if most is None else int(most)


def options(items: list[JSON], most: int = 25) -> None:
    if not 1 <= len(items) <= most:
        raise bad_length("components.options", 1, most)
    for option in items:
        for key in ("label", "value"):
            if not 1 <= len(option.get(key) or "") <= 100:
                raise bad_length(f"components.options.{key}", 1, 100)
        if len(option.get("description") or "") > 100:
            raise too_long("components.options.description", 100)
    values = [o["value"] for o in items]
    if len(set(values)) < len(values):
        raise invalid("components.options", "COMPONENT_OPTION_VALUE_DUPLICATED", "This value is already used.")


def _unique(ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        raise invalid("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")


def modal(data: JSON) -> JSON:
    """The form as shown. Raises 50035."""
    if not 1 <= len(data.get("title") or "") <= 45:
        raise bad_length("title", 1, 45)
    if not 1 <= len(data.get("custom_id") or "") <= 100:
        raise bad_length("custom_id", 1, 100)
    items = data.get("components") or []
    if not 1 <= len(items) <= 5:
        raise bad_length("components", 1, 5)
    for item in items:
        _modal_item(item)
    _unique([i["custom_id"] for i in walk(items) if i.get("custom_id")])
    return {"title": data["title"], "custom_id": data["custom_id"], "components": numbered(items)}


def _modal_item(item: JSON) -> None:
    if item.get("type") == TEXT:
        return
    if item.get("type") == ROW:
        children = item.get("components") or []
        if len(children) != 1 or children[0].get("type") != TEXT_INPUT:
            raise invalid("components", "UNION_TYPE_CHOICES", "A row of a modal holds one text input.")
        _input(children[0], children[0].get("label"))
    elif item.get("type") == LABEL:
        if len(item.get("description") or "") > 100:
            raise too_long("components.description", 100)
        _input(item.get("component") or {}, item.get("label"))
    else:
        raise invalid("components.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')


def _input(item: JSON, label: Any) -> None:
    if item.get("type") not in INPUTS:
        raise invalid("components.type", "UNION_TYPE_CHOICES", "Not an input.")
    if not 1 <= len(label or "") <= 45:
        raise bad_length("components.label", 1, 45)
    _custom_id(item)
    if item["type"] == TEXT_INPUT:
        _text_input(item)
    elif item["type"] in SELECTS:
        _select(item)
    elif item["type"] == FILES and not 0 <= bounds(item)[0] <= bounds(item)[1] <= 10:
        raise invalid("components.max_values", "NUMBER_TYPE_MAX", "A file upload takes 0 to 10 files.")
    elif item["type"] in (21, 22):
        options(item.get("options") or [], 10)


def _text_input(item: JSON) -> None:
    if len(item.get("placeholder") or "") > 100:
        raise too_long("components.placeholder", 100)
    if len(item.get("value") or "") > (item.get("max_length") or 4000):
        raise too_long("components.value", item.get("max_length") or 4000)
    if not 1 <= (item.get("max_length") or 4000) <= 4000 or (item.get("min_length") or 0) > 4000:
        raise invalid("components.max_length", "NUMBER_TYPE_MAX", "int value should be less than or equal to 4000.")
