"""What the bot can say, in no platform's dialect. Adapters render it; views build it.

Plain `str` inside a text is always data: renderers escape it, so what a customer types can
never become markup or a ping.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from string import Formatter
from typing import Literal

from bot.language import _, known


@dataclass(frozen=True, slots=True)
class UserRef:
    """One account. `realm` owns the id: the workspace where ids are local to one, empty where they are global."""

    platform: str
    realm: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}/{self.realm}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> "UserRef":
        """The opposite of `str`. Raises `ValueError` if there are not three parts."""
        platform, realm, id = text.split("/", 2)
        return cls(platform, realm, id)


@dataclass(frozen=True, slots=True)
class Bold:
    text: str
    kind: Literal["bold"] = "bold"


@dataclass(frozen=True, slots=True)
class Mention:
    """Names a person and pings them. `name` is shown where the platform cannot mention them."""

    user: UserRef
    name: str = ""
    kind: Literal["mention"] = "mention"


Span = str | Bold | Mention
Text = tuple[Span, ...]


class Style(StrEnum):
    NORMAL = "normal"
    PRIMARY = "primary"
    DANGER = "danger"


class Mark(StrEnum):
    """What became of a message in the agents' room; adapters show it as a reaction or a word."""

    INTERNAL = "internal"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it invokes the command registered for `action` with `arg`, an opaque id of ours."""

    label: str
    action: str
    arg: str = ""
    style: Style = Style.NORMAL
    hint: str = ""  # a second line, where the platform has room for one


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: Text


@dataclass(frozen=True, slots=True)
class File:
    """A file in the store: found by the SHA-256 of what is stored, shown under a safe name. `size` in bytes.

    `key` opens it, where files are encrypted; it is stored with what refers to the file.
    """

    sha: str
    name: str
    size: int
    type: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """`speaker` names the person whose words are carried over; empty when the bot itself speaks.

    With `menu`, the words on it, the buttons are shown as one menu on platforms that have such a thing.
    `language` is the reader's, for what a platform's side adds to it; empty if nobody needed to know it.
    """

    text: Text
    title: str = ""
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    speaker: str = ""
    mark: Mark | None = None
    menu: str = ""
    language: str = field(default_factory=known, compare=False)


@dataclass(frozen=True, slots=True)
class Input:
    """Where something is picked, platforms that can offer a list do, and people type on the others. The value is then
    channels, people or groups, as a desk's file names them, with blanks between; of files, their names. One of
    `choices` is picked the same way. `value` is what is in it at first."""

    name: str
    label: str
    long: bool = False
    required: bool = True
    max_length: int = 3000
    picks: Literal["", "channel", "channels", "people", "groups", "files"] = ""
    choices: tuple[str, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Submitting it invokes the command registered for `action` with `arg` and the values. `language`: the reader's."""

    action: str
    title: str
    inputs: Sequence[Input]
    arg: str = ""
    language: str = field(default_factory=known, compare=False)


def say(*spans: Span) -> Message:
    return Message(text=spans)


def told(text: str, /, **values: Span) -> Text:
    """The reader's words for `text`, with `values` in place of the {names} in it: names in bold, mentions."""
    spans: list[Span] = []
    for literal, name, _format, _conversion in Formatter().parse(_(text)):
        for span in (literal, values[name] if name else ""):
            if isinstance(span, str) and spans and isinstance(spans[-1], str):
                spans[-1] += span
            elif span != "":
                spans.append(span)
    return tuple(spans)
