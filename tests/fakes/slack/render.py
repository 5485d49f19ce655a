"""Blocks as the text a person reads, with buttons as [Label]; and whom a message pings."""

import re
from typing import Any

from .model import Json, Message

PING = re.compile(r"<(?:@([UW]\w+)|!(channel|here|everyone)|!subteam\^(S\w+))(?:\|[^>]*)?>")


def text_of(blocks: list[Json]) -> str:
    return "\n".join(line for block in blocks if (line := _block(block)))


def message_text(said: Message) -> str:
    """What the channel shows: the blocks if there are any (then `text` is only for notifications), else the text."""
    return text_of(said.blocks) if said.blocks else said.text


def _block(block: Json) -> str:
    kind = block["type"]
    if kind == "section":
        parts = [_text(block.get("text")), *(_text(field) for field in block.get("fields", ()))]
        return " ".join(part for part in [*parts, _element(block.get("accessory"))] if part)
    if kind in ("context", "actions"):
        return " ".join(_text(e) if e["type"] in ("mrkdwn", "plain_text") else _element(e) for e in block["elements"])
    if kind == "input":
        return f"{_text(block['label'])}: {_element(block['element'])}"
    if kind == "divider":
        return "---"
    if kind == "image":
        return f"[image: {block['alt_text']}]"
    if kind == "rich_text":
        return _rich(block["elements"])
    return _text(block.get("text"))


def _text(part: Any) -> str:
    return str(part.get("text", "")) if isinstance(part, dict) else str(part or "")


def _element(element: Json | None) -> str:
    if not element:
        return ""
    if element["type"] == "image":
        return f"[image: {element['alt_text']}]"
    if element["type"] in ("overflow", "radio_buttons", "checkboxes"):
        return "[" + " / ".join(_text(option["text"]) for option in element["options"]) + "]"
    shown = element.get("text") or element.get("placeholder") or element.get("initial_value") or ""
    return f"[{_text(shown)}]"


def _rich(part: Any) -> str:
    if isinstance(part, list):
        return "".join(_rich(item) for item in part)
    kind = part["type"]
    if kind == "user":
        return f"<@{part['user_id']}>"
    if kind == "broadcast":
        return f"<!{part['range']}>"
    if kind == "emoji":
        return f":{part['name']}:"
    if kind == "channel":
        return f"<#{part['channel_id']}>"
    if kind == "link":
        return f"<{part['url']}|{part.get('text', part['url'])}>"
    return _rich(part["elements"]) if "elements" in part else str(part.get("text", ""))


def pings(said: Message) -> set[str]:
    """Whom this message calls: user ids, group ids, "channel", "here", "everyone"."""
    written = _markup(said.blocks) if said.blocks else [said.text]
    return {name for text in written for match in PING.findall(text) for name in match if name}


def _markup(part: Any) -> list[str]:
    """Every text in blocks in which markup works: mrkdwn and rich text, not plain_text."""
    if isinstance(part, list):
        return [text for item in part for text in _markup(item)]
    if not isinstance(part, dict) or part.get("type") == "plain_text":
        return []
    if part.get("type") in ("mrkdwn", "markdown"):
        return [str(part["text"])]
    if part.get("type") == "rich_text":
        return _rich_markup(part)
    return [text for value in part.values() for text in _markup(value)]


def _rich_markup(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for item in part for text in _rich_markup(item)]
    if part.get("type") in ("user", "broadcast"):
        return [_rich(part)]
    return _rich_markup(part.get("elements", []))


def buttons(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Everything one can press or choose from: (block, element)."""
    return [
        (block, element)
        for block in blocks
        for element in [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        if isinstance(element, dict) and "action_id" in element
    ]
