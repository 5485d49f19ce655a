"""Blocks as Slack gives them back: every block and element has an id, every default is written out."""

from typing import Any

from .model import Json
from .workspace import Workspace

TEXT_DEFAULTS = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}
HOLDERS = ("elements", "accessory", "element")  # where a block keeps what one can act on


def normal_blocks(work: Workspace, blocks: list[Json]) -> list[Json]:
    return [_block(work, block) for block in blocks]


def normal_view(work: Workspace, view: Json) -> Json:
    shown = {name: _filled(value) for name, value in view.items() if name != "blocks"}
    return shown | {"blocks": normal_blocks(work, view["blocks"])}


def _block(work: Workspace, block: Json) -> Json:
    if block["type"] in ("rich_text", "markdown"):
        shown = dict(block)
    else:
        shown = {name: _filled(value) for name, value in block.items()}
        for holder in HOLDERS:
            if holder in shown:
                shown[holder] = _named(work, shown[holder])
    if block["type"] == "input":
        shown = {"optional": False, "dispatch_action": False} | shown
    shown["block_id"] = block.get("block_id") or work.new_id("b")
    return shown


def _named(work: Workspace, part: Any) -> Any:
    """Elements one can act on get an action_id if they have none."""
    if isinstance(part, list):
        return [_named(work, item) for item in part]
    if part["type"] in ("plain_text", "mrkdwn", "image") or part.get("action_id"):
        return part
    return part | {"action_id": work.new_id("a")}


def _filled(part: Any) -> Any:
    if isinstance(part, list):
        return [_filled(item) for item in part]
    if not isinstance(part, dict):
        return part
    filled = {name: _filled(value) for name, value in part.items()}
    return TEXT_DEFAULTS.get(part.get("type", ""), {}) | filled
