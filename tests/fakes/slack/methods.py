"""The table of Web API methods: which arguments each takes, what it needs, how often it may be called."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import SlackError
from .model import Json
from .workspace import Workspace

JSON_ARGS = frozenset({"attachments", "blocks", "files", "metadata", "view"})


class Args:
    """Arguments of one call, however they came (query, form, JSON): typed on the way out."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name, default)
        if isinstance(value, bool | list | dict):
            raise SlackError("invalid_arguments", f"must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        return str(self.given.get(name, default)).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        try:
            value = int(self.given.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments", f"must be an integer [json-pointer:/{name}]") from None
        if not 0 < value <= most:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return value

    def json(self, name: str, wrong: str) -> Any:
        """The decoded value, or None where it was not given. `wrong` is the error code for what is no JSON."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(wrong) from None


Run = Callable[[Workspace, Args], Json]


@dataclass(frozen=True)
class Method:
    name: str
    run: Run
    known: frozenset[str]
    required: tuple[str, ...]
    scope: str
    tier: str
    app_level: bool

    def check(self, args: Json) -> None:
        """Raises SlackError invalid_arguments, naming every argument that is unknown or missing."""
        wrong = [f"unknown argument: {name}" for name in args if name not in self.known]
        wrong += [f"missing required field: {name}" for name in self.required if args.get(name) in (None, "")]
        if wrong:
            raise SlackError("invalid_arguments", *wrong)


# The SDK adds the team to every call once it knows it; Slack ignores it where it means nothing.
EVERYWHERE = frozenset({"token", "team_id"})
METHODS: dict[str, Method] = {}


def method(name: str, args: str = "", *, scope: str = "", tier: str, app_level: bool = False) -> Callable[[Run], Run]:
    """Declare a method. `args` are names with a blank between; those ending in "!" are required."""
    words = args.split()

    def register(run: Run) -> Run:
        known = frozenset(word.rstrip("!") for word in words) | EVERYWHERE
        required = tuple(word[:-1] for word in words if word.endswith("!"))
        METHODS[name] = Method(name, run, known, required, scope, tier, app_level)
        return run

    return register


def page(items: list[Any], args: Args, default: int, most: int) -> tuple[list[Any], str]:
    """One page of `items` and the cursor of the next ("" at the end). Raises SlackError invalid_cursor."""
    size = args.number("limit", default, most)
    cursor = args.text("cursor")
    try:
        start = int(bytes.fromhex(cursor).decode().removeprefix("at:")) if cursor else 0
    except ValueError:
        raise SlackError("invalid_cursor") from None
    after = start + size
    return items[start:after], f"at:{after}".encode().hex() if after < len(items) else ""
