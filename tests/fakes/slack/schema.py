"""A second opinion on blocks and views: the JSON Schema generated from Slack's own types, where it is at hand.

It lies beside the checkout, not in it, so whoever asks must be ready for None.
"""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .model import Json

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "specs" / "slack"
SCHEMA = BESIDE / "blockkit.schema.json"
BY_TYPE = {
    "actions": "ActionsBlock",
    "context": "ContextBlock",
    "divider": "DividerBlock",
    "header": "HeaderBlock",
    "home": "HomeView",
    "image": "ImageBlock",
    "input": "InputBlock",
    "markdown": "MarkdownBlock",
    "modal": "ModalView",
    "rich_text": "RichTextBlock",
    "section": "SectionBlock",
}


def schema_check() -> Callable[[Json, str], list[str]] | None:
    """A check for `Workspace.block_checks`: (block or view, json pointer) to what is wrong. None without the file."""
    if not SCHEMA.exists():
        return None
    jsonschema: Any = importlib.import_module("jsonschema")
    whole = json.loads(SCHEMA.read_text())
    validators = {
        kind: jsonschema.Draft7Validator({**whole, "$ref": f"#/definitions/{name}"}) for kind, name in BY_TYPE.items()
    }

    def check(part: Json, where: str) -> list[str]:
        validator = validators.get(part.get("type", ""))
        errors = validator.iter_errors(part) if validator else ()
        return [f"{e.message[:200]} [json-pointer:{where}/{'/'.join(map(str, e.absolute_path))}]" for e in errors]

    return check
