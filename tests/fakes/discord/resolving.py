"""Command options as typed, and the records that come along with ids."""

from __future__ import annotations

from typing import Any

from . import message_json, payloads, perms
from .errors import NotPossible
from .model import JSON, Attachment, Channel, Role, User
from .records import Upload
from .refs import Refs
from .world import World

SUBS = (1, 2)
TEXT, INTEGER, BOOLEAN, PERSON, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = 3, 4, 5, 6, 7, 8, 9, 10, 11


def command_data(
    refs: Refs, place: Channel, command: JSON, path: list[str], values: dict[str, Any], focus: str = ""
) -> JSON:
    """The `data` of a command interaction. Raises NotPossible for what the client would not send."""
    resolved: JSON = {}
    options: list[JSON] = command.get("options", [])
    wrap: list[JSON] = []
    for step in path:
        found = next((o for o in options if o["name"] == step and o["type"] in SUBS), None)
        if found is None:
            raise NotPossible(f"there is no subcommand {step!r}")
        wrap.append(found)
        options = found.get("options", [])
    if any(o["type"] in SUBS for o in options):
        raise NotPossible("a subcommand is missing")
    built = [_option(refs, place, o, values, focus, resolved) for o in options if o["name"] in values]
    unknown = set(values) - {o["name"] for o in options}
    missing = [o["name"] for o in options if o.get("required") and o["name"] not in values and not focus]
    if unknown or missing:
        raise NotPossible(f"unknown options {sorted(unknown)}, missing options {missing}")
    for outer in reversed(wrap):
        built = [{"name": outer["name"], "type": outer["type"], "options": built}]
    data: JSON = {"id": command["id"], "name": command["name"], "type": 1, "options": built}
    scope = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return data | scope | ({"resolved": resolved} if resolved else {})


def _option(refs: Refs, place: Channel, option: JSON, values: dict[str, Any], focus: str, resolved: JSON) -> JSON:
    name, kind = option["name"], option["type"]
    result: JSON = {"name": name, "type": kind}
    if name == focus:
        return result | {"value": str(values[name]), "focused": True}
    result["value"] = value = _value(refs, place, kind, values[name], resolved)
    choices = [c["value"] for c in option.get("choices", [])]
    if choices and value not in choices:
        raise NotPossible(f"{value!r} is no choice of {name!r}")
    _range(option, value)
    return result


def _range(option: JSON, value: Any) -> None:
    size = len(value) if isinstance(value, str) else value
    least = option.get("min_length" if isinstance(value, str) else "min_value")
    most = option.get("max_length" if isinstance(value, str) else "max_value")
    if option["type"] in (TEXT, INTEGER, NUMBER) and (
        (least is not None and size < least) or (most is not None and size > most)
    ):
        raise NotPossible(f"{value!r} is out of range for {option['name']!r}")


def _value(refs: Refs, place: Channel, kind: int, given: Any, resolved: JSON) -> Any:
    if kind in (INTEGER, NUMBER, BOOLEAN, TEXT):
        wanted = {INTEGER: int, NUMBER: (int, float), BOOLEAN: bool, TEXT: str}[kind]
        if not isinstance(given, wanted):  # type: ignore[arg-type]
            raise NotPossible(f"{given!r} is of the wrong type")
        return given
    merge(resolved, things(refs, place, kind, [given]))
    return thing_id(refs, kind, given) if kind != FILE else next(reversed(resolved["attachments"]))


def merge(into: JSON, more: JSON) -> None:
    for key, items in more.items():
        into.setdefault(key, {}).update(items)


def thing_id(refs: Refs, kind: int, given: Any) -> str:
    if kind == CHANNEL:
        return str(refs._channel(given).id)
    if kind == ROLE or isinstance(given, Role):
        return str(refs._role(given)[1].id)
    return str(refs._user(given).id)


def things(refs: Refs, place: Channel, kind: int, given: list[Any]) -> JSON:
    """The `resolved` part for people, roles, channels or files."""
    if kind == FILE:
        return files(refs.world, place, [g if isinstance(g, Upload) else Upload(*g) for g in given])
    if kind == CHANNEL:
        return {"channels": {str(c.id): _partial(refs.world, c) for c in map(refs._channel, given)}}
    roles = [refs._role(g)[1] for g in given if kind == ROLE or isinstance(g, Role)]
    users = [refs._user(g) for g in given if kind != ROLE and not isinstance(g, Role)]
    result: JSON = {"roles": {str(r.id): payloads.role(r) for r in roles}} if roles else {}
    return result | (people(refs.world, place, users) if users else {})


def people(world: World, place: Channel, users: list[User]) -> JSON:
    guild = world.guild_of(place)
    result: JSON = {"users": {str(u.id): payloads.user(u) for u in users}}
    known = [guild.members[u.id] for u in users if u.id in guild.members] if guild else []
    if known:
        result["members"] = {}
        for member in known:
            data = payloads.member_only(world, member)
            data["permissions"] = str(int(perms.in_channel(world, member.user, place)))
            result["members"][str(member.user.id)] = data
    return result


def _partial(world: World, channel: Channel) -> JSON:
    return payloads.channel(world, channel) | {"permissions": str(perms.in_channel(world, world.bot, channel))}


def files(world: World, place: Channel, given: list[Upload]) -> JSON:
    """Uploaded with the command or form, kept under ephemeral links."""
    found: JSON = {}
    for file in given:
        item = Attachment(world.new_id(), place.id, file.filename, file.data, file.content_type, ephemeral=True)
        world.uploads[item.id] = item
        found[str(item.id)] = message_json.attachment(world, item)
    return {"attachments": found}
