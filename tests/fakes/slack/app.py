"""The app as installed: tokens, secret, scopes, subscriptions, commands. `installed_from` reads a manifest."""

from dataclasses import dataclass, field

from .model import Json, words

BOT_SCOPES = words(
    """app_mentions:read channels:history channels:join channels:read chat:write chat:write.customize chat:write.public
    commands files:read files:write groups:history groups:read im:history im:read im:write mpim:history mpim:read
    mpim:write reactions:read reactions:write team:read usergroups:read users:read users:read.email users.profile:read
    """
)

EVENTS = words(
    """app_home_opened app_mention app_uninstalled channel_archive channel_deleted channel_left channel_rename
    channel_unarchive file_deleted file_shared group_archive group_deleted group_left group_rename group_unarchive
    member_joined_channel member_left_channel message.channels message.groups message.im message.mpim
    reaction_added reaction_removed team_join tokens_revoked user_change"""
)

# An app gets an event only if it may read what the event is about.
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "file_shared": "files:read",
    "file_deleted": "files:read",
}


@dataclass
class App:
    """`commands` and `shortcuts` are None when anything goes, as it does without a manifest."""

    id: str = "A0HELP00001"
    name: str = "Helpthread"
    bot_token: str = "xoxb-100000000001-fake-bot-token"
    app_token: str = "xapp-1-A0HELP00001-fake-app-token"
    signing_secret: str = "fake-signing-secret-of-helpthread"
    verification_token: str = "legacy-verification-token"
    scopes: frozenset[str] = BOT_SCOPES
    events: frozenset[str] = EVENTS
    commands: frozenset[str] | None = None
    shortcuts: frozenset[str] | None = None
    messages_tab: bool = True
    installed: bool = True
    token_revoked: bool = False
    request_url: str = ""  # "" is Socket Mode
    user_id: str = field(default="", init=False)
    bot_id: str = field(default="", init=False)


def installed_from(manifest: Json) -> App:
    """The app an operator gets who creates it from this manifest (a dict, as loaded from its YAML or JSON)."""
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    home = features.get("app_home", {})
    return App(
        name=manifest["display_information"]["name"],
        scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        commands=frozenset(command["command"] for command in features.get("slash_commands", ())),
        shortcuts=frozenset(shortcut["callback_id"] for shortcut in features.get("shortcuts", ())),
        messages_tab=home.get("messages_tab_enabled", True) and not home.get("messages_tab_read_only_enabled", False),
    )
