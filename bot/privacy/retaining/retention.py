"""How long what is kept. Each table says under which rule its rows are; nothing is kept without one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """`days` from an event on, unless an operator chooses others, from `least` to `most`.

    Without days: until something happens.
    """

    id: str
    days: int | None = None
    least: int = 1
    most: int = 3650


CONTENT = Rule("content", 180, least=7)  # words, after the ticket is closed
FILES = Rule("files", 90)  # after the ticket is closed
REMOVED = Rule("removed", 30)  # words and files, after their workspace removed the bot
PROFILE = Rule("profile", 30)  # name and language, after they were last seen and nothing of theirs is kept
UNDELIVERED = Rule("undelivered", 14, most=90)  # after it was given up
REQUESTS = Rule("requests", 1095, least=365)  # after they were answered
CHOICES = Rule("choices", 1095, least=365)  # after they ended
HOLDS = Rule("holds", 1095, least=365)  # after they were released
AUDIT = Rule("audit", 1095, least=365)  # after the year that a key of the audit log served
TIMED = (CONTENT, FILES, REMOVED, PROFILE, UNDELIVERED, REQUESTS, CHOICES, HOLDS, AUDIT)
WORKING = Rule("working")  # as long as somebody works at a desk
DECIDING = Rule("deciding")  # until a privacy officer has decided
CHOOSING = Rule("choosing")  # until they say which ticket it belongs to, or ten minutes passed
CLOSING = Rule("closing")  # until the ticket is closed
POSTED = Rule("posted")  # as long as what we posted is there
READING = Rule("reading")  # as long as the conversation is read
LINKED = Rule("linked")  # until they unlink them
LINKING = Rule("linking")  # ten minutes at most
RULES = {rule.id: rule for rule in (*TIMED, WORKING, DECIDING, CHOOSING, CLOSING, POSTED, READING, LINKED, LINKING)}
GRACE = timedelta(hours=24)  # before a shorter period takes effect, so that a slip can be undone


def defaults() -> Mapping[str, int]:
    return {rule.id: rule.days for rule in TIMED if rule.days is not None}
