"""REST: channels and their permission overwrites."""

from __future__ import annotations

from typing import Any

from . import events, limits, payloads, perms, places, threads
from .bits import Kind, Perm
from .errors import Refusal, invalid, required, too_long
from .model import JSON, Channel, Overwrite
from .routes_messages import place
from .routing import Call, Created, route


@route("GET", "/channels/{channel_id}")
def read(call: Call) -> Any:
    return payloads.channel(call.world, place(call))


@route("POST", "/guilds/{guild_id}/channels")
def create(call: Call) -> Any:
    guild = call.world.guild(call.id("guild_id"))
    perms.demand_in_guild(call.world, call.bot, guild, Perm.MANAGE_CHANNELS)
    body = call.given()
    name = places.channel_name(guild, body.get("name"), int(body.get("type") or 0))
    parent = int(body["parent_id"]) if body.get("parent_id") else None
    places.head_room(call.world, guild, parent)
    channel = Channel(call.world.new_id(), int(body.get("type") or 0), guild.id, name, parent, body.get("topic"))
    for item in body.get("permission_overwrites") or []:
        overwrite = _overwrite(call, guild.id, item)
        channel.overwrites[overwrite.id] = overwrite
    _topic(body)
    call.world.channels[channel.id] = channel
    channel.position = sum(1 for c in call.world.channels.values() if c.guild_id == guild.id and not c.thread)
    events.channel(call.world, "CHANNEL_CREATE", channel)
    return Created(payloads.channel(call.world, channel))


def _topic(body: JSON) -> None:
    if len(body.get("topic") or "") > 1024:
        raise too_long("topic", 1024)


def _overwrite(call: Call, guild_id: int, item: JSON) -> Overwrite:
    """A bot hands out only what it has itself; MANAGE_ROLES in an overwrite needs Administrator."""
    guild = call.world.guild(guild_id)
    result = Overwrite(int(item["id"]), int(item["type"]), int(item.get("allow") or 0), int(item.get("deny") or 0))
    known = guild.roles if result.type == 0 else call.world.users
    if result.id not in known:
        raise invalid("permission_overwrites", "UNKNOWN", f"{result.id} is unknown")
    mine = perms.in_guild(call.world, call.bot, guild)
    wanted = result.allow | result.deny
    if wanted & ~mine or (wanted & Perm.MANAGE_ROLES and not mine & Perm.ADMINISTRATOR):
        raise Refusal(50013)
    return result


@route("PATCH", "/channels/{channel_id}")
def edit(call: Call) -> Any:
    channel = place(call)
    if channel.is_dm:
        raise Refusal(50003)
    if channel.thread:
        _edit_thread(call, channel, call.given())
        events.channel(call.world, "THREAD_UPDATE", channel)
    else:
        _edit_channel(call, channel, call.given())
        events.channel(call.world, "CHANNEL_UPDATE", channel)
    return payloads.channel(call.world, channel)


def _edit_channel(call: Call, channel: Channel, body: JSON) -> None:
    perms.demand(call.world, call.bot, channel, Perm.MANAGE_CHANNELS)
    guild = threads.guild_of(call.world, channel)
    _topic(body)
    if "name" in body:
        channel.name = places.channel_name(guild, body["name"], channel.type)
    if "topic" in body:
        channel.topic = body["topic"]
    if "parent_id" in body:
        channel.parent_id = int(body["parent_id"]) if body["parent_id"] else None
    channel.slowmode = body.get("rate_limit_per_user") or channel.slowmode
    if "available_tags" in body:
        channel.tags = [places.tag(call.world, t) for t in body["available_tags"] or []]
    if body.get("permission_overwrites") is not None:
        perms.demand(call.world, call.bot, channel, Perm.MANAGE_ROLES)
        items = [_overwrite(call, guild.id, o) for o in body["permission_overwrites"]]
        channel.overwrites = {o.id: o for o in items}


def _edit_thread(call: Call, channel: Channel, body: JSON) -> None:
    """Only waking up is possible while archived; locking needs MANAGE_THREADS, the rest that or ownership."""
    world, state = call.world, channel.thread
    assert state
    moderator = perms.can(world, call.bot, channel, Perm.MANAGE_THREADS)
    own = state.owner_id == call.bot.id
    if state.archived and body.get("archived") is not False:
        raise Refusal(50083)
    waking_only = set(body) <= {"archived"} and body.get("archived") is False
    if not moderator and not own and not (waking_only and not state.locked and call.bot.id in state.members):
        raise Refusal(50013)
    if not moderator and ({"locked", "rate_limit_per_user"} & set(body) or (state.locked and not waking_only)):
        raise Refusal(50013)
    if body.get("archived") is False:
        threads.archive(world, channel, False)
    if body.get("name") not in (None, channel.name):
        threads.renamed(world, channel, call.bot, limits.name("name", body["name"]))
    state.auto_archive = body.get("auto_archive_duration") or state.auto_archive
    state.locked = state.locked if body.get("locked") is None else body["locked"]
    state.invitable = state.invitable if body.get("invitable") is None else body["invitable"]
    channel.slowmode = body.get("rate_limit_per_user") or channel.slowmode
    if body.get("applied_tags") is not None:
        state.tags = [int(t) for t in body["applied_tags"]]
    if body.get("archived"):
        threads.archive(world, channel, True)


@route("DELETE", "/channels/{channel_id}")
def delete(call: Call) -> Any:
    channel = place(call)
    if channel.is_dm:
        return payloads.channel(call.world, channel)
    perms.demand(call.world, call.bot, channel, Perm.MANAGE_THREADS if channel.thread else Perm.MANAGE_CHANNELS)
    answer = payloads.channel(call.world, channel)
    places.remove(call.world, channel)
    return answer


@route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
def permit(call: Call) -> Any:
    channel = place(call, Perm.MANAGE_ROLES)
    if channel.thread or channel.is_dm or channel.guild_id is None:
        raise Refusal(50024)
    if "type" not in call.given():
        raise required("type")
    overwrite = _overwrite(call, channel.guild_id, call.given() | {"id": call.id("overwrite_id")})
    channel.overwrites[overwrite.id] = overwrite
    events.channel(call.world, "CHANNEL_UPDATE", channel)


@route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
def unpermit(call: Call) -> Any:
    channel = place(call, Perm.MANAGE_ROLES)
    if channel.overwrites.pop(call.id("overwrite_id"), None) is None:
        raise Refusal(10009)
    events.channel(call.world, "CHANNEL_UPDATE", channel)


@route("GET", "/guilds/{guild_id}/channels")
def of_guild(call: Call) -> Any:
    guild = call.world.guild(call.id("guild_id"))
    mine = [c for c in call.world.channels.values() if c.guild_id == guild.id and not c.thread]
    return [payloads.channel(call.world, c) for c in mine if c.type != Kind.DM]
