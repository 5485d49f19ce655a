"""What the Slack side itself says. All else that people read is in the features' views."""

from collections.abc import Mapping, Sequence

from bot.message import File, Mark

MARKS: Mapping[Mark, str] = {
    Mark.INTERNAL: "lock",
    Mark.SENDING: "hourglass_flowing_sand",
    Mark.DELIVERED: "incoming_envelope",
    Mark.FAILED: "warning",
}
MARK_LINES: Mapping[Mark, str] = {
    Mark.INTERNAL: "for agents only",
    Mark.SENDING: "on its way to the customer …",
    Mark.DELIVERED: "delivered to the customer",
    Mark.FAILED: "not delivered",
}
VIA = " (via the bot)"
EMPTY = "(no text)"
SEND = "Send"
CLOSE = "Close"
TITLE = "Helpthread"
AWAY = "Slack is away"
UNKNOWN_OUTCOME = "Slack did not say whether it took it"
THREAD_GONE = "the thread is gone"
NO_PRIVATE_THREADS = "a thread here can be read by everybody in its channel"
NEVER_OPENED = "the room was never opened"
NO_SOCKET = "SLACK_APP_TOKEN is not accepted: make an app-level token with connections:write; see helpthread doctor"
NEVER_POSTED = "it was never posted"

REFUSALS = {
    "channel_not_found": "Slack knows no such channel, or the bot is not in it",
    "not_in_channel": "the bot is not in the channel; invite it there",
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is archived",
    "user_not_found": "Slack does not know this person",
    "user_disabled": "this person's account is deactivated",
    "cannot_dm_bot": "a bot cannot be written to",
    "messages_tab_disabled": "direct messages to the bot are switched off in the app's settings",
    "message_not_found": "the message is gone",
    "missing_scope": "the Slack app lacks a permission; see helpthread doctor",
    "msg_too_long": "Slack finds it too long",
    "restricted_action": "the workspace does not allow it",
}


def refusal(code: str) -> str:
    return REFUSALS.get(code, f"Slack refused it ({code})")


def wrong_token(reason: str) -> str:
    return f"SLACK_BOT_TOKEN is not accepted: {reason}. Install the app, and copy its bot token; see helpthread doctor"


def port_taken(port: int, reason: str) -> str:
    return f"nobody can be listened to on port {port} ({reason}); set HTTP_PORT to another one"


def not_delivered(reason: str) -> str:
    return f"Not delivered: {reason}."


def not_raised(reason: str) -> str:
    return f"No ticket was opened: {reason}. Please try again, or invite the bot to that channel first."


def files_line(files: Sequence[File]) -> str:
    return "📎 " + ", ".join(file.name for file in files)


def not_copied(name: str, link: str) -> str:
    return f"[file {name} could not be copied{f': {link}' if link else ''}]"


NO_SIGN_IN = "Slack gave a page to sign in instead; the app lacks the permission files:read"
ELSEWHERE = "it is kept outside of Slack"
FILE_GONE = "it is not there any more"
FILE_AWAY = "Slack did not hand it out"
FILE_CHANGED = "it did not arrive complete"
