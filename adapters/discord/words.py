"""Every word that Discord's side itself says; what the bot says comes from the features.

A phrase is said in the reader's language where it is shown: see `bot.language`.
"""

from bot.language import Phrase, _, here
from bot.message import Mark

SIGNS = {Mark.INTERNAL: "🔒", Mark.SENDING: "⏳", Mark.DELIVERED: "✅", Mark.FAILED: "❌"}

DMS_CLOSED = Phrase("their private messages are closed to the bot")
NOT_SEEN = Phrase("the bot cannot see the channel")
CHANNEL_GONE = Phrase("the channel or thread is gone")
MESSAGE_GONE = Phrase("the message is gone")
TOO_MANY_THREADS = Phrase("the server has as many active threads as it may")
TOO_MANY_IN_THREAD = Phrase("the thread has as many members as it may")
NEVER_OPENED = Phrase("its room was never opened")
NEVER_POSTED = Phrase("it was never posted")
CANNOT_ADD = Phrase("this person cannot see the channel, so they cannot be let in")
NOT_CONNECTED = Phrase("Discord is not connected yet")
AWAY = Phrase("Discord is away")
BUSY = Phrase("Discord asks to wait")
TOKEN_REFUSED = Phrase("Discord does not accept the token")
TOO_MANY_REFUSALS = Phrase("Discord refused too much lately, so nothing is sent for a moment")

NOT_STORED = Phrase("Something went wrong on our side and this was not stored. Please send it again.")
NOT_A_PERSON = Phrase("That is a bot, which needs no ticket. Nothing was changed.")
FILL_IN = Phrase("This needs a form.")
OPEN_FORM = Phrase("Open the form")
EMPTY = Phrase("(empty)")
WHOLE_TEXT = "whole-text.txt"
FORWARDED = "↪"  # in front of words that are kept, so in no language

DELETED = Phrase("it was deleted")
REMOVED = Phrase("the bot was removed from the server")


def lacks(permissions: str) -> str:
    if not permissions:
        return Phrase("the bot lacks a permission there")
    return Phrase("the bot lacks the permission {permissions} there", permissions=permissions)


def cannot_see(name: str) -> str:
    return Phrase("I cannot see #{name}; add me to it, with the permissions I have elsewhere", name=name)


def lacks_in(name: str, permissions: str) -> str:
    return Phrase("in #{name} I lack: {permissions}", name=name, permissions=permissions)


def no_thread(name: str, why: str) -> str:
    return _(
        "There is no thread for {name}: {reason}. What is said comes here; answer with Reply or /ticket reply.",
        name=name,
        reason=here(why),
    )


def refused(code: int) -> str:
    return Phrase("Discord refused it (code {code})", code=code)


def sticker(name: str) -> str:
    return f"[sticker: {name}]"


def continued(name: str) -> str:
    return _("… the whole text is in {name}.", name=name)


def in_parts(name: str) -> str:
    return _(
        "{name} is in parts here, because Discord takes no file that large. Save them all in one folder and put them "
        'together: on Windows with copy /b "{name}.*" "{name}", elsewhere with cat "{name}".* > "{name}"',
        name=name,
    )


def left_out(names: str) -> str:
    return _("Too large to be shown here, kept by the desk: {names}", names=names)


def not_fetched(name: str, reason: str) -> str:
    return Phrase("{name}: {reason}", name=name, reason=reason)


TOO_SLOW = Phrase("it could not be fetched from Discord in time")
NOT_ON_CDN = Phrase("it is not kept at Discord")
GONE_FROM_CDN = Phrase("Discord no longer has it")


# For operators

NO_INTENT = (
    "Discord refuses the intents: switch on “Message Content Intent” for the bot at discord.com/developers, or set "
    "DISCORD_MESSAGE_CONTENT=false (then messages are read only where the bot is mentioned or written to in private)"
)
NO_MEMBERS_INTENT = (
    "Discord refuses the intents: switch on “Server Members Intent” for the bot at discord.com/developers, or set "
    "DISCORD_MEMBERS=false (then nobody is told who leaves a server)"
)
WITHOUT_MEMBERS = "if a desk should know, set DISCORD_MEMBERS=true and switch on “Server Members Intent”"
MORE_SHARDS = (
    "the bot is in more servers than Discord serves on so many connections; set DISCORD_SHARDS=auto (docs/scale.md), "
    "end all processes, and start them again"
)
WRONG_TOKEN = "Discord does not accept DISCORD_TOKEN; take a new one at discord.com/developers"  # noqa: S105 (words)


def no_intents(*, message_content: bool, members: bool) -> str:
    return "; or: ".join([NO_INTENT] * message_content + [NO_MEMBERS_INTENT] * members)
