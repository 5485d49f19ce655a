"""Which gateway event follows from what, and which intents let it through."""

from __future__ import annotations

from . import message_json, payloads, perms
from .bits import Intent
from .model import JSON, Channel, Guild, Member, Message, User
from .world import World

TALK = (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES)
REACT = (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS)
TYPE = (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING)


def bot_sees(world: World, channel: Channel) -> bool:
    guild = world.guild_of(channel)
    return (guild is None or guild.available) and perms.can(world, world.bot, channel, 0)


def _there(channel: Channel) -> JSON:
    where: JSON = {"channel_id": str(channel.id)}
    return where | {"guild_id": str(channel.guild_id)} if channel.guild_id else where


def _in_channel(world: World, name: str, channel: Channel, data: JSON, kinds: tuple[Intent, Intent]) -> None:
    if bot_sees(world, channel):
        world.emit(name, data, kinds[1] if channel.is_dm else kinds[0], None)


def message(world: World, name: str, item: Message) -> None:
    """MESSAGE_CREATE or MESSAGE_UPDATE; an ephemeral message travels to one person only, never here."""
    channel = world.channels[item.channel_id]
    if item.seen_only_by is not None or not bot_sees(world, channel):
        return
    data = message_json.event(world, item)
    stripped = None if message_json.readable(world, item) else message_json.emptied(data)
    world.emit(name, data, TALK[1] if channel.is_dm else TALK[0], stripped)


def message_deleted(world: World, channel: Channel, ids: list[int]) -> None:
    if len(ids) == 1:
        _in_channel(world, "MESSAGE_DELETE", channel, {"id": str(ids[0])} | _there(channel), TALK)
    else:
        data = {"ids": [str(i) for i in ids]} | _there(channel)
        _in_channel(world, "MESSAGE_DELETE_BULK", channel, data, TALK)


def reaction(world: World, name: str, item: Message, key: str, who: User) -> None:
    channel = world.channels[item.channel_id]
    data: JSON = {"user_id": str(who.id), "message_id": str(item.id), "emoji": message_json.emoji(key)}
    data |= {"burst": False, "type": 0, "message_author_id": str(item.author.id)} | _there(channel)
    guild = world.guild_of(channel)
    if guild and name.endswith("ADD"):
        data["member"] = payloads.member(world, guild.members[who.id])
    _in_channel(world, name, channel, data, REACT)


def typing(world: World, channel: Channel, who: User) -> None:
    data: JSON = {"user_id": str(who.id), "timestamp": int(world.now())} | _there(channel)
    guild = world.guild_of(channel)
    if guild:
        data["member"] = payloads.member(world, guild.members[who.id])
    _in_channel(world, "TYPING_START", channel, data, TYPE)


def channel(world: World, name: str, item: Channel, seen: bool | None = None, **extra: object) -> None:
    """CHANNEL_* and THREAD_*. `seen` overrides what can no longer be computed (after a deletion)."""
    if item.is_dm:
        return
    if item.is_thread and not (bot_sees(world, item) if seen is None else seen):
        return
    if name == "THREAD_DELETE":
        ids = {"id": item.id, "guild_id": item.guild_id, "parent_id": item.parent_id}
        data: JSON = {k: str(v) for k, v in ids.items()} | {"type": int(item.type)}
    else:
        data = payloads.channel(world, item) | extra
    world.emit(name, data, Intent.GUILDS, None)


def thread_list(world: World, parent: Channel) -> None:
    """The bot gained access to a channel: here are its active threads."""
    found = [c for c in world.children(parent) if c.thread and not c.thread.archived and bot_sees(world, c)]
    mine = [(c, c.thread.members.get(world.bot.id)) for c in found if c.thread]
    data: JSON = {"guild_id": str(parent.guild_id), "channel_ids": [str(parent.id)]}
    data["threads"] = [payloads.channel(world, c) for c in found]
    data["members"] = [payloads.thread_member(world, c, m) for c, m in mine if m]
    world.emit("THREAD_LIST_SYNC", data, Intent.GUILDS, None)


def thread_members(world: World, item: Channel, added: list[int], removed: list[int], seen: bool = False) -> None:
    """Without the members intent a bot hears only about itself."""
    if not (seen or bot_sees(world, item)) or item.thread is None:
        return
    base = {"id": str(item.id), "guild_id": str(item.guild_id), "member_count": min(len(item.thread.members), 50)}
    joined = [_joined(world, item, user_id) for user_id in added]
    data = base | {"added_members": joined, "removed_member_ids": [str(r) for r in removed]}
    mine = world.bot.id in added + removed
    world.emit("THREAD_MEMBERS_UPDATE", data, Intent.GUILDS if mine else Intent.GUILD_MEMBERS, None)


def _joined(world: World, item: Channel, user_id: int) -> JSON:
    guild = world.guild_of(item)
    assert item.thread
    assert guild
    data = payloads.thread_member(world, item, item.thread.members[user_id])
    return data | {"member": payloads.member(world, guild.members[user_id]), "presence": None}


def member(world: World, name: str, guild: Guild, who: Member) -> None:
    there: JSON = {"guild_id": str(guild.id)}
    if name == "GUILD_MEMBER_REMOVE":
        data = there | {"user": payloads.user(who.user)}
    else:
        data = there | payloads.member(world, who)
    own = name == "GUILD_MEMBER_UPDATE" and who.user is world.bot
    if world.bot.id in guild.members and guild.available:
        world.emit(name, data, Intent.GUILDS if own else Intent.GUILD_MEMBERS, None)


def guild(world: World, name: str, item: Guild, data: JSON) -> None:
    if world.bot.id in item.members and item.available:
        world.emit(name, {"guild_id": str(item.id)} | data, Intent.GUILDS, None)
