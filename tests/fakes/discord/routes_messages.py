"""REST: messages, reactions, typing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any
from urllib.parse import unquote

from . import editing, events, message_json, payloads, perms, posting
from .bits import Intent, Perm
from .errors import Refusal, bad_length, invalid
from .model import JSON, Channel, Message
from .routing import Call, route

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
REACTION = MESSAGE + "/reactions/{emoji_name}"
FORTNIGHT = 14 * 24 * 3600


def place(call: Call, need: int = 0) -> Channel:
    channel = call.world.channel(call.id("channel_id"))
    guild = call.world.guild_of(channel)
    if guild and call.bot.id not in guild.members:
        raise Refusal(50001)
    perms.demand(call.world, call.bot, channel, need)
    return channel


def shown(call: Call, item: Message, nonce: bool = False) -> JSON:
    """As REST answers it; empty where the application has no message content intent."""
    data = message_json.full(call.world, item, nonce)
    if call.world.allowed_intents & Intent.MESSAGE_CONTENT or message_json.readable(call.world, item):
        return data
    return message_json.emptied(data)


@route("POST", MESSAGES)
def create(call: Call) -> Any:
    channel = call.world.channel(call.id("channel_id"))
    if channel.guild_id:
        place(call)
    return shown(call, posting.create(call.world, call.bot, channel, call.given(), call.files), nonce=True)


@route("GET", MESSAGES)
def history(call: Call) -> Any:
    channel = place(call)
    limit = call.number("limit", 50)
    if not 1 <= limit <= 100:
        raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
    if not perms.can(call.world, call.bot, channel, Perm.READ_MESSAGE_HISTORY):
        return []
    ids = sorted(m.id for m in channel.messages.values() if m.seen_only_by is None)
    return [shown(call, channel.messages[i]) for i in reversed(page(ids, call.query, limit))]


def page(ids: list[int], query: dict[str, str], limit: int) -> list[int]:
    """Which of the sorted ids: before, after or around one of them, or the newest."""
    if "after" in query:
        start = bisect_right(ids, int(query["after"]))
        return ids[start : start + limit]
    if "around" in query:
        middle = bisect_left(ids, int(query["around"]))
        return ids[max(middle - limit // 2, 0) :][:limit]
    end = bisect_left(ids, int(query["before"])) if "before" in query else len(ids)
    return ids[max(end - limit, 0) : end]


@route("GET", MESSAGE)
def read(call: Call) -> Any:
    channel = place(call, Perm.READ_MESSAGE_HISTORY)
    return shown(call, call.world.message(channel, call.id("message_id")))


@route("PATCH", MESSAGE)
def edit(call: Call) -> Any:
    channel = place(call)
    item = call.world.message(channel, call.id("message_id"))
    return shown(call, editing.edit(call.world, call.bot, channel, item, call.given(), call.files))


@route("DELETE", MESSAGE)
def delete(call: Call) -> Any:
    """Raises 50083."""
    channel = place(call)
    found = call.world.message(channel, call.id("message_id"))
    if channel.thread and channel.thread.archived:
        raise Refusal(50083)
    editing.delete(call.world, call.bot, channel, [found])


@route("POST", MESSAGES + "/bulk-delete")
def bulk_delete(call: Call) -> Any:
    channel = place(call, Perm.MANAGE_MESSAGES)
    ids = [int(i) for i in call.given().get("messages") or []]
    if not 2 <= len(ids) <= 100:
        raise bad_length("messages", 2, 100)
    found = [channel.messages[i] for i in ids if i in channel.messages]
    if any(call.world.now() - m.created > FORTNIGHT for m in found):
        raise Refusal(50034)
    editing.delete(call.world, call.bot, channel, found)


@route("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> Any:
    channel = call.world.channel(call.id("channel_id"))
    posting.may_talk(call.world, call.bot, channel, {}, 0)
    call.world.typing.append((call.bot, channel))
    events.typing(call.world, channel, call.bot)


def _emoji(call: Call, channel: Channel) -> str:
    """Raises 10014 for what is neither a character nor one of the server's own."""
    key = unquote(call.params["emoji_name"])
    name, _, id = key.partition(":")
    guild = call.world.guild_of(channel)
    if id and not (guild and id.isdigit() and int(id) in guild.emojis):
        raise Refusal(10014)
    if not id and name.isascii():
        raise Refusal(10014)
    return key


def _reactable(call: Call, need: int = 0) -> tuple[Channel, Message, str]:
    channel = place(call, Perm.READ_MESSAGE_HISTORY | need)
    item = call.world.message(channel, call.id("message_id"))
    return channel, item, _emoji(call, channel)


@route("PUT", REACTION + "/@me")
def react(call: Call) -> Any:
    channel, item, key = _reactable(call)
    add_reaction(call.world, call.bot, channel, item, key)


def add_reaction(world: Any, who: Any, channel: Channel, item: Message, key: str) -> None:
    """Raises 50083, 30010; a new emoji needs ADD_REACTIONS."""
    if channel.thread and channel.thread.archived:
        raise Refusal(50083)
    if key not in item.reactions:
        perms.demand(world, who, channel, Perm.ADD_REACTIONS)
        if len(item.reactions) >= 20:
            raise Refusal(30010)
    people = item.reactions.setdefault(key, [])
    if who.id not in people:
        people.append(who.id)
        events.reaction(world, "MESSAGE_REACTION_ADD", item, key, who)


def take_reaction(world: Any, who: Any, item: Message, key: str) -> None:
    people = item.reactions.get(key, [])
    if who.id in people:
        people.remove(who.id)
        if not people:
            del item.reactions[key]
        events.reaction(world, "MESSAGE_REACTION_REMOVE", item, key, who)


@route("DELETE", REACTION + "/@me")
def unreact(call: Call) -> Any:
    _, item, key = _reactable(call)
    take_reaction(call.world, call.bot, item, key)


@route("DELETE", REACTION + "/{user_id}")
def unreact_other(call: Call) -> Any:
    _, item, key = _reactable(call, Perm.MANAGE_MESSAGES)
    take_reaction(call.world, call.world.user(call.id("user_id")), item, key)


@route("GET", REACTION)
def reacted(call: Call) -> Any:
    _, item, key = _reactable(call)
    return [payloads.user(call.world.users[u]) for u in item.reactions.get(key, [])][: call.number("limit", 25)]
