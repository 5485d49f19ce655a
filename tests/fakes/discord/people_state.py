"""Who belongs where: joining, leaving, roles given, taken and deleted."""

from __future__ import annotations

from . import events, payloads, threads
from .bits import Intent
from .model import Guild, Member, Role, User
from .world import World


def joins(world: World, guild: Guild, user: User) -> Member:
    member = Member(user, world.now())
    guild.members[user.id] = member
    events.member(world, "GUILD_MEMBER_ADD", guild, member)
    return member


def leaves(world: World, guild: Guild, user: User) -> None:
    """Out of the server and out of its threads."""
    member = guild.members[user.id]
    for thread in [c for c in world.channels.values() if c.guild_id == guild.id and c.thread]:
        threads.remove(world, thread, user.id)
    events.member(world, "GUILD_MEMBER_REMOVE", guild, member)
    guild.members.pop(user.id, None)


def bot_leaves(world: World, guild: Guild) -> None:
    """Kicked, banned or gone of its own will: the same event."""
    del guild.members[world.bot.id]
    for role in [r for r in guild.roles.values() if r.bot_id == world.bot.id]:
        del guild.roles[role.id]
    for channel in world.channels.values():
        if channel.guild_id == guild.id and channel.thread:
            channel.thread.members.pop(world.bot.id, None)
    world.emit("GUILD_DELETE", {"id": str(guild.id)}, Intent.GUILDS, None)


def give_role(world: World, guild: Guild, member: Member, role: Role) -> None:
    member.roles.add(role.id)
    events.member(world, "GUILD_MEMBER_UPDATE", guild, member)


def take_role(world: World, guild: Guild, member: Member, role: Role) -> None:
    member.roles.discard(role.id)
    events.member(world, "GUILD_MEMBER_UPDATE", guild, member)


def add_role(world: World, guild: Guild, role: Role) -> None:
    guild.roles[role.id] = role
    events.guild(world, "GUILD_ROLE_CREATE", guild, {"role": payloads.role(role)})


def change_role(world: World, guild: Guild, role: Role) -> None:
    events.guild(world, "GUILD_ROLE_UPDATE", guild, {"role": payloads.role(role)})


def remove_role(world: World, guild: Guild, role: Role) -> None:
    del guild.roles[role.id]
    for member in guild.members.values():
        member.roles.discard(role.id)
    for channel in world.channels.values():
        channel.overwrites.pop(role.id, None)
    events.guild(world, "GUILD_ROLE_DELETE", guild, {"role_id": str(role.id)})
