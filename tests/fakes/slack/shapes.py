"""State as Slack writes it in JSON: users, channels, messages, views (files: `file_shapes.py`)."""

from typing import Any

from .file_shapes import file
from .model import Channel, Json, Message, User, View
from .workspace import Workspace


def user(work: Workspace, who: User, *, locale: bool = False, email: bool = True) -> Json:
    profile: Json = {
        "real_name": who.real_name,
        "real_name_normalized": who.real_name,
        "display_name": who.name,
        "display_name_normalized": who.name,
        "image_48": f"{work.base_url}/avatars/{who.id}_48.png",
        "image_72": f"{work.base_url}/avatars/{who.id}_72.png",
        "team": who.team_id,
    }
    if email and who.email and "users:read.email" in work.app.scopes:
        profile["email"] = who.email
    shape: Json = {
        "id": who.id,
        "team_id": who.team_id,
        "name": who.name,
        "deleted": who.deleted,
        "real_name": who.real_name,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile,
        "is_admin": who.is_admin,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": who.is_bot,
        "is_app_user": False,
        "updated": int(work.clock.now()),
    }
    if who.team_id != work.team.id:
        shape["is_stranger"] = False
    return shape | ({"locale": who.locale} if locale else {})


def channel(work: Workspace, place: Channel) -> Json:
    shape: Json = {
        "id": place.id,
        "created": int(place.created),
        "is_archived": place.archived,
        "is_im": place.kind == "im",
        "is_org_shared": False,
        "updated": int(place.created * 1000),
    }
    if place.kind == "im":
        other = next((member for member in place.members if member != work.app.user_id), "")
        return shape | {"user": other, "is_user_deleted": bool(other) and work.users[other].deleted, "is_open": True}
    return shape | {
        "name": place.name,
        "name_normalized": place.name,
        "is_channel": place.kind == "channel",
        "is_group": place.kind == "group",
        "is_mpim": place.kind == "mpim",
        "is_private": place.kind != "channel",
        "is_general": False,
        "is_member": work.app.user_id in place.members,
        "is_shared": place.shared,
        "is_ext_shared": place.shared,
        "creator": place.creator,
        "unlinked": 0,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "context_team_id": work.team.id,
    }


def message(work: Workspace, said: Message, *, metadata: bool = False) -> Json:
    """A message as in history, in an answer, or inside an event; without its channel."""
    if said.deleted:
        return _tombstone(work, said)
    optional: dict[str, Any] = {
        "subtype": said.subtype,
        "user": said.user,
        "team": said.team,
        "client_msg_id": said.client_msg_id,
        "bot_id": said.bot_id,
        "app_id": said.app_id,
        "username": said.username,
        "icons": said.icons,
        "blocks": said.blocks,
        "attachments": said.attachments,
        "edited": said.edited,
        "metadata": said.metadata if metadata else {},
        "files": [file(work, work.files[name]) if name in work.files else _gone(name) for name in said.files],
    }
    shape: Json = {"type": "message", "text": said.text, "ts": said.ts}
    shape |= {key: value for key, value in optional.items() if value}
    if said.reactions:
        shape["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in said.reactions.items()
        ]
    if said.bot_id == work.app.bot_id and not said.username:
        shape["bot_profile"] = bot_profile(work)
    return shape | _thread(work, said)


def bot_profile(work: Workspace) -> Json:
    return {
        "id": work.app.bot_id,
        "app_id": work.app.id,
        "name": work.app.name,
        "deleted": False,
        "updated": 0,
        "team_id": work.team.id,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
    }


def _gone(file_id: str) -> Json:
    return {"id": file_id, "mode": "tombstone"}


def _tombstone(work: Workspace, said: Message) -> Json:
    shape = {"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT"}
    return shape | {"hidden": True, "ts": said.ts} | _thread(work, said)


def _thread(work: Workspace, said: Message) -> Json:
    if not said.thread_ts:
        return {}
    channel = work.channels[said.channel]
    if said.is_reply:
        return {"thread_ts": said.thread_ts, "parent_user_id": channel.messages[said.thread_ts].user}
    replies = channel.replies(said.ts)
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user or reply.bot_id for reply in replies))
    return {
        "thread_ts": said.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "reply_users": people[:5],
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def view(work: Workspace, shown: View, values: Json | None = None) -> Json:
    sent = shown.payload
    return {
        "id": shown.id,
        "team_id": work.team.id,
        "type": shown.type,
        "blocks": sent["blocks"],
        "private_metadata": sent.get("private_metadata", ""),
        "callback_id": sent.get("callback_id", ""),
        "external_id": sent.get("external_id", ""),
        "state": {"values": values or {}},
        "hash": shown.hash,
        "title": sent.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "close": sent.get("close"),
        "submit": sent.get("submit"),
        "clear_on_close": sent.get("clear_on_close", False),
        "notify_on_close": sent.get("notify_on_close", False),
        "root_view_id": shown.root_id,
        "previous_view_id": shown.previous_id or None,
        "app_id": work.app.id,
        "app_installed_team_id": work.team.id,
        "bot_id": work.app.bot_id,
    }
