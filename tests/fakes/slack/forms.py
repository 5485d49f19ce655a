"""Filling in a modal as a person does: by label, block or action, within what Slack's client allows."""

from typing import Any

from .errors import NotPossible
from .file_shapes import file as shape_of
from .model import File, Json, View
from .payloads import value_of
from .workspace import Workspace

INITIAL = {
    "static_select": "initial_option",
    "external_select": "initial_option",
    "radio_buttons": "initial_option",
    "checkboxes": "initial_options",
    "multi_static_select": "initial_options",
    "multi_external_select": "initial_options",
    "users_select": "initial_user",
    "multi_users_select": "initial_users",
    "channels_select": "initial_channel",
    "multi_channels_select": "initial_channels",
    "conversations_select": "initial_conversation",
    "multi_conversations_select": "initial_conversations",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
}


def fill(work: Workspace, view: View, given: dict[str, Any], *, finished: bool = True) -> Json:
    """`state.values` of the view. Raises NotPossible for unknown fields, wrong lengths and, in a form that is
    `finished`, for empty required fields."""
    left = dict(given)
    values: Json = {}
    for block in view.payload["blocks"]:
        element = block.get("element") if block["type"] == "input" else None
        if element is None:
            continue
        names = (block["block_id"], element.get("action_id", ""), block["label"]["text"])
        name = next((n for n in names if n in left), None)
        initial = element.get(INITIAL.get(element["type"], "initial_value"))
        chosen = choose(work, element, left.pop(name)) if name else initial
        if finished and chosen in (None, "", []) and not block.get("optional"):
            raise NotPossible(f"{block['label']['text']!r} must be filled in")
        values[block["block_id"]] = {element.get("action_id", "e"): value_of(element, chosen if chosen != "" else None)}
    if left:
        raise NotPossible(f"the form has no {', '.join(map(repr, left))}")
    return values


def choose(work: Workspace, element: Json, wanted: Any) -> Any:
    """What a person means by `wanted` in this element. Raises NotPossible for what it does not offer."""
    kind = element["type"]
    if kind in ("static_select", "radio_buttons", "overflow"):
        return _option(element, wanted)
    if kind in ("multi_static_select", "checkboxes"):
        return [_option(element, one) for one in wanted]
    if kind == "external_select":
        return wanted if isinstance(wanted, dict) else {"text": {"type": "plain_text", "text": wanted}, "value": wanted}
    if kind == "multi_external_select":
        return [choose(work, element | {"type": "external_select"}, one) for one in wanted]
    if kind in ("users_select", "multi_users_select"):
        return _existing(work.users, wanted)
    if kind in ("channels_select", "conversations_select", "multi_channels_select", "multi_conversations_select"):
        return _existing(work.channels, wanted)
    if kind == "file_input":
        return [shape_of(work, _upload(work, name, content)) for name, content in wanted]
    if kind == "plain_text_input":
        _check_length(element, str(wanted))
    return wanted


def _upload(work: Workspace, name: str, content: bytes) -> File:
    kept = File(work.new_id("F"), name, "", work.clock.now(), content, len(content), name, True)
    work.files[kept.id] = kept
    return kept


def _existing(known: dict[str, Any], wanted: str | list[str]) -> str | list[str]:
    for one in [wanted] if isinstance(wanted, str) else wanted:
        if one not in known:
            raise NotPossible(f"nothing to choose with id {one}")
    return wanted


def _check_length(element: Json, text: str) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if text and not least <= len(text) <= most:
        raise NotPossible(f"{len(text)} characters in a field for {least} to {most}")


def _option(element: Json, wanted: str) -> Json:
    options = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options += group["options"]
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return dict(option)
    raise NotPossible(f"no option {wanted!r} among {[option['text']['text'] for option in options]}")
