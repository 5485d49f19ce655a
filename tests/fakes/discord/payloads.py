"""People, servers, channels and threads as Discord writes them in JSON."""

from __future__ import annotations

from . import perms
from .bits import Kind
from .guild_fields import FIXED, NULLS
from .model import JSON, Channel, Guild, Member, Role, ThreadMember, User
from .world import World


def user(who: User) -> JSON:
    return {
        "id": str(who.id),
        "username": who.name,
        "discriminator": "0",
        "global_name": who.global_name,
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "avatar_decoration_data": None,
    }


def me(world: World) -> JSON:
    return user(world.bot) | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


def member_only(world: World, member: Member) -> JSON:
    """Without the user, as messages carry it."""
    until = member.timed_out_until
    return {
        "roles": [str(r) for r in sorted(member.roles)],
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "joined_at": world.iso(member.joined),
        "premium_since": None,
        "communication_disabled_until": world.iso(until) if until else None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def member(world: World, who: Member) -> JSON:
    return member_only(world, who) | {"user": user(who.user)}


def role(item: Role) -> JSON:
    tags = {"tags": {"bot_id": str(item.bot_id)}} if item.bot_id else {}
    return tags | {
        "id": str(item.id),
        "name": item.name,
        "permissions": str(int(item.permissions)),
        "position": item.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": bool(item.bot_id),
        "mentionable": item.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild(item: Guild) -> JSON:
    return {
        "id": str(item.id),
        "name": item.name,
        "owner_id": str(item.owner_id),
        "preferred_locale": item.locale,
        "roles": [role(r) for r in item.roles.values()],
        "emojis": [{"id": str(i), "name": n, "roles": [], "available": True} for i, n in item.emojis.items()],
        "stickers": [sticker_full(s.id, s.name, item.id) for s in item.stickers.values()],
        **dict.fromkeys(NULLS),
        **FIXED,
    }


def sticker_full(id: int, name: str, guild_id: int) -> JSON:
    fixed = {"tags": name, "type": 2, "format_type": 1, "description": None, "available": True}
    return {"id": str(id), "name": name, "guild_id": str(guild_id)} | fixed


def channel(world: World, item: Channel) -> JSON:
    last = str(item.last_message_id) if item.last_message_id else None
    base: JSON = {"id": str(item.id), "type": int(item.type), "flags": 0, "last_message_id": last}
    if item.is_dm:
        assert item.recipient
        return base | {"recipients": [user(item.recipient)]}
    base |= {
        "guild_id": str(item.guild_id),
        "name": item.name,
        "parent_id": str(item.parent_id) if item.parent_id else None,
        "rate_limit_per_user": item.slowmode,
    }
    return base | (_thread(world, item) if item.thread else _placed(item))


def _placed(item: Channel) -> JSON:
    forum = {"available_tags": item.tags, "default_reaction_emoji": None, "default_sort_order": None}
    return {
        "position": item.position,
        "topic": item.topic,
        "nsfw": False,
        "permission_overwrites": [
            {"id": str(o.id), "type": o.type, "allow": str(int(o.allow)), "deny": str(int(o.deny))}
            for o in item.overwrites.values()
        ],
        **(forum | {"default_forum_layout": 0} if item.type == Kind.FORUM else {}),
    }


def _thread(world: World, item: Channel) -> JSON:
    state = item.thread
    assert state
    result: JSON = {
        "owner_id": str(state.owner_id),
        "message_count": state.message_count,
        "member_count": min(len(state.members), 50),
        "total_message_sent": state.total_sent,
        "applied_tags": [str(t) for t in state.tags],
        "thread_metadata": {
            "archived": state.archived,
            "locked": state.locked,
            "auto_archive_duration": state.auto_archive,
            "archive_timestamp": world.iso(state.archived_at),
            "create_timestamp": world.iso(state.created),
            **({"invitable": state.invitable} if item.type == Kind.PRIVATE_THREAD else {}),
        },
    }
    mine = state.members.get(world.bot.id)
    return result | {"member": thread_member(world, item, mine)} if mine else result


def thread_member(world: World, item: Channel, who: ThreadMember) -> JSON:
    joined = world.iso(who.joined)
    return {"id": str(item.id), "user_id": str(who.user_id), "join_timestamp": joined, "flags": 1}


def guild_create(world: World, item: Guild, with_members: bool) -> JSON:
    """The whole server, as far as the bot can see it."""
    visible = [c for c in world.channels.values() if c.guild_id == item.id and perms.can(world, world.bot, c, 0)]
    shown = item.members.values() if with_members else [item.members[world.bot.id]]
    return guild(item) | {
        "joined_at": world.iso(item.members[world.bot.id].joined),
        "large": len(item.members) > 250,
        "unavailable": False,
        "member_count": len(item.members),
        "members": [member(world, m) for m in shown],
        "channels": [channel(world, c) for c in world.channels.values() if c.guild_id == item.id and not c.thread],
        "threads": [channel(world, c) for c in visible if c.thread and not c.thread.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
