"""A message as Discord writes it, for three readers: REST, the gateway, and a forwarded copy."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from . import payloads
from .bits import LOADING, Type
from .model import JSON, Attachment, Message
from .world import World

LINK_KEY = b"fake"


def signature(path: str, expires: int) -> str:
    return hmac.new(LINK_KEY, f"{path}:{expires}".encode(), hashlib.sha256).hexdigest()


def link(world: World, item: Attachment) -> str:
    """A signed address that stops working `world.link_life` seconds from now."""
    kind = "ephemeral-attachments" if item.ephemeral else "attachments"
    path = f"/{kind}/{item.channel_id}/{item.id}/{quote(item.filename)}"
    now = int(world.now())
    expires = now + int(world.link_life)
    return f"{world.base_url}{path}?ex={expires:x}&is={now:x}&hm={signature(path, expires)}&"


def attachment(world: World, item: Attachment) -> JSON:
    url = link(world, item)
    result: JSON = {
        "id": str(item.id),
        "filename": item.filename,
        "size": len(item.data),
        "url": url,
        "proxy_url": url,
        "content_type": item.content_type,
    }
    if item.description:
        result["description"] = item.description
    return result | {"ephemeral": True} if item.ephemeral else result


def emoji(key: str) -> JSON:
    name, _, id = key.partition(":")
    return {"id": id or None, "name": name}


def _content(world: World, item: Message) -> JSON:
    return {
        "type": int(item.type),
        "content": item.content,
        "mentions": [payloads.user(world.users[u]) for u in item.mentions],
        "mention_roles": [str(r) for r in item.mention_roles],
        "attachments": [attachment(world, a) for a in item.attachments],
        "embeds": item.embeds,
        "timestamp": world.iso(item.created),
        "edited_timestamp": world.iso(item.edited) if item.edited else None,
        "flags": item.flags,
        "components": item.components,
        **({"sticker_items": _stickers(item)} if item.stickers else {}),
    }


def _stickers(item: Message) -> list[JSON]:
    return [{"id": str(s.id), "name": s.name, "format_type": 1} for s in item.stickers]


def snapshot(world: World, item: Message) -> JSON:
    """What a forward carries: the content, and not who said it."""
    return {"message": _content(world, item)}


def plain(world: World, item: Message) -> JSON:
    """Without reactions, thread and the message replied to."""
    result = _content(world, item) | {
        "id": str(item.id),
        "channel_id": str(item.channel_id),
        "author": payloads.user(item.author),
        "pinned": item.pinned,
        "mention_everyone": item.mention_everyone,
        "tts": False,
    }
    if item.reference:
        result["message_reference"] = item.reference
    if item.snapshots:
        result["message_snapshots"] = item.snapshots
    if item.interaction:
        meta = {k: v for k, v in item.interaction.items() if k != "name"}
        result |= {"interaction_metadata": meta, "application_id": str(world.application_id)}
        result["webhook_id"] = str(world.application_id)
    return result


def full(world: World, item: Message, nonce: bool = False) -> JSON:
    """As REST answers it."""
    result = plain(world, item)
    if item.reactions:
        result["reactions"] = [_reaction(world, key, who) for key, who in item.reactions.items()]
    if item.thread_id and item.thread_id in world.channels:
        result["thread"] = payloads.channel(world, world.channels[item.thread_id])
    if item.type in (Type.REPLY, Type.THREAD_STARTER_MESSAGE) and item.reference:
        result["referenced_message"] = _referenced(world, item.reference)
    if nonce and item.nonce is not None:
        result["nonce"] = item.nonce
    return result


def _referenced(world: World, reference: JSON) -> JSON | None:
    channel = world.channels.get(int(reference["channel_id"]))
    found = channel.messages.get(int(reference["message_id"])) if channel else None
    return plain(world, found) if found else None


def _reaction(world: World, key: str, who: list[int]) -> JSON:
    mine = world.bot.id in who
    counts = {"count": len(who), "count_details": {"normal": len(who), "burst": 0}}
    return {"emoji": emoji(key), "me": mine, "me_burst": False, "burst_colors": []} | counts


def event(world: World, item: Message) -> JSON:
    """As the gateway sends it: with the server, and the author as a member of it."""
    result = full(world, item, nonce=True)
    guild = world.guild_of(world.channels[item.channel_id])
    if guild is None:
        return result | {"channel_type": 1}
    result["guild_id"] = str(guild.id)
    author = guild.members.get(item.author.id)
    if author and not item.interaction:
        result["member"] = payloads.member_only(world, author)
    for mention in result["mentions"]:
        known = guild.members.get(int(mention["id"]))
        if known:
            mention["member"] = payloads.member_only(world, known)
    return result


def readable(world: World, item: Message) -> bool:
    """Whether a bot without the message content intent may read it: its own, direct, or naming it."""
    dm = world.channels[item.channel_id].is_dm if item.channel_id in world.channels else False
    return item.author is world.bot or dm or world.bot.id in item.mentions


def emptied(data: JSON) -> JSON:
    blank: JSON = {"content": "", "embeds": [], "attachments": [], "components": []}
    result = data | blank
    if result.get("message_snapshots"):
        copies = [{"message": s["message"] | blank} for s in result["message_snapshots"]]
        result["message_snapshots"] = copies
    if result.get("referenced_message"):
        result["referenced_message"] = result["referenced_message"] | blank
    return result


def loading(item: Message) -> bool:
    return bool(item.flags & LOADING)
