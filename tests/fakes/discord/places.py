"""Channels coming and going, and how many a server holds."""

from __future__ import annotations

from . import events, limits
from .bits import Kind
from .errors import Refusal, invalid
from .model import JSON, Channel, Guild
from .world import World

PER_CATEGORY = 50


def channel_name(guild: Guild, value: object, kind: int) -> str:
    """Text channels are lower case with hyphens. Raises 50035 for a word Server Discovery bans."""
    name = limits.name("name", value)
    if any(word in name.lower() for word in guild.banned_words):
        raise invalid("name", "CONTAINS_WORDS_NOT_ALLOWED", "Contains words not allowed for servers in Discovery.")
    return "-".join(name.lower().split()) if kind == Kind.TEXT else name


def head_room(world: World, guild: Guild, parent_id: int | None) -> None:
    """Raises 30013 at the server's limit of channels, 50035 at a category's of 50."""
    channels = [c for c in world.channels.values() if c.guild_id == guild.id and not c.thread]
    if len(channels) >= guild.channel_cap:
        raise Refusal(30013)
    if parent_id is None:
        return
    parent = world.channels.get(parent_id)
    if parent is None or parent.type != Kind.CATEGORY:
        raise invalid("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    if len([c for c in channels if c.parent_id == parent_id]) >= PER_CATEGORY:
        message = "Maximum number of channels in category reached (50)"
        raise invalid("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", message)


def tag(world: World, data: JSON) -> JSON:
    blank = {"moderated": False, "emoji_id": None, "emoji_name": None}
    return blank | {k: v for k, v in data.items() if v is not None} | {"id": str(data.get("id") or world.new_id())}


def remove(world: World, channel: Channel) -> None:
    """The channel, its threads, their messages and files. One event: threads go silently with their parent."""
    seen = events.bot_sees(world, channel)
    for child in world.children(channel):
        if child.thread:
            del world.channels[child.id]
        else:
            child.parent_id = None
    world.channels.pop(channel.id, None)
    if channel.thread:
        starter = world.channels[channel.parent_id or 0].messages.get(channel.id)
        if starter:
            starter.thread_id = None
    events.channel(world, "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE", channel, seen)
