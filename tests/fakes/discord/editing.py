"""Changing and deleting what was said."""

from __future__ import annotations

from collections import deque
from typing import Any

from . import components, events, limits, mentions, perms
from .bits import COMPONENTS_V2, DELETABLE, Perm
from .errors import Refusal
from .model import JSON, Channel, Message, User
from .posting import attach, embed
from .records import Upload
from .world import World


def edit(world: World, author: User, channel: Channel, item: Message, body: JSON, files: list[Upload]) -> Message:
    """PATCH of a message. Raises 50005, 50083, 30046 and everything a new message raises."""
    if item.author is not author:
        raise Refusal(50005)
    if channel.guild_id:
        perms.demand(world, author, channel, Perm.VIEW_CHANNEL)
    if channel.thread and channel.thread.archived:
        raise Refusal(50083)
    if author.bot and world.now() - item.created > 3600:
        _old_edit(world, channel)
    apply(world, channel, item, body, files)
    item.edited = world.now()
    events.message(world, "MESSAGE_UPDATE", item)
    return item


def _old_edit(world: World, channel: Channel) -> None:
    recent = world.old_edits.setdefault(channel.id, deque())
    while recent and recent[0] < world.now() - 3600:
        recent.popleft()
    if len(recent) >= world.old_edit_limit:
        raise Refusal(30046)
    recent.append(world.now())


def apply(world: World, channel: Channel, item: Message, body: JSON, files: list[Upload]) -> None:
    """Changes what `body` names and leaves the rest; what would be an empty message is refused."""
    mentions.check(body.get("allowed_mentions"))
    v2 = bool((item.flags | (body.get("flags") or 0)) & COMPONENTS_V2)
    now = {"content": item.content, "embeds": item.embeds, "components": item.components, "sticker_ids": item.stickers}
    merged: dict[str, Any] = now | {k: v for k, v in body.items() if k in now}
    kept = item.attachments
    if body.get("attachments") is not None:
        kept = [a for a in kept if str(a.id) in {str(k.get("id")) for k in body["attachments"]}]
    limits.message(merged | {"flags": COMPONENTS_V2 if v2 else 0}, len(kept) + len(files))
    if "components" in body:
        item.components = components.message(body["components"] or [], v2)
    item.attachments = kept + attach(world, channel, body.get("attachments"), files)
    item.content = merged["content"] or ""
    item.flags |= COMPONENTS_V2 if v2 else 0
    if "embeds" in body:
        item.embeds = [embed(e) for e in body["embeds"] or []]
    if "content" in body:
        found = mentions.find(world, channel, item.author, item.content, body.get("allowed_mentions"))
        item.mentions, item.mention_roles = found.users, found.roles


def delete(world: World, who: User, channel: Channel, items: list[Message]) -> None:
    """Raises 50003 for another's message in a direct channel, 50013, 50021."""
    for item in items:
        if item.type not in DELETABLE:
            raise Refusal(50021)
        if item.author is not who:
            if channel.is_dm:
                raise Refusal(50003)
            perms.demand(world, who, channel, Perm.MANAGE_MESSAGES)
    for item in items:
        item.deleted = True
        channel.messages.pop(item.id, None)
        if channel.thread:
            channel.thread.message_count -= 1
    events.message_deleted(world, channel, [i.id for i in items])
