"""REST: command sync, globally and per server."""

from __future__ import annotations

from typing import Any

from .commands import Commands
from .errors import Refusal
from .model import JSON
from .routing import Call, Created, route

GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _registry(call: Call) -> tuple[Commands, int | None]:
    if call.id("application_id") != call.world.application_id:
        raise Refusal(20012, status=403, message="You are not authorized to perform this action on this application")
    if "guild_id" not in call.params:
        return call.desk.commands, None
    guild = call.world.guilds.get(call.id("guild_id"))
    if guild is None or call.bot.id not in guild.members:
        raise Refusal(50001)
    return call.desk.commands, guild.id


def _shown(call: Call, command: JSON) -> JSON:
    """Translations only where they are asked for."""
    if call.query.get("with_localizations") in ("true", "1", "True") or call.body is not None:
        return command
    return {k: v for k, v in command.items() if not k.endswith("_localizations")}


def listed(call: Call) -> Any:
    registry, scope = _registry(call)
    return [_shown(call, c) for c in registry.listed(scope)]


def overwrite(call: Call) -> Any:
    registry, scope = _registry(call)
    return registry.overwrite(scope, call.body or [])


def create(call: Call) -> Any:
    registry, scope = _registry(call)
    command, new = registry.upsert(scope, call.given())
    return Created(command) if new else command


def read(call: Call) -> Any:
    registry, scope = _registry(call)
    return registry.get(scope, call.id("command_id"))


def edit(call: Call) -> Any:
    registry, scope = _registry(call)
    return registry.edit(scope, call.id("command_id"), call.given())


def delete(call: Call) -> Any:
    registry, scope = _registry(call)
    registry.delete(scope, call.id("command_id"))


for base in (GLOBAL, GUILD):
    route("GET", base)(listed)
    route("PUT", base)(overwrite)
    route("POST", base)(create)
    route("GET", base + "/{command_id}")(read)
    route("PATCH", base + "/{command_id}")(edit)
    route("DELETE", base + "/{command_id}")(delete)
