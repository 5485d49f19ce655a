"""One thing that people get to see, before it is laid out as lines, as JSON or on a screen."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.inbound import Place
from bot.message import Bold, Form, Mark, Mention, Message, Text

HERE = "console"  # the room of what is said to whoever sits here


class Kind(StrEnum):
    CARD = "card"
    MESSAGE = "message"
    REPLY = "reply"
    FORM = "form"
    PROMPT = "prompt"
    MARK = "mark"
    REWRITE = "rewrite"
    REMOVE = "remove"
    ROOM = "room"
    ADMIT = "admit"
    ERROR = "error"
    ECHO = "echo"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Shown:
    """`room` as people read it ("#help/1"); `to` names the person if nobody else sees it; `id` is the message's."""

    kind: Kind
    room: str
    message: Message = field(default_factory=lambda: Message(()))
    to: str = ""
    id: str = ""
    card: bool = False
    form: Form | None = None
    mark: Mark | None = None
    reason: str = ""


def room_name(place: Place) -> str:
    """`@ana` in private, `#help` a channel, `#help/1` the room of ticket 1 in it."""
    return room_at(place.conversation, place.thread)


def room_at(conversation: str, thread: str) -> str:
    if conversation.startswith("@"):
        return conversation
    return f"#{conversation}/{thread}" if thread else f"#{conversation}"


def alone(conversation: str) -> str:
    """Who is alone in a conversation with the bot; empty for channels."""
    return conversation[1:] if conversation.startswith("@") else ""


def plain(text: Text) -> str:
    return "".join(_span(span) for span in text)


def _span(span: str | Bold | Mention) -> str:
    if isinstance(span, Mention):
        return f"@{span.name or span.user.id}"
    return span.text if isinstance(span, Bold) else span
