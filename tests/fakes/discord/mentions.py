"""Whose client makes a sound: what the text names, what `allowed_mentions` lets through, and who may."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import perms
from .bits import Perm
from .errors import invalid
from .model import JSON, Channel, Guild, Message, User
from .records import Ping
from .world import World

CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]+`", re.DOTALL)
USER = re.compile(r"<@!?(\d{1,20})>")
ROLE = re.compile(r"<@&(\d{1,20})>")
EVERYONE = re.compile(r"@(everyone|here)")


@dataclass
class Found:
    users: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    everyone: str = ""


def check(allowed: JSON | None) -> None:
    """Raises 50035 where `parse` and an explicit list contradict each other."""
    if not allowed:
        return
    parse = allowed.get("parse") or []
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        if kind in parse and listed:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            raise invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        if len(listed) > 100:
            raise invalid(f"allowed_mentions.{kind}", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")


def find(world: World, channel: Channel, author: User, content: str, allowed: JSON | None) -> Found:
    """Who is named and may be: a zero-width trick or a code block names nobody."""
    text = CODE.sub("", content)
    guild = world.guild_of(channel)
    users = [int(u) for u in USER.findall(text) if int(u) in world.users]
    found = Found(users=[u for u in dict.fromkeys(users) if _lets(allowed, "users", u)])
    if guild is None:
        return found
    loud = bool(perms.in_channel(world, author, channel) & Perm.MENTION_EVERYONE)
    for role_id in dict.fromkeys(int(r) for r in ROLE.findall(text)):
        role = guild.roles.get(role_id)
        if role and (loud or role.mentionable) and _lets(allowed, "roles", role_id):
            found.roles.append(role_id)
    match = EVERYONE.search(text)
    if match and loud and (allowed is None or "everyone" in (allowed.get("parse") or [])):
        found.everyone = match.group(1)
    return found


def _lets(allowed: JSON | None, kind: str, id: int) -> bool:
    if allowed is None:
        return True
    return kind in (allowed.get("parse") or []) or id in [int(i) for i in allowed.get(kind) or []]


def ring(world: World, channel: Channel, message: Message, found: Found, replied_to: User | None) -> list[User]:
    """Notes every ping and answers with everybody who got one."""
    guild = world.guild_of(channel)
    whys: dict[int, str] = {}
    if guild:
        if found.everyone:
            whys |= dict.fromkeys(guild.members, found.everyone)
        for role_id in found.roles:
            whys |= dict.fromkeys(_holders(guild, role_id), "role")
    whys |= dict.fromkeys(found.users, "user")
    if replied_to:
        whys[replied_to.id] = "reply"
    whys.pop(message.author.id, None)
    reached = [world.users[id] for id in whys if _reaches(world, world.users[id], channel, guild)]
    world.pings += [Ping(who, message, channel, whys[who.id]) for who in reached]
    return reached


def _holders(guild: Guild, role_id: int) -> list[int]:
    return [m.user.id for m in guild.members.values() if role_id in m.roles]


def _reaches(world: World, who: User, channel: Channel, guild: Guild | None) -> bool:
    if guild is None:
        return True
    parent = world.channels.get(channel.parent_id or 0, channel) if channel.is_thread else channel
    return who.id in guild.members and perms.can(world, who, parent, 0)
