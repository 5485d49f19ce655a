"""What the Slack side itself says. All else that people read is in the features' views.

A phrase is said in the reader's language where it is shown: see `bot.language`.
"""

from collections.abc import Mapping, Sequence

from bot.language import Phrase, _, here
from bot.message import File, Mark

MARKS: Mapping[Mark, str] = {
    Mark.INTERNAL: "lock",
    Mark.SENDING: "hourglass_flowing_sand",
    Mark.DELIVERED: "incoming_envelope",
    Mark.FAILED: "warning",
}
MARK_LINES: Mapping[Mark, str] = {
    Mark.INTERNAL: Phrase("for agents only"),
    Mark.SENDING: Phrase("on its way to the customer …"),
    Mark.DELIVERED: Phrase("delivered to the customer"),
    Mark.FAILED: Phrase("not delivered"),
}
EMPTY = Phrase("(no text)")
SEND = Phrase("Send")
CLOSE = Phrase("Close")
TITLE = "Helpthread"
HOME_BARE = Phrase("Write to me under Messages, or open this tab again.")
STILL_AT_IT = Phrase("This takes a moment. The answer comes as soon as it is there.")
AWAY = Phrase("Slack is away")
THREAD_GONE = Phrase("the thread is gone")
NO_PRIVATE_THREADS = Phrase("a thread here can be read by everybody in its channel")
NEVER_OPENED = Phrase("the room was never opened")
NEVER_POSTED = Phrase("it was never posted")

REFUSALS = {
    "channel_not_found": Phrase("Slack knows no such channel, or the bot is not in it"),
    "not_in_channel": Phrase("the bot is not in the channel; invite it there"),
    "is_archived": Phrase("the channel is archived"),
    "is_inactive": Phrase("the channel is archived"),
    "user_not_found": Phrase("Slack does not know this person"),
    "user_disabled": Phrase("this person's account is deactivated"),
    "cannot_dm_bot": Phrase("a bot cannot be written to"),
    "messages_tab_disabled": Phrase("direct messages to the bot are switched off in the app's settings"),
    "message_not_found": Phrase("the message is gone"),
    "missing_scope": Phrase("the Slack app lacks a permission; see helpthread doctor"),
    "msg_too_long": Phrase("Slack finds it too long"),
    "restricted_action": Phrase("the workspace does not allow it"),
}


def refusal(code: str) -> str:
    return REFUSALS.get(code) or Phrase("Slack refused it ({code})", code=code)


def via() -> str:
    """After the name of somebody whose words are carried over."""
    return " " + _("(via the bot)")


def not_in(channel: str) -> str:
    return Phrase("I am not in {channel}; invite me there", channel=channel)


def archived(channel: str) -> str:
    return Phrase("{channel} is archived", channel=channel)


def refused_file(name: str, reason: str) -> str:
    return Phrase("{name}: {reason}", name=name, reason=reason)


def not_delivered(reason: str) -> str:
    return _("Not delivered: {reason}.", reason=reason)


def not_raised(reason: str) -> str:
    return _(
        "No ticket was opened: {reason}. Please try again, or invite the bot to that channel first.",
        reason=here(reason),
    )


def files_line(files: Sequence[File]) -> str:
    return "📎 " + ", ".join(file.name for file in files)


def not_copied(name: str, link: str) -> str:
    """Stands in words that are kept, so it is in no language."""
    return f"[📎 {name} ✗{f' {link}' if link else ''}]"


NO_SIGN_IN = Phrase("Slack gave a page to sign in instead; the app lacks the permission files:read")
ELSEWHERE = Phrase("it is kept outside of Slack")
FILE_GONE = Phrase("it is not there any more")
FILE_AWAY = Phrase("Slack did not hand it out")
FILE_CHANGED = Phrase("it did not arrive complete")


# For operators

NO_SOCKET = "SLACK_APP_TOKEN is not accepted: make an app-level token with connections:write; see helpthread doctor"


def wrong_token(reason: str) -> str:
    return f"SLACK_BOT_TOKEN is not accepted: {reason}. Install the app, and copy its bot token; see helpthread doctor"


def port_taken(port: int, reason: str) -> str:
    return f"nobody can be listened to on port {port} ({reason}); set HTTP_PORT to another one"
