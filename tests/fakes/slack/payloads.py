"""Commands, clicks, submitted forms and shortcuts as the app gets them."""

from typing import Any

from . import shapes
from .model import Channel, Json, Message, View
from .workspace import Workspace

PLACE_NAMES = {"im": "directmessage", "group": "privategroup"}


def command(work: Workspace, user: str, channel: Channel, word: str, text: str) -> Json:
    who = work.users[user]
    payload: Json = {
        "token": work.app.verification_token,
        "team_id": work.team.id,
        "team_domain": work.team.domain,
        "channel_id": channel.id,
        "channel_name": PLACE_NAMES.get(channel.kind, channel.name),
        "user_id": user,
        "user_name": who.name,
        "command": word,
        "text": text,
        "api_app_id": work.app.id,
        "is_enterprise_install": "false",
        "response_url": work.tickets.response_url("commands", user, channel.id),
        "trigger_id": work.tickets.trigger(user),
    }
    return payload | ({"enterprise_id": work.team.enterprise_id} if work.team.enterprise_id else {})


def _interaction(work: Workspace, kind: str, user: str, view_id: str = "", *, trigger: bool = True) -> Json:
    who = work.users[user]
    return {
        "type": kind,
        "user": {"id": user, "username": who.name, "name": who.name, "team_id": who.team_id},
        "api_app_id": work.app.id,
        "token": work.app.verification_token,
        "team": {"id": work.team.id, "domain": work.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        **({"trigger_id": work.tickets.trigger(user, view_id)} if trigger else {}),
    }


def _place(channel: Channel) -> Json:
    return {"id": channel.id, "name": PLACE_NAMES.get(channel.kind, channel.name)}


def pressed_on_message(work: Workspace, user: str, said: Message, action: Json) -> Json:
    channel = work.channels[said.channel]
    ephemeral = bool(said.ephemeral_for)
    container: Json = {"type": "message", "message_ts": said.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
    if said.is_reply:
        container["thread_ts"] = said.thread_ts
    payload = _interaction(work, "block_actions", user) | {
        "container": container,
        "channel": _place(channel),
        "state": {"values": {}},
        "response_url": work.tickets.response_url("actions", user, channel.id, said),
        "actions": [action],
    }
    # Of an ephemeral message Slack tells only where it was, not what it said.
    return payload if ephemeral else payload | {"message": shapes.message(work, said)}


def pressed_on_view(work: Workspace, user: str, view: View, action: Json, values: Json) -> Json:
    return _interaction(work, "block_actions", user, view.id) | {
        "container": {"type": "view", "view_id": view.id},
        "view": shapes.view(work, view, values),
        "actions": [action],
    }


def submitted(work: Workspace, user: str, view: View, values: Json) -> Json:
    shape = shapes.view(work, view, values)
    return _interaction(work, "view_submission", user, view.id) | {"view": shape, "response_urls": []}


def closed(work: Workspace, user: str, view: View, *, cleared: bool) -> Json:
    payload = _interaction(work, "view_closed", user, trigger=False)
    return payload | {"view": shapes.view(work, view), "is_cleared": cleared, "response_urls": []}


def suggestion(work: Workspace, user: str, view: View, block: Json, element: Json, typed: str) -> Json:
    return _interaction(work, "block_suggestion", user, trigger=False) | {
        "container": {"type": "view", "view_id": view.id},
        "view": shapes.view(work, view),
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "value": typed,
    }


def shortcut(work: Workspace, user: str, callback_id: str) -> Json:
    return _interaction(work, "shortcut", user) | {"callback_id": callback_id, "action_ts": work.new_ts()}


def message_shortcut(work: Workspace, user: str, callback_id: str, said: Message) -> Json:
    return _interaction(work, "message_action", user) | {
        "callback_id": callback_id,
        "action_ts": work.new_ts(),
        "channel": _place(work.channels[said.channel]),
        "message_ts": said.ts,
        "message": shapes.message(work, said),
        "response_url": work.tickets.response_url("app", user, said.channel, said),
    }


def action(work: Workspace, block: Json, element: Json, chosen: Any = None) -> Json:
    """What was done with an element; `chosen` is an option, an id or a list of those, where it is a menu."""
    done: Json = {name: element[name] for name in ("type", "action_id", "text", "value", "style") if name in element}
    done |= {"block_id": block["block_id"], "action_ts": work.new_ts()}
    return done | (value_of(element, chosen) if element["type"] != "button" else {})


def value_of(element: Json, chosen: Any) -> Json:
    """The value of an element in a view's state, in the place where its type has it."""
    kind = element["type"]
    names = {
        "static_select": "selected_option",
        "external_select": "selected_option",
        "overflow": "selected_option",
        "radio_buttons": "selected_option",
        "checkboxes": "selected_options",
        "file_input": "files",
        "multi_static_select": "selected_options",
        "multi_external_select": "selected_options",
        "users_select": "selected_user",
        "multi_users_select": "selected_users",
        "channels_select": "selected_channel",
        "multi_channels_select": "selected_channels",
        "conversations_select": "selected_conversation",
        "multi_conversations_select": "selected_conversations",
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "datetimepicker": "selected_date_time",
    }
    return {"type": kind, names.get(kind, "value"): chosen}
