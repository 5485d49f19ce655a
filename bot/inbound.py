"""What can happen to the bot. Adapters translate platform payloads into these."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.message import File, UserRef


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `groups` are the roles and user groups they are in, as the platform says now
    (`platform:workspace/@group`, the way a desk's YAML names them). `manages`: they run the workspace it is in."""

    ref: UserRef
    name: str
    groups: tuple[str, ...] = ()
    language: str = ""
    manages: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened, in the platform's own ids.

    `thread` is empty outside threads; `message` is the message itself or the one pressed on;
    `direct` is true in a private conversation with the bot; there, `thread` is the message being answered, if any.
    """

    platform: str
    workspace: str
    conversation: str
    thread: str = ""
    message: str = ""
    direct: bool = False


def recorded(event_id: str) -> str:
    """What is kept of an event's id and stands in logs. A platform's own says in whose private conversation it was; so
    of those a hash, the same in both."""
    if event_id.startswith("tick:"):
        return event_id[:200]
    return hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is when it happened, of a message when it was written, where the platform says so."""

    id: str  # the platform's delivery id: the same event twice has the same id
    actor: Actor
    place: Place
    at: datetime | None = field(default=None, kw_only=True)

    @property
    def recorded(self) -> str:
        """Its id, as it may be written down."""
        return recorded(self.id)


@dataclass(frozen=True, slots=True)
class CommandInvoked(Event):
    """A slash command, with its options parsed (see `bot.parse` for platforms that send a line of text).

    An option that names a person holds the `str` of their UserRef; `named` says what the platform knows of them.
    """

    command: str
    options: Mapping[str, str] = field(default_factory=dict)
    named: tuple[Actor, ...] = ()


@dataclass(frozen=True, slots=True)
class ButtonPressed(Event):
    """With `by_itself` nobody pressed it: what they have open is drawn again, and that is no sign of life."""

    action: str
    arg: str = ""
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class FormSubmitted(Event):
    """`refused` names files that were not taken, with the reason. `warned` is what the platform says of what was
    picked, such as a channel in which the bot may not speak."""

    action: str
    arg: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    refused: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessagePosted(Event):
    """Somebody said something. A message that addresses the bot with a verb ("@bot claim") is a `CommandInvoked`.

    `refused` names files that were too large or of a kind not taken, with the reason. `quote` is the beginning of the
    message this one answers, as far as its author could read that.
    """

    text: str = ""
    files: tuple[File, ...] = ()
    refused: tuple[str, ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True)
class MessageRaised(Event):
    """The actor asks for a ticket about the message at `place`. `said` is its thread so far, oldest first."""

    said: tuple[MessagePosted, ...] = ()

    @property
    def message(self) -> MessagePosted | None:
        return next((each for each in self.said if each.place.message == self.place.message), None)


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """`place.message` now reads `text`."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class MessageDeleted(Event):
    """`place.message` is gone."""


@dataclass(frozen=True, slots=True)
class PersonChanged(Event):
    """The actor has another name now, or (`gone`) their account is deactivated."""

    gone: bool = False


@dataclass(frozen=True, slots=True)
class PlaceGone(Event):
    """The bot cannot read or write in `place` any more: a conversation, or if it names none, a whole workspace.
    `why` is what happened, in a few words."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class WorkspacesThere(Event):
    """The bot is in these workspaces of a platform, and if they are `all`, in no other."""

    workspaces: tuple[str, ...] = ()
    all: bool = False


@dataclass(frozen=True, slots=True)
class GroupGone(Event):
    """The group or role `group` was deleted (written as in a desk's file)."""

    group: str = ""


@dataclass(frozen=True, slots=True)
class MembershipChanged(Event):
    """The actor left the workspace of `place`, or is in it again (`back`)."""

    back: bool = False


@dataclass(frozen=True, slots=True)
class RoomGone(Event):
    """The thread `place.thread` was deleted, with everything in it."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passing. One id per interval, so that of many processes one handles it.

    `early`: so soon after a start that what was said before it is perhaps still being read.
    """

    id: str
    early: bool = False
