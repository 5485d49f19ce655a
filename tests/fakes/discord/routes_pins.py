"""REST: pins."""

from __future__ import annotations

from typing import Any

from . import events
from .bits import Perm
from .errors import Refusal
from .model import Message
from .routes_messages import place, shown
from .routing import Call, route

PINS = "/channels/{channel_id}/messages/pins"
MOST = 250


def _set(call: Call, pinned: bool) -> None:
    """Raises 30003 at the limit of pins."""
    channel = place(call, Perm.PIN_MESSAGES)
    item: Message = call.world.message(channel, call.id("message_id"))
    if pinned and sum(m.pinned for m in channel.messages.values()) >= MOST:
        raise Refusal(30003, message=f"Maximum number of pins reached for the channel ({MOST})")
    item.pinned = pinned
    events.message(call.world, "MESSAGE_UPDATE", item)


@route("PUT", PINS + "/{message_id}")
def pin(call: Call) -> Any:
    _set(call, True)


@route("DELETE", PINS + "/{message_id}")
def unpin(call: Call) -> Any:
    _set(call, False)


@route("GET", PINS)
def pinned(call: Call) -> Any:
    """Newest first; the fake keeps no time of pinning and answers with the message's own."""
    channel = place(call, Perm.READ_MESSAGE_HISTORY)
    found = [m for m in channel.messages.values() if m.pinned]
    items = [{"pinned_at": call.world.iso(m.created), "message": shown(call, m)} for m in reversed(found)]
    return {"items": items[: call.number("limit", 50)], "has_more": len(items) > call.number("limit", 50)}
