"""REST: threads, forum posts and who is in them."""

from __future__ import annotations

from typing import Any

from . import events, limits, message_json, payloads, perms, posting, threads
from .bits import Intent, Kind, Perm
from .errors import Refusal, invalid
from .model import JSON, Channel
from .routes_messages import place
from .routing import Call, Created, route

MEMBERS = "/channels/{channel_id}/thread-members"
DURATIONS = (60, 1440, 4320, 10080)


def _minutes(body: JSON) -> int:
    minutes = int(body.get("auto_archive_duration") or 1440)
    if minutes not in DURATIONS:
        raise invalid("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {DURATIONS}.")
    return minutes


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def from_message(call: Call) -> Any:
    channel = place(call, Perm.CREATE_PUBLIC_THREADS | Perm.READ_MESSAGE_HISTORY)
    if channel.type != Kind.TEXT:
        raise Refusal(50024)
    starter = call.world.message(channel, call.id("message_id"))
    body = call.given()
    name, minutes = limits.name("name", body.get("name")), _minutes(body)
    thread = threads.create(call.world, call.bot, channel, Kind.PUBLIC_THREAD, name, minutes, starter)
    return Created(payloads.channel(call.world, thread))


@route("POST", "/channels/{channel_id}/threads")
def create(call: Call) -> Any:
    channel = place(call)
    body = call.given()
    if channel.type == Kind.FORUM:
        return _post(call, channel, body)
    if channel.type != Kind.TEXT:
        raise Refusal(50024)
    kind = int(body.get("type") or Kind.PRIVATE_THREAD)
    private = kind == Kind.PRIVATE_THREAD
    perms.demand(call.world, call.bot, channel, Perm.CREATE_PRIVATE_THREADS if private else Perm.CREATE_PUBLIC_THREADS)
    name, minutes = limits.name("name", body.get("name")), _minutes(body)
    thread = threads.create(call.world, call.bot, channel, kind, name, minutes)
    assert thread.thread
    thread.thread.invitable = body.get("invitable") is not False
    return Created(payloads.channel(call.world, thread))


def _post(call: Call, forum: Channel, body: JSON) -> Created:
    perms.demand(call.world, call.bot, forum, Perm.SEND_MESSAGES)
    inner = body.get("message") or {}
    limits.message(inner, len(call.files))
    name, minutes = limits.name("name", body.get("name")), _minutes(body)
    known = {t["id"] for t in forum.tags}
    tags = [str(t) for t in body.get("applied_tags") or []]
    if set(tags) - known:
        raise invalid("applied_tags", "BASE_TYPE_CHOICES", "Unknown tag")
    thread = threads.create(call.world, call.bot, forum, Kind.PUBLIC_THREAD, name, minutes)
    assert thread.thread
    thread.thread.tags = [int(t) for t in tags]
    first = posting.build(call.world, call.bot, thread, inner, call.files)
    first.id = thread.id
    posting.publish(call.world, thread, first, inner)
    return Created(payloads.channel(call.world, thread) | {"message": message_json.full(call.world, first)})


def _thread(call: Call, need: int = 0) -> Channel:
    channel = place(call, need)
    if channel.thread is None:
        raise Refusal(50024)
    return channel


@route("PUT", MEMBERS + "/@me")
def join(call: Call) -> Any:
    threads.join(call.world, _thread(call), call.bot)


@route("PUT", MEMBERS + "/{user_id}")
def add(call: Call) -> Any:
    threads.add(call.world, call.bot, _thread(call), call.world.user(call.id("user_id")))


@route("DELETE", MEMBERS + "/@me")
def leave(call: Call) -> Any:
    threads.remove(call.world, _thread(call), call.bot.id)


@route("DELETE", MEMBERS + "/{user_id}")
def remove(call: Call) -> Any:
    thread = _thread(call)
    assert thread.thread
    if thread.thread.archived:
        raise Refusal(50083)
    if not (thread.type == Kind.PRIVATE_THREAD and thread.thread.owner_id == call.bot.id):
        perms.demand(call.world, call.bot, thread, Perm.MANAGE_THREADS)
    threads.remove(call.world, thread, call.id("user_id"))


@route("GET", MEMBERS + "/{user_id}")
def member(call: Call) -> Any:
    thread = _thread(call)
    assert thread.thread
    found = thread.thread.members.get(call.id("user_id"))
    if found is None:
        raise Refusal(10007)
    return payloads.thread_member(call.world, thread, found)


@route("GET", MEMBERS)
def members(call: Call) -> Any:
    """Needs the members intent, as an application's setting."""
    thread = _thread(call)
    assert thread.thread
    if not call.world.allowed_intents & Intent.GUILD_MEMBERS:
        raise Refusal(50001)
    return [payloads.thread_member(call.world, thread, m) for m in thread.thread.members.values()]


def _listed(call: Call, found: list[Channel]) -> JSON:
    mine = [c.thread.members.get(call.bot.id) for c in found if c.thread]
    pairs = zip(found, mine, strict=True)
    return {
        "threads": [payloads.channel(call.world, c) for c in found],
        "members": [payloads.thread_member(call.world, c, m) for c, m in pairs if m],
    }


@route("GET", "/guilds/{guild_id}/threads/active")
def active(call: Call) -> Any:
    guild = call.world.guild(call.id("guild_id"))
    found = [c for c in call.world.threads(guild) if events.bot_sees(call.world, c)]
    return _listed(call, sorted(found, key=lambda c: -c.id)) | {"has_more": False}


def _archived(call: Call, kind: int, joined: bool = False) -> JSON:
    parent = place(call, Perm.READ_MESSAGE_HISTORY)
    found = [c for c in call.world.children(parent) if c.thread and c.thread.archived and c.type == kind]
    if joined:
        found = sorted((c for c in found if c.thread and call.bot.id in c.thread.members), key=lambda c: -c.id)
        found = [c for c in found if c.id < int(call.query.get("before") or 1 << 63)]
    else:
        found.sort(key=lambda c: -c.thread.archived_at if c.thread else 0)
        before = call.query.get("before")
        found = [c for c in found if not before or (c.thread and call.world.iso(c.thread.archived_at) < before)]
    limit = call.number("limit", 50)
    return _listed(call, found[:limit]) | {"has_more": len(found) > limit}


@route("GET", "/channels/{channel_id}/threads/archived/public")
def archived_public(call: Call) -> Any:
    return _archived(call, Kind.PUBLIC_THREAD)


@route("GET", "/channels/{channel_id}/threads/archived/private")
def archived_private(call: Call) -> Any:
    place(call, Perm.MANAGE_THREADS)
    return _archived(call, Kind.PRIVATE_THREAD)


@route("GET", "/channels/{channel_id}/users/@me/threads/archived/private")
def archived_joined(call: Call) -> Any:
    return _archived(call, Kind.PRIVATE_THREAD, joined=True)
