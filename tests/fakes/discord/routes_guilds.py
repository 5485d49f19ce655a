"""REST: servers, members and roles."""

from __future__ import annotations

from typing import Any

from . import events, payloads, people_state, perms
from .bits import Intent, Perm
from .errors import Refusal
from .model import Guild, Member, Role
from .routing import Call, route

MEMBER = "/guilds/{guild_id}/members/{user_id}"


def place(call: Call, need: int = 0) -> Guild:
    guild = call.world.guild(call.id("guild_id"))
    perms.demand_in_guild(call.world, call.bot, guild, need)
    return guild


@route("GET", "/guilds/{guild_id}")
def read(call: Call) -> Any:
    guild = place(call)
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
    return payloads.guild(guild) | (counts if call.query.get("with_counts") in ("1", "true", "True") else {})


@route("DELETE", "/users/@me/guilds/{guild_id}")
def leave(call: Call) -> Any:
    people_state.bot_leaves(call.world, call.world.guild(call.id("guild_id")))


@route("GET", "/guilds/{guild_id}/members")
def members(call: Call) -> Any:
    """Needs the members intent, as an application's setting."""
    guild = place(call)
    if not call.world.allowed_intents & Intent.GUILD_MEMBERS:
        raise Refusal(50001)
    found = sorted((m for m in guild.members.values() if m.user.id > call.number("after", 0)), key=lambda m: m.user.id)
    return [payloads.member(call.world, m) for m in found[: call.number("limit", 1)]]


@route("GET", "/guilds/{guild_id}/members/search")
def search(call: Call) -> Any:
    start = call.query.get("query", "").lower()
    found = [m for m in place(call).members.values() if (m.nick or m.user.name).lower().startswith(start)]
    return [payloads.member(call.world, m) for m in found[: call.number("limit", 1)]]


@route("GET", MEMBER)
def member(call: Call) -> Any:
    return payloads.member(call.world, call.world.member(place(call), call.id("user_id")))


@route("PATCH", "/guilds/{guild_id}/members/@me")
def edit_me(call: Call) -> Any:
    guild = place(call, Perm.CHANGE_NICKNAME)
    return _edited(call, guild, guild.members[call.bot.id])


@route("PATCH", MEMBER)
def edit(call: Call) -> Any:
    guild = place(call, Perm.MANAGE_NICKNAMES)
    return _edited(call, guild, call.world.member(guild, call.id("user_id")))


def _edited(call: Call, guild: Guild, who: Member) -> Any:
    if "nick" in call.given():
        who.nick = call.given()["nick"] or None
    events.member(call.world, "GUILD_MEMBER_UPDATE", guild, who)
    return payloads.member(call.world, who)


@route("DELETE", MEMBER)
def kick(call: Call) -> Any:
    guild = place(call, Perm.KICK_MEMBERS)
    people_state.leaves(call.world, guild, call.world.member(guild, call.id("user_id")).user)


def _role(call: Call, guild: Guild) -> Role:
    role = guild.roles.get(call.id("role_id"))
    if role is None:
        raise Refusal(10011)
    if role.position >= perms.top_position(guild, call.bot):
        raise Refusal(50013)
    return role


@route("PUT", MEMBER + "/roles/{role_id}")
def give_role(call: Call) -> Any:
    guild = place(call, Perm.MANAGE_ROLES)
    people_state.give_role(call.world, guild, call.world.member(guild, call.id("user_id")), _role(call, guild))


@route("DELETE", MEMBER + "/roles/{role_id}")
def take_role(call: Call) -> Any:
    guild = place(call, Perm.MANAGE_ROLES)
    people_state.take_role(call.world, guild, call.world.member(guild, call.id("user_id")), _role(call, guild))


@route("GET", "/guilds/{guild_id}/roles")
def roles(call: Call) -> Any:
    return [payloads.role(r) for r in place(call).roles.values()]


@route("GET", "/guilds/{guild_id}/roles/{role_id}")
def role(call: Call) -> Any:
    found = place(call).roles.get(call.id("role_id"))
    if found is None:
        raise Refusal(10011)
    return payloads.role(found)


@route("POST", "/guilds/{guild_id}/roles")
def create_role(call: Call) -> Any:
    guild = place(call, Perm.MANAGE_ROLES)
    body = call.given()
    wanted = int(body.get("permissions") or 0)
    if wanted & ~perms.in_guild(call.world, call.bot, guild):
        raise Refusal(50013)
    made = Role(call.world.new_id(), body.get("name") or "new role", wanted, 1, bool(body.get("mentionable")))
    people_state.add_role(call.world, guild, made)
    return payloads.role(made)


@route("DELETE", "/guilds/{guild_id}/roles/{role_id}")
def delete_role(call: Call) -> Any:
    guild = place(call, Perm.MANAGE_ROLES)
    people_state.remove_role(call.world, guild, _role(call, guild))
