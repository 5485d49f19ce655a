"""Components as Discord stores them: numbered, with what it fills in itself."""

from __future__ import annotations

from collections.abc import Iterator

from .model import JSON

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT, LABEL, FILES = 1, 2, 3, 4, 10, 18, 19
SEPARATOR, CONTAINER = 14, 17
SELECTS = frozenset({3, 5, 6, 7, 8})

DEFAULTS: dict[int, JSON] = {
    ROW: {},
    BUTTON: {},
    TEXT_INPUT: {"min_length": 0, "max_length": 4000, "required": True},
    FILES: {"min_values": 1, "max_values": 1, "required": True},
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def numbered(items: list[JSON]) -> list[JSON]:
    """A copy in which each component has the id Discord would give it: counted from 1, parents first."""
    counter = iter(range(1, 1000))
    return [_numbered(item, counter) for item in items]


def _numbered(item: JSON, counter: Iterator[int]) -> JSON:
    result = DEFAULTS.get(item["type"], {}) | {k: v for k, v in item.items() if v is not None}
    result["id"] = result.get("id") or next(counter)
    for key in ("components", "options"):
        if key == "components" and item.get(key):
            result[key] = [_numbered(child, counter) for child in item[key]]
    for key in ("accessory", "component"):
        if item.get(key):
            result[key] = _numbered(item[key], counter)
    return result
