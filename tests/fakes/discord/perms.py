"""Who may do what where, computed the way Discord documents it."""

from __future__ import annotations

from .bits import ALL, EPHEMERAL, Kind, Perm
from .errors import Refusal
from .model import Channel, Guild, Message, User
from .world import World

IN_DM = (
    Perm.VIEW_CHANNEL
    | Perm.SEND_MESSAGES
    | Perm.SEND_MESSAGES_IN_THREADS
    | Perm.ADD_REACTIONS
    | Perm.EMBED_LINKS
    | Perm.ATTACH_FILES
    | Perm.READ_MESSAGE_HISTORY
    | Perm.USE_APPLICATION_COMMANDS
    | Perm.USE_EXTERNAL_EMOJIS
    | Perm.PIN_MESSAGES
)


def in_guild(world: World, user: User, guild: Guild) -> int:
    """Permissions before any channel is looked at; 0 for somebody who is not a member."""
    member = guild.members.get(user.id)
    if member is None:
        return 0
    if guild.owner_id == user.id:
        return ALL
    result = guild.roles[guild.id].permissions
    for role_id in member.roles:
        result |= guild.roles[role_id].permissions
    if result & Perm.ADMINISTRATOR:
        return ALL
    if member.timed_out_until and member.timed_out_until > world.now():
        result &= Perm.VIEW_CHANNEL | Perm.READ_MESSAGE_HISTORY
    return result


def in_channel(world: World, user: User, channel: Channel) -> int:
    """Permissions in a channel, thread or direct message. A thread asks its parent and its member list."""
    guild = world.guild_of(channel)
    if guild is None:
        return int(IN_DM) if channel.recipient is user or user is world.bot else 0
    base = in_guild(world, user, guild)
    if base == ALL or user.id not in guild.members:
        return base
    place = world.channels.get(channel.parent_id or 0, channel) if channel.is_thread else channel
    result = _overwritten(base, user, guild, place)
    if not result & Perm.VIEW_CHANNEL:
        return 0
    if channel.thread and channel.type == Kind.PRIVATE_THREAD and not result & Perm.MANAGE_THREADS:
        result = result if user.id in channel.thread.members else 0
    if not result & (Perm.SEND_MESSAGES_IN_THREADS if channel.is_thread else Perm.SEND_MESSAGES):
        result &= ~(Perm.MENTION_EVERYONE | Perm.EMBED_LINKS | Perm.ATTACH_FILES)
    return result


def _overwritten(base: int, user: User, guild: Guild, channel: Channel) -> int:
    everyone = channel.overwrites.get(guild.id)
    if everyone:
        base = base & ~everyone.deny | everyone.allow
    roles = [channel.overwrites[r] for r in guild.members[user.id].roles if r in channel.overwrites]
    deny = allow = 0
    for overwrite in roles:
        deny |= overwrite.deny
        allow |= overwrite.allow
    base = base & ~deny | allow
    own = channel.overwrites.get(user.id)
    return base & ~own.deny | own.allow if own else base


def can(world: World, user: User, channel: Channel, need: int) -> bool:
    have = in_channel(world, user, channel)
    return bool(have & Perm.VIEW_CHANNEL) and have & need == need


def demand(world: World, user: User, channel: Channel, need: int) -> None:
    """Raises 50001 when the channel cannot be seen, 50013 when something else is missing."""
    have = in_channel(world, user, channel)
    if not have & Perm.VIEW_CHANNEL:
        raise Refusal(50001)
    if have & need != need:
        raise Refusal(50013)


def demand_in_guild(world: World, user: User, guild: Guild, need: int) -> None:
    if in_guild(world, user, guild) & need != need:
        raise Refusal(50013)


def top_position(guild: Guild, user: User) -> int:
    """The highest role; nobody may hand out or change a role at or above it. The owner stands over all."""
    if guild.owner_id == user.id:
        return 1 << 30
    return max((guild.roles[r].position for r in guild.members[user.id].roles), default=0)


def sees(world: World, user: User, channel: Channel, message: Message) -> bool:
    """Whether the message is on this person's screen."""
    if message.seen_only_by is not None or message.flags & EPHEMERAL:
        return message.seen_only_by == user.id
    return can(world, user, channel, Perm.READ_MESSAGE_HISTORY)
