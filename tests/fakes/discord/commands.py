"""Application commands: what Discord accepts, and how it writes them back."""

from __future__ import annotations

import re
from typing import Any

from .errors import Refusal, bad_length, invalid, required, too_long
from .model import JSON
from .world import World

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB, GROUP = 1, 2
MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
NAME = re.compile(r"[-_'\w]{1,32}", re.UNICODE)
SIZE = 8000


class Commands:
    """Registered commands by scope; scope None is global."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.scopes: dict[int | None, dict[int, JSON]] = {}

    def listed(self, scope: int | None) -> list[JSON]:
        return list(self.scopes.get(scope, {}).values())

    def overwrite(self, scope: int | None, items: list[JSON]) -> list[JSON]:
        """PUT: these and no others. Raises 50035, 30032."""
        for i, item in enumerate(items):
            check(item, f"{i}")
        _counts(items)
        old = {(c["type"], c["name"]): c for c in self.listed(scope)}
        made = [self._made(scope, item, old.get((item.get("type") or 1, item["name"]))) for item in items]
        self.scopes[scope] = {int(c["id"]): c for c in made}
        return made

    def upsert(self, scope: int | None, item: JSON) -> tuple[JSON, bool]:
        """POST: a new one, or the one of that name replaced. The second value says whether it is new."""
        check(item, "")
        rest = [c for c in self.listed(scope) if (c["type"], c["name"]) != (item.get("type") or 1, item["name"])]
        _counts([*rest, item])
        old = [c for c in self.listed(scope) if c not in rest]
        made = self._made(scope, item, old[0] if old else None)
        self.scopes.setdefault(scope, {})[int(made["id"])] = made
        return made, not old

    def edit(self, scope: int | None, id: int, changes: JSON) -> JSON:
        old = self.get(scope, id)
        merged = old | changes
        check(merged, "")
        made = self._made(scope, merged, old)
        self.scopes[scope][id] = made
        return made

    def get(self, scope: int | None, id: int) -> JSON:
        found = self.scopes.get(scope, {}).get(id)
        if found is None:
            raise Refusal(10063)
        return found

    def delete(self, scope: int | None, id: int) -> None:
        self.get(scope, id)
        del self.scopes[scope][id]

    def _made(self, scope: int | None, item: JSON, old: JSON | None) -> JSON:
        contexts = item.get("contexts")
        permissions = item.get("default_member_permissions")
        result: JSON = {
            "id": old["id"] if old else str(self.world.new_id()),
            "application_id": str(self.world.application_id),
            "version": str(self.world.new_id()),
            "type": item.get("type") or CHAT_INPUT,
            "name": item["name"],
            "description": item.get("description") or "",
            "default_member_permissions": None if permissions is None else str(permissions),
            "contexts": contexts,
            "integration_types": item.get("integration_types") or [0],
            "nsfw": bool(item.get("nsfw")),
            "dm_permission": item.get("dm_permission") is not False if contexts is None else 1 in contexts,
            "name_localizations": item.get("name_localizations"),
            "description_localizations": item.get("description_localizations"),
        }
        if item.get("options"):
            result["options"] = [_option(o) for o in item["options"]]
        return result | ({"guild_id": str(scope)} if scope else {})

    def find(self, scope: int | None, name: str, type: int) -> JSON | None:
        """What a person in that place gets under that name: the server's own first."""
        for where in (scope, None):
            for command in self.listed(where):
                if command["name"] == name and command["type"] == type:
                    return command
        return None


def _option(item: JSON) -> JSON:
    result = {k: v for k, v in item.items() if v is not None and v is not False}
    if item.get("options"):
        result["options"] = [_option(o) for o in item["options"]]
    return result


def _counts(items: list[JSON]) -> None:
    names = [(i.get("type") or 1, i["name"]) for i in items]
    if len(set(names)) < len(names):
        text = "Application command names must be unique"
        raise invalid("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
    for kind, most in MOST.items():
        if sum(1 for k, _ in names if k == kind) > most:
            raise Refusal(30032, message=f"Maximum number of application commands reached ({most}).")


def check(item: JSON, path: str) -> None:
    """Raises 50035."""
    if (item.get("type") or CHAT_INPUT) != CHAT_INPUT:
        if not 1 <= len(item.get("name") or "") <= 32:
            raise bad_length(f"{path}.name".strip("."), 1, 32)
        if item.get("description") or item.get("options"):
            raise invalid(f"{path}.description".strip("."), "BASE_TYPE_MAX_LENGTH", "Context menus have none.")
        return
    _named(item, path)
    _options(item.get("options") or [], path, 0)
    size = _size(item)
    if size > SIZE:
        raise invalid(path or "_", "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE})")


def _named(item: JSON, path: str) -> None:
    names = [item.get("name"), *(item.get("name_localizations") or {}).values()]
    for name in names:
        if not isinstance(name, str) or not NAME.fullmatch(name) or name != name.lower():
            text = "Command name is invalid"
            raise invalid(f"{path}.name".strip("."), "APPLICATION_COMMAND_INVALID_NAME", text)
    for text in [item.get("description"), *(item.get("description_localizations") or {}).values()]:
        if not 1 <= len(text or "") <= 100:
            raise bad_length(f"{path}.description".strip("."), 1, 100)


def _options(items: list[JSON], path: str, depth: int) -> None:
    if len(items) > 25:
        raise too_long(f"{path}.options".strip("."), 25)
    optional = False
    for i, item in enumerate(items):
        here = f"{path}.options.{i}".strip(".")
        _named(item, here)
        kind = item.get("type")
        if kind in (SUB, GROUP):
            if depth > 1 or (depth == 1 and kind == GROUP):
                raise invalid(here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Too deep")
            _options(item.get("options") or [], here, depth + 1)
            continue
        if item.get("required") and optional:
            text = "Required options must be placed before non-required options"
            raise invalid(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional = optional or not item.get("required")
        _choices(item, here)
    names = [i["name"] for i in items]
    if len(set(names)) < len(names):
        raise invalid(f"{path}.options".strip("."), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Duplicate option")


def _choices(item: JSON, path: str) -> None:
    choices: list[Any] = item.get("choices") or []
    if len(choices) > 25:
        raise too_long(f"{path}.choices", 25)
    if choices and item.get("autocomplete"):
        raise invalid(f"{path}.autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Not with choices")
    for choice in choices:
        if not 1 <= len(str(choice.get("name") or "")) <= 100:
            raise required(f"{path}.choices.name")


def _size(item: JSON) -> int:
    """Names, descriptions and values together; of translations only the longest counts."""
    result = 0
    for key in ("name", "description"):
        result += max(len(t) for t in [item.get(key) or "", *(item.get(f"{key}_localizations") or {}).values()])
    result += sum(len(str(c["name"])) + len(str(c["value"])) for c in item.get("choices") or [])
    return result + sum(_size(o) for o in item.get("options") or [])
