"""Every word that Discord's side itself says; what the bot says comes from the features."""

from bot.message import Mark

SIGNS = {Mark.INTERNAL: "🔒", Mark.SENDING: "⏳", Mark.DELIVERED: "✅", Mark.FAILED: "❌"}

DMS_CLOSED = "their private messages are closed to the bot"
NOT_SEEN = "the bot cannot see the channel"
CHANNEL_GONE = "the channel or thread is gone"
MESSAGE_GONE = "the message is gone"
TOO_MANY_THREADS = "the server has as many active threads as it may"
TOO_MANY_IN_THREAD = "the thread has as many members as it may"
NEVER_OPENED = "its room was never opened"
NEVER_POSTED = "it was never posted"
CANNOT_ADD = "this person cannot see the channel, so they cannot be let in"
NOT_CONNECTED = "Discord is not connected yet"
AWAY = "Discord is away"
BUSY = "Discord asks to wait"
TOKEN_REFUSED = "Discord does not accept the token"  # noqa: S105 (words, not a token)
TOO_MANY_REFUSALS = "Discord refused too much lately, so nothing is sent for a moment"

NOT_STORED = "Something went wrong on our side and this was not stored. Please send it again."
SLOW = "That took too long for a form to open. Nothing was changed; please try again."
NOT_A_PERSON = "That is a bot, which needs no ticket. Nothing was changed."
FILL_IN = "This needs a form."
OPEN_FORM = "Open the form"
EMPTY = "(empty)"
WHOLE_TEXT = "whole-text.txt"
NO_INTENT = (
    "Discord refuses the intents: switch on “Message Content Intent” for the bot at discord.com/developers, or set "
    "DISCORD_MESSAGE_CONTENT=false (then messages are read only where the bot is mentioned or written to in private)"
)
NO_MEMBERS_INTENT = (
    "Discord refuses the intents: switch on “Server Members Intent” for the bot at discord.com/developers, or set "
    "DISCORD_MEMBERS=false (then nobody is told who leaves a server)"
)
WITHOUT_MEMBERS = "if a desk should know, set DISCORD_MEMBERS=true and switch on “Server Members Intent”"
WRONG_TOKEN = "Discord does not accept DISCORD_TOKEN; take a new one at discord.com/developers"  # noqa: S105 (words)
FORWARDED = "Forwarded:"


DELETED = "it was deleted"
REMOVED = "the bot was removed from the server"


def no_intents(*, message_content: bool, members: bool) -> str:
    return "; or: ".join([NO_INTENT] * message_content + [NO_MEMBERS_INTENT] * members)


def lacks(permissions: str) -> str:
    return f"the bot lacks the permission {permissions} there" if permissions else "the bot lacks a permission there"


def cannot_see(name: str) -> str:
    return f"I cannot see #{name}; add me to it, with the permissions I have elsewhere"


def lacks_in(name: str, permissions: str) -> str:
    return f"in #{name} I lack: {permissions}"


def no_thread(name: str, why: str) -> str:
    return f"There is no thread for {name}: {why}. What is said comes here; answer with Reply or /ticket reply."


def refused(code: int) -> str:
    return f"Discord refused it (code {code})"


def sticker(name: str) -> str:
    return f"[sticker: {name}]"


def continued(name: str) -> str:
    return f"… the whole text is in {name}."


def left_out(names: str) -> str:
    return f"Too large to be shown here, kept by the desk: {names}"


def not_fetched(name: str, reason: str) -> str:
    return f"{name}: {reason}"


TOO_SLOW = "it could not be fetched from Discord in time"
NOT_ON_CDN = "it is not kept at Discord"
GONE_FROM_CDN = "Discord no longer has it"
