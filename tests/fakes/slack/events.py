"""Events as the app gets them: which subscription each belongs to, and what is in it."""

from .file_shapes import file
from .model import Channel, File, Json, Message, User
from .shapes import message, user
from .workspace import Workspace

SUBSCRIPTION = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}


def subscription(event: Json) -> str:
    """The name under which an app subscribes to this event (and the manifest lists it)."""
    if event["type"] == "message":
        return SUBSCRIPTION[event["channel_type"]]
    return str(event["type"])


def said(work: Workspace, new: Message) -> Json:
    channel = work.channels[new.channel]
    event = message(work, new, metadata=True) | _where(channel, new.ts)
    if new.subtype == "thread_broadcast":
        event["root"] = message(work, channel.messages[new.thread_ts])
    if new.subtype == "file_share":
        event |= {"upload": False, "display_as_bot": False}
    if channel.shared and new.team:
        event |= {"user_team": new.team, "source_team": new.team}
    return event


def mentioned(work: Workspace, new: Message) -> Json:
    event = said(work, new) | {"type": "app_mention"}
    del event["channel_type"]
    return event


def changed(work: Workspace, now: Message, before: Json) -> Json:
    event = _hidden(work, now.channel)
    return event | {"subtype": "message_changed", "message": message(work, now), "previous_message": before}


def deleted(work: Workspace, channel: str, before: Json) -> Json:
    event = _hidden(work, channel)
    return event | {"subtype": "message_deleted", "previous_message": before, "deleted_ts": before["ts"]}


def _hidden(work: Workspace, channel: str) -> Json:
    ts = work.new_ts()
    return {"type": "message", "hidden": True, "ts": ts} | _where(work.channels[channel], ts)


def _where(channel: Channel, ts: str) -> Json:
    return {"channel": channel.id, "event_ts": ts, "channel_type": channel.kind}


def reaction(work: Workspace, kind: str, who: str, name: str, on: Message) -> Json:
    item = {"type": "message", "channel": on.channel, "ts": on.ts}
    event: Json = {"type": kind, "user": who, "reaction": name, "item": item, "event_ts": work.new_ts()}
    return event | ({"item_user": on.user} if on.user else {})


def membership(work: Workspace, kind: str, who: str, channel: Channel, inviter: str = "") -> Json:
    event: Json = {
        "type": kind,
        "user": who,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "channel" else "G",
        "team": work.users[who].team_id,
        "event_ts": work.new_ts(),
    }
    return event | ({"inviter": inviter} if inviter else {})


def channel_fate(work: Workspace, fate: str, channel: Channel, who: str) -> Json:
    """`fate` is archive, unarchive, deleted, left or rename."""
    family = "channel" if channel.kind == "channel" else "group"
    event: Json = {"type": f"{family}_{fate}", "channel": channel.id, "event_ts": work.new_ts()}
    if fate == "rename":
        named = {"id": channel.id, "name": channel.name, "created": int(channel.created)}
        return event | {"channel": named}
    # Only these two name a person as `user`; in the others that would look like the app's own doing.
    named_user = {"user": who} if fate in ("archive", "unarchive") else {}
    return event | named_user | {"actor_id": who}


def user_changed(work: Workspace, who: User) -> Json:
    now = int(work.clock.now())
    shape = user(work, who, locale=True)
    return {"type": "user_change", "user": shape, "cache_ts": now, "event_ts": work.new_ts()}


def home_opened(work: Workspace, who: str, tab: str, view: Json | None) -> Json:
    event: Json = {
        "type": "app_home_opened",
        "user": who,
        "channel": work.direct(who).id,
        "tab": tab,
        "event_ts": work.new_ts(),
    }
    return event | ({"view": view} if view else {})


def file_event(work: Workspace, kind: str, kept: File) -> Json:
    event: Json = {"type": kind, "file_id": kept.id, "event_ts": work.new_ts()}
    return event | {"user_id": kept.user, "file": {"id": file(work, kept)["id"]}}


def envelope(work: Workspace, event: Json, event_id: str, channel: Channel | None) -> Json:
    """The outer payload around an event, as sent over HTTP or inside a Socket Mode envelope."""
    authorization = {
        "enterprise_id": work.team.enterprise_id or None,
        "team_id": work.team.id,
        "user_id": work.app.user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    payload: Json = {
        "token": work.app.verification_token,
        "team_id": work.team.id,
        "api_app_id": work.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(work.clock.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.shared),
        "event_context": f"4-{event_id}",
    }
    if work.team.enterprise_id:
        payload["enterprise_id"] = work.team.enterprise_id
    return payload
