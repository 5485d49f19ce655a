"""People as Discord tells of them, with their roles as a desk lists them: discord:SERVER/&ROLE."""

from collections.abc import Iterable, Mapping
from typing import Any

import discord

from adapters.discord.places import PLATFORM
from bot.inbound import Actor
from bot.message import UserRef

NOBODY = Actor(UserRef(PLATFORM, "", "0"), "")  # who deleted a message, Discord does not say


def ref(id: int | str) -> UserRef:
    return UserRef(PLATFORM, "", str(id))


def actor(user: discord.User | discord.Member | discord.abc.User, language: str = "") -> Actor:
    if not isinstance(user, discord.Member):
        return Actor(ref(user.id), user.display_name, (), language)
    roles = _groups(user.guild.id, (role.id for role in user.roles if not role.is_default()))
    manages = user.guild_permissions.manage_guild
    return Actor(ref(user.id), user.display_name, tuple(roles), language, manages)


def named(data: Mapping[str, Any], guild: int | None) -> tuple[Actor, ...]:
    """Everybody an interaction's options name: its `resolved` users and members."""
    resolved = data.get("resolved") or {}
    members = resolved.get("members") or {}
    return tuple(_named(user, members.get(id) or {}, guild) for id, user in (resolved.get("users") or {}).items())


def _named(user: Mapping[str, Any], member: Mapping[str, Any], guild: int | None) -> Actor:
    name = member.get("nick") or user.get("global_name") or user.get("username") or ""
    groups = _groups(guild, member.get("roles") or ()) if guild else ()
    return Actor(ref(user["id"]), name, tuple(groups))


def _groups(guild: int, roles: Iterable[int | str]) -> Iterable[str]:
    return (f"{PLATFORM}:{guild}/&{role}" for role in roles)
