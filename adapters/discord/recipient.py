"""Discord as somebody who gets people's data."""

from adapters.discord.hosts import ALL
from bot.language import Phrase
from bot.privacy.recipients import SPOKEN, Recipient

DISCORD = Recipient(
    "discord",
    Phrase("Discord"),
    Phrase("the chat platform on which customers or agents write"),
    SPOKEN,
    ALL,
    Phrase("run from the USA; say here on what the transfer rests (standard clauses, or an adequacy decision)"),
)
