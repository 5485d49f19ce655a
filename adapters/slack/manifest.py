"""The manifest of the Slack app, derived from the router. Each operator creates their own app from it.

Lengths are those of Slack's manifest reference: 35 characters in a name, 140 in a description, 24 in a shortcut's name,
150 in its description, 2,000 in a command's description, 1,000 in its usage hint.
"""

from collections.abc import Mapping
from typing import Any

from adapters.slack.http import PATH
from adapters.slack.text import shortened
from bot.router import Command, Router

Json = dict[str, Any]
OPEN = "ticket.open"  # the callback of both shortcuts
NAME = 35
HINT = 1000
DESCRIPTION = "Support tickets in the threads where people already talk."

# What each permission is for: said by the doctor when it is missing.
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to hear its name in channels",
    "channels:history": "to read intake channels",
    "channels:read": "to see whether it is in a channel",
    "chat:write": "to write",
    "chat:write.customize": "to show whose words it carries over",
    "commands": "for slash commands and shortcuts",
    "files:read": "to carry over files",
    "files:write": "to carry over files, and to send exports",
    "groups:history": "to read private channels that it was invited to",
    "groups:read": "to see whether it is in a private channel",
    "im:history": "to read direct messages to it",
    "im:read": "to know its direct messages",
    "im:write": "to write to people directly",
    "reactions:read": "for reactions as commands",
    "reactions:write": "to mark what became of a message",
    "usergroups:read": "to let user groups be agents",
    "users:read": "to know names and languages",
}
EVENTS = (
    "app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_deleted", "channel_left",
    "channel_unarchive", "group_archive", "group_deleted", "group_left", "group_unarchive", "member_joined_channel",
    "member_left_channel", "message.channels", "message.groups", "message.im", "reaction_added",
    "subteam_members_changed", "subteam_updated", "tokens_revoked", "user_change",
)  # fmt: skip


def manifest(
    router: Router, *, name: str = "Helpthread", commands: Mapping[str, str] | None = None, url: str = ""
) -> Json:
    """As Slack reads it. `commands` are the router's and what they are called here; with `url` (https://…, where this
    server can be reached) it is for HTTP, without for Socket Mode."""
    address = f"{url.rstrip('/')}{PATH}" if url else ""
    reach, own = ({"request_url": address}, {"url": address}) if address else ({}, {})
    return {
        "display_information": {"name": name[:NAME], "description": DESCRIPTION, "background_color": "#1d3557"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": _shortcuts(router),
            "slash_commands": [command | own for command in _commands(router, dict(commands or {}))],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": reach | {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True} | reach | ({"message_menu_options_url": address} if address else {}),
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": False,
        },
    }


def _shortcuts(router: Router) -> list[Json]:
    command = router.find(OPEN)
    if command is None:
        return []
    about = shortened(command.help, 150)
    return [
        {"name": "Open a ticket", "type": kind, "callback_id": OPEN, "description": about}
        for kind in ("message", "global")
    ]


def _commands(router: Router, called: Mapping[str, str]) -> list[Json]:
    groups: dict[str, list[Command]] = {}
    for command in router.visible():
        groups.setdefault(command.name.partition(" ")[0], []).append(command)
    return [_slash(called.get(name, name), groups[name], router.find(name)) for name in groups]


def _slash(name: str, commands: list[Command], own: Command | None) -> Json:
    verbs = [command.verb for command in commands if " " in command.name]
    about = own.help if own else f"{', '.join(verbs[:-1])} and {verbs[-1]}" if len(verbs) > 1 else verbs[0]
    shown = {"command": f"/{name}", "description": about, "should_escape": True}
    return shown | ({"usage_hint": shortened(f"[{' | '.join(verbs)}]", HINT)} if verbs else {})
