"""Refusing the blocks and views that Slack refuses. Limits are those of Slack's Block Kit and view references."""

from collections.abc import Callable, Iterator
from typing import Any

from .elements import ACCESSORIES, ACTIONS, INPUTS, Findings, check_element, check_image
from .errors import SlackError
from .model import Json
from .workspace import Workspace

TEXT_OF_ALL_BLOCKS = 13_200  # measured by users of Slack, not documented; beyond it: msg_blocks_too_long
MARKDOWN_OF_ALL_BLOCKS = 12_000
SHALLOW = frozenset(
    {"alert", "card", "carousel", "container", "context_actions", "data_table", "plan", "table", "task_card", "video"}
)

OWN = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text", "level"},
    "divider": set[str](),
    "context": {"elements"},
    "actions": {"elements"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "rich_text": {"elements"},
    "markdown": {"text"},
}


def check_message_blocks(work: Workspace, blocks: Any) -> None:
    """Raises SlackError: invalid_blocks_format, invalid_blocks, msg_blocks_too_long."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    found = Findings()
    _check_blocks(found, blocks, "/blocks", 50, "message")
    for extra_check in work.block_checks:
        for number, block in enumerate(blocks):
            found.messages += extra_check(block, f"/blocks/{number}")
    if found.messages:
        raise SlackError("invalid_blocks", *found.messages)
    if sum(map(len, texts_of(blocks))) > TEXT_OF_ALL_BLOCKS:
        raise SlackError("msg_blocks_too_long")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_OF_ALL_BLOCKS:
        raise SlackError("msg_blocks_too_long")


def check_view(work: Workspace, view: Any, kind: str) -> Json:
    """The view, decoded and found good. Raises SlackError invalid_arguments, view_too_large."""
    if not isinstance(view, dict) or view.get("type") != kind:
        raise SlackError("invalid_arguments", f"must be a {kind} view [json-pointer:/view]")
    if len(str(view)) > 250_000:
        raise SlackError("view_too_large")
    found = Findings()
    names = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    modal = {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    found.known(view, names | (modal if kind == "modal" else set()), "/view")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            found.string(view[name], f"/view/{name}", most)
    _check_blocks(found, view.get("blocks"), "/view/blocks", 100, kind)
    if kind == "modal":
        _check_modal(found, view)
    for extra_check in work.block_checks:
        found.messages += extra_check(view, "/view")
    if found.messages:
        raise SlackError("invalid_arguments", *found.messages)
    return view


def _check_modal(found: Findings, view: Json) -> None:
    found.text(view.get("title"), "/view/title", 24, plain=True)
    for name in ("submit", "close"):
        if view.get(name) is not None:
            found.text(view[name], f"/view/{name}", 24, plain=True)
    blocks = view.get("blocks")
    if isinstance(blocks, list) and any(b.get("type") == "input" for b in blocks) and not view.get("submit"):
        found.add("a modal with an input needs `submit`", "/view")


def _check_blocks(found: Findings, blocks: Any, where: str, most: int, surface: str) -> None:
    if not isinstance(blocks, list):
        found.add("must be a list", where)
        return
    if len(blocks) > most:
        found.add(f"no more than {most} items allowed", where)
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        at = f"{where}/{number}"
        _check_block(found, block, at, surface)
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if block_id in seen:
            found.add(f"`block_id` {block_id} already exists", at)
        if block_id:
            seen.add(block_id)


def _check_block(found: Findings, block: Any, at: str, surface: str) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind in SHALLOW:
        return
    if kind not in OWN or (kind == "markdown" and surface != "message"):
        found.add(f"unsupported type: {kind}", f"{at}/type")
        return
    found.known(block, {"type", "block_id"} | OWN[kind], at)
    if "block_id" in block:
        found.string(block["block_id"], f"{at}/block_id", 255)
    CHECKS[kind](found, block, at)


def _section(found: Findings, block: Json, at: str) -> None:
    if "text" not in block and "fields" not in block:
        found.add("must have text or fields", at)
    if "text" in block:
        found.text(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        for number, field in enumerate(found.items(block["fields"], f"{at}/fields", 10)):
            found.text(field, f"{at}/fields/{number}", 2000)
    if "accessory" in block:
        check_element(found, block["accessory"], ACCESSORIES, f"{at}/accessory")


def _header(found: Findings, block: Json, at: str) -> None:
    found.text(block.get("text"), f"{at}/text", 150, plain=True)


def _context(found: Findings, block: Json, at: str) -> None:
    for number, element in enumerate(found.items(block.get("elements"), f"{at}/elements", 10)):
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(found, element, {"image"}, f"{at}/elements/{number}")
        else:
            found.text(element, f"{at}/elements/{number}", 3000)


def _actions(found: Findings, block: Json, at: str) -> None:
    elements = found.items(block.get("elements"), f"{at}/elements", 25)
    for number, element in enumerate(elements):
        check_element(found, element, ACTIONS, f"{at}/elements/{number}")
    ids = [element.get("action_id") for element in elements if isinstance(element, dict) and "action_id" in element]
    for repeated in {name for name in ids if ids.count(name) > 1}:
        found.add(f"`action_id` {repeated} already exists for another element in this block", at)


def _image(found: Findings, block: Json, at: str) -> None:
    check_image(found, block, at)
    if "title" in block:
        found.text(block["title"], f"{at}/title", 2000, plain=True)


def _input(found: Findings, block: Json, at: str) -> None:
    found.text(block.get("label"), f"{at}/label", 2000, plain=True)
    check_element(found, block.get("element"), INPUTS, f"{at}/element")
    if block.get("hint") is not None:
        found.text(block["hint"], f"{at}/hint", 2000, plain=True)


def _rich_text(found: Findings, block: Json, at: str) -> None:
    kinds = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
    for number, element in enumerate(found.items(block.get("elements"), f"{at}/elements", 1000)):
        if not isinstance(element, dict) or element.get("type") not in kinds:
            found.add("unsupported type", f"{at}/elements/{number}")


def _markdown(found: Findings, block: Json, at: str) -> None:
    found.string(block.get("text"), f"{at}/text", MARKDOWN_OF_ALL_BLOCKS, 1)


CHECKS: dict[str, Callable[[Findings, Json, str], None]] = {
    "section": _section,
    "header": _header,
    "divider": lambda found, block, at: None,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
}


def texts_of(part: Any) -> Iterator[str]:
    """Every text that people read somewhere inside blocks."""
    if isinstance(part, list):
        for item in part:
            yield from texts_of(item)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value)
