"""Menus chosen from and forms filled in, checked as the person's own client checks them."""

from __future__ import annotations

from typing import Any

from . import components, numbering, resolving
from .errors import NotPossible
from .model import JSON, Channel
from .refs import Refs

KINDS = {5: resolving.PERSON, 6: resolving.ROLE, 7: resolving.MENTIONABLE, 8: resolving.CHANNEL}
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23


def chosen(refs: Refs, place: Channel, menu: JSON, values: list[Any]) -> tuple[list[str], JSON]:
    """What a menu sends: ids or option values, and the records behind the ids."""
    least, most = components.bounds(menu)
    if not least <= len(values) <= most:
        raise NotPossible(f"{menu['custom_id']!r} takes {least} to {most} values")
    if menu["type"] == numbering.STRING_SELECT:
        return [_picked(menu, v) for v in values], {}
    kind = KINDS[menu["type"]]
    ids = [resolving.thing_id(refs, kind, v) for v in values]
    return ids, resolving.things(refs, place, kind, values)


def _picked(menu: JSON, value: Any) -> str:
    for option in menu["options"]:
        if value in (option["value"], option["label"]):
            return str(option["value"])
    raise NotPossible(f"{value!r} is no option of {menu['custom_id']!r}")


def submission(refs: Refs, place: Channel, modal: JSON, values: dict[str, Any]) -> JSON:
    """The `data` of a modal submit. Values are found by custom id or by the label a person reads."""
    resolved: JSON = {}
    left = dict(values)
    items = [_item(refs, place, item, left, resolved) for item in modal["components"]]
    if left:
        raise NotPossible(f"the form has no field {sorted(left)}")
    data: JSON = {"custom_id": modal["custom_id"], "components": items}
    return data | ({"resolved": resolved} if resolved else {})


def _item(refs: Refs, place: Channel, item: JSON, left: dict[str, Any], resolved: JSON) -> JSON:
    base: JSON = {"type": item["type"], "id": item["id"]}
    if item["type"] == numbering.ROW:
        inner = item["components"][0]
        return base | {"components": [_field(refs, place, inner, inner.get("label", ""), left, resolved)]}
    if item["type"] == numbering.LABEL:
        return base | {"component": _field(refs, place, item["component"], item["label"], left, resolved)}
    return base


def _field(refs: Refs, place: Channel, field: JSON, label: str, left: dict[str, Any], resolved: JSON) -> JSON:
    name, kind = field["custom_id"], field["type"]
    base: JSON = {"type": kind, "id": field["id"], "custom_id": name}
    given = left.pop(name, left.pop(label, None))
    if kind == numbering.TEXT_INPUT:
        return base | {"value": _text(field, given)}
    if kind == CHECKBOX:
        return base | {"value": bool(given)}
    needed = field.get("required", True)
    if given is None and (kept := _kept(field)):
        given = kept
    if given is None:
        if needed:
            raise NotPossible(f"{name!r} must be filled in")
        empty: JSON = {"value": None} if kind == RADIO else {"values": []}
        return base | empty
    if kind == RADIO:
        return base | {"value": _picked(field, given)}
    if kind == CHECKBOXES:
        return base | {"values": [_picked(field, v) for v in given]}
    if kind == numbering.FILES:
        return base | {"values": _files(refs, place, field, given, resolved)}
    ids, records = chosen(refs, place, field, given if isinstance(given, list) else [given])
    resolving.merge(resolved, records)
    return base | {"values": ids}


def _kept(field: JSON) -> list[Any]:
    """What was chosen already when the form opened; whoever leaves it alone sends it off."""
    return [each["id"] for each in field.get("default_values") or []] or [
        each["value"] for each in field.get("options") or [] if each.get("default")
    ]


def _text(field: JSON, given: Any) -> str:
    text = str(field.get("value") or "" if given is None else given)
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not text and field.get("required", True):
        raise NotPossible(f"{field['custom_id']!r} must be filled in")
    if text and not least <= len(text) <= most:
        raise NotPossible(f"{field['custom_id']!r} takes {least} to {most} characters")
    return text


def _files(refs: Refs, place: Channel, field: JSON, given: list[Any], resolved: JSON) -> list[str]:
    least, most = components.bounds(field)
    if not least <= len(given) <= most:
        raise NotPossible(f"{field['custom_id']!r} takes {least} to {most} files")
    records = resolving.things(refs, place, resolving.FILE, given)
    resolving.merge(resolved, records)
    return list(records["attachments"])
