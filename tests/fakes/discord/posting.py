"""Saying, editing and deleting, for the bot and for people alike: one set of rules, one set of events."""

from __future__ import annotations

import mimetypes

from . import components, events, limits, mentions, message_json, perms, threads
from .bits import COMPONENTS_V2, HAS_SNAPSHOT, SILENT, SUPPRESS_EMBEDS, Kind, Perm, Type
from .errors import Refusal, invalid
from .model import JSON, Attachment, Channel, Message, User
from .records import Upload
from .world import World

REQUEST = 25_000_000  # bytes; measured by those who write libraries, not documented
ALLOWED_FLAGS = SUPPRESS_EMBEDS | SILENT | COMPONENTS_V2


def may_talk(world: World, author: User, channel: Channel, body: JSON, files: int) -> None:
    """Raises what Discord raises before it looks at the text: 50007, 50278, 50001, 50013, 50008, 160005."""
    if channel.is_dm:
        assert channel.recipient
        if not world.share_a_guild(channel.recipient):
            raise Refusal(50278)
        if author is world.bot and not channel.recipient.dms_open:
            raise Refusal(50007)
        return
    if channel.type in (Kind.CATEGORY, Kind.FORUM):
        raise Refusal(50008)
    need = Perm.SEND_MESSAGES_IN_THREADS if channel.is_thread else Perm.SEND_MESSAGES
    perms.demand(world, author, channel, need)
    if body.get("embeds") and author.bot:
        perms.demand(world, author, channel, Perm.EMBED_LINKS)
    if files:
        perms.demand(world, author, channel, Perm.ATTACH_FILES)
    if channel.thread and channel.thread.locked and not perms.can(world, author, channel, Perm.MANAGE_THREADS):
        raise Refusal(50083 if channel.thread.archived else 160005)


def create(world: World, author: User, channel: Channel, body: JSON, files: list[Upload]) -> Message:
    """POST /channels/{id}/messages. With `enforce_nonce` a known nonce answers the earlier message."""
    limits.message(body, len(files))
    mentions.check(body.get("allowed_mentions"))
    may_talk(world, author, channel, body, len(files))
    if author is world.bot and sum(len(file.data) for file in files) > max(REQUEST, world.attachment_size_limit):
        raise Refusal(40005)  # people's own clients send each file by itself
    earlier = _earlier(world, author, body)
    if earlier:
        return earlier
    item = build(world, author, channel, body, files)
    _refer(world, author, channel, item, body.get("message_reference"))
    publish(world, channel, item, body)
    if item.nonce is not None:
        world.nonces[author.id, str(item.nonce)] = (world.now(), item)
    return item


def _earlier(world: World, author: User, body: JSON) -> Message | None:
    if body.get("nonce") is None or not body.get("enforce_nonce"):
        return None
    at, item = world.nonces.get((author.id, str(body["nonce"])), (0.0, None))
    return item if item and world.now() - at < world.nonce_window else None


def build(
    world: World, author: User, channel: Channel, body: JSON, files: list[Upload], type: int = Type.DEFAULT
) -> Message:
    """The message as it will be, not yet in the channel."""
    flags = (body.get("flags") or 0) & ALLOWED_FLAGS
    item = Message(world.new_id(), channel.id, author, world.now(), body.get("content") or "", type, flags=flags)
    item.embeds = [embed(e) for e in body.get("embeds") or []]
    item.components = components.message(body.get("components") or [], bool(flags & COMPONENTS_V2))
    item.attachments = attach(world, channel, body.get("attachments"), files)
    item.nonce = body.get("nonce")
    guild = world.guild_of(channel)
    for sticker_id in body.get("sticker_ids") or []:
        if guild is None or int(sticker_id) not in guild.stickers:
            raise Refusal(50081)
        item.stickers.append(guild.stickers[int(sticker_id)])
    return item


def embed(data: JSON) -> JSON:
    result = {k: v for k, v in data.items() if v not in (None, [])} | {"type": data.get("type") or "rich"}
    if "fields" in result:
        result["fields"] = [{"inline": False} | f for f in result["fields"]]
    return result


def attach(world: World, channel: Channel, listed: list[JSON] | None, files: list[Upload]) -> list[Attachment]:
    """Raises 40005 for a file over the limit."""
    about = {str(a.get("id")): a for a in listed or []}
    result = []
    for i, file in enumerate(files):
        if len(file.data) > world.attachment_size_limit:
            raise Refusal(40005)
        meta = about.get(str(i), {})
        name = meta.get("filename") or file.filename
        kind = mimetypes.guess_type(name)[0] or file.content_type
        result.append(Attachment(world.new_id(), channel.id, name, file.data, kind, meta.get("description")))
    return result


def _refer(world: World, author: User, channel: Channel, item: Message, reference: JSON | None) -> None:
    """A reply or a forward."""
    if not reference:
        return
    forward = reference.get("type") == 1
    home = world.channels.get(int(reference.get("channel_id") or channel.id))
    target = home.messages.get(int(reference["message_id"])) if home else None
    if home is None or target is None or (home is not channel and not forward):
        if reference.get("fail_if_not_exists", True) or forward:
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    if not perms.can(world, author, home, Perm.READ_MESSAGE_HISTORY):
        raise Refusal(50001 if forward else 160002)
    item.reference = {"type": int(forward), "channel_id": str(home.id), "message_id": str(target.id)}
    if home.guild_id:
        item.reference["guild_id"] = str(home.guild_id)
    if forward:
        item.snapshots = [message_json.snapshot(world, target)]
        item.flags |= HAS_SNAPSHOT
    else:
        item.type = Type.REPLY


def publish(world: World, channel: Channel, item: Message, body: JSON) -> None:
    """Into the channel: threads wake up, people are pinged, the gateway is told."""
    allowed = body.get("allowed_mentions") if item.author.bot else None
    found = mentions.find(world, channel, item.author, item.content, allowed)
    item.mentions, item.mention_roles, item.mention_everyone = found.users, found.roles, bool(found.everyone)
    replied = _replied_to(world, item, allowed)
    if replied and replied.id not in item.mentions:
        item.mentions = [*item.mentions, replied.id]
    if channel.thread:
        threads.woken_by(world, channel, item)
    channel.messages[item.id] = item
    channel.last_message_id = item.id
    events.message(world, "MESSAGE_CREATE", item)
    if item.flags & SILENT:
        return
    reached = mentions.ring(world, channel, item, found, replied)
    if channel.thread:
        threads.drawn_in(world, channel, reached)


def _replied_to(world: World, item: Message, allowed: JSON | None) -> User | None:
    if item.type != Type.REPLY or not item.reference:
        return None
    if allowed is not None and not allowed.get("replied_user", False):
        return None
    target = world.channels[int(item.reference["channel_id"])].messages[int(item.reference["message_id"])]
    return None if target.author is item.author else target.author
