"""What a platform's tests provide, so that the contract (`tests.contract`) can be checked on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.desks.model import Rank
from bot.inbound import Event, Place, WorkspacesThere
from bot.message import File, UserRef
from bot.ports import Chat, Handle, Reply
from bot.privacy.uses import Use
from bot.router import Option, Router, Scope, Takes

# What any platform might take for a ping, a link, a button, markup, or an order to a terminal.
HOSTILE = (
    "<!channel> <@U0300> @everyone @here <@&9300> <#C1> <https://x.test|bank> [Close] [x](https://x.test) *b* _i_ "
    "`c` ||s|| &amp; <b> \x1b[31mred\x1b]0;title\x07 \u202egnp.exe \x00 {x} %s $1 \\u0041 :smile: //x"
)


@dataclass(frozen=True)
class Seen:
    """A message as people can read it now. `files` by name, with their content."""

    id: str
    room: tuple[str, str]  # conversation and thread
    text: str
    buttons: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Says:
    """In private with the bot."""

    text: str
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Types:
    """A slash command, as a line: "/ticket close 7 all is well"."""

    line: str


@dataclass(frozen=True)
class Presses:
    """The newest button with this label."""

    label: str


@dataclass(frozen=True)
class Fills:
    """The form that was just opened; what is left out stays empty."""

    values: Mapping[str, str]


@dataclass(frozen=True)
class Edits:
    """Their last message."""

    text: str


@dataclass(frozen=True)
class Deletes:
    """Their last message."""


Act = Says | Types | Presses | Fills | Edits | Deletes


class Rig(Protocol):
    """A chat connected to a local fake of its platform. It was given the router of `commands`."""

    chat: Chat
    channel: Place  # where the bot may post
    person: UserRef  # an account there
    other: UserRef  # another one

    async def play(self, handle: Handle, *acts: Act) -> None:
        """`person` does these things one after the other, while the chat runs; returns when all is answered."""

    def seen(self) -> Sequence[Seen]:
        """Everything that can be read now, in the order it was posted: rewritten as it reads now, removed gone."""

    def alarms(self) -> Sequence[str]:
        """What text did that was not put in a Mention, a Button or Bold: pings, links, control codes."""

    def mark(self, message: Place) -> str:
        """The mark on a message, in words or as a reaction; empty if it has none."""

    def store(self, name: str, content: bytes) -> File:
        """A file the bot may send."""

    def content(self, file: File) -> bytes:
        """What was kept of a file that came in."""

    async def close(self) -> None:
        """The end: nothing is left running."""


def never(call: Any, work: Any) -> Reply:
    raise AssertionError("the contract's commands are never run")


def commands() -> Router:
    router = Router(Use.SUPPORT)
    reason = Option("reason", "Why", Takes.TEXT, required=False)
    router.command("ticket close", "Close a ticket", reason, scope=Scope.TICKET, own=True)(never)
    router.command("ticket assign", "Give it", Option("person", "Who", Takes.PERSON), allow=Rank.AGENT)(never)
    return router


@dataclass
class Core:
    """Stands for the bot: remembers what people did, and answers what it was told to answer."""

    answers: list[Reply | Exception] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def __call__(self, event: Event) -> Reply:
        if isinstance(event, WorkspacesThere):  # the chat itself says so when it is connected; nobody is answered
            return None
        self.events.append(event)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer
