"""What the bot does to the world. Handlers post effects to the outbox; a worker delivers them.

An effect names the message it makes by a `key` of ours ("message:981:agents"), never by a platform
id, so no handler waits for a platform to answer. `room` puts it in order: effects of one room are
delivered one after the other. `anchor` is the key whose spot the deliverer needs: the room to post
in, or the message to rewrite.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.inbound import Place
from bot.message import Mark, Message, UserRef


@dataclass(frozen=True, slots=True)
class PostCard:
    """Say `message` at the top level of `channel`; the thread under it is the room `key`.

    `name` is what a person may call the room: it carries the ticket's number and nothing else.
    """

    key: str
    platform: str
    channel: Place
    name: str
    message: Message
    kind: Literal["post_card"] = "post_card"

    @property
    def room(self) -> str:
        return self.key

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class Announce:
    """Say `message` at the top level of `channel`, in no ticket's room."""

    key: str
    platform: str
    channel: Place
    message: Message
    kind: Literal["announce"] = "announce"

    @property
    def room(self) -> str:
        return self.key

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """Make the room `key` for `people` in a thread at `place`: on its message, if it names one.

    A `private` one is seen by nobody else who is no agent, so it is never on a message others can read.
    """

    key: str
    platform: str
    place: Place
    name: str
    people: tuple[UserRef, ...]
    private: bool = False
    kind: Literal["open_room"] = "open_room"

    @property
    def room(self) -> str:
        return self.key

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class Post:
    """Say something in a room."""

    key: str
    platform: str
    room: str
    message: Message
    kind: Literal["post"] = "post"

    @property
    def anchor(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class Direct:
    """Say something to one person in private."""

    key: str
    platform: str
    room: str
    user: UserRef
    message: Message
    kind: Literal["direct"] = "direct"

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Replace what `key` said."""

    key: str
    platform: str
    room: str
    message: Message
    kind: Literal["rewrite"] = "rewrite"

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class Remove:
    """Take back what `key` said: its words and files must not be readable any more."""

    key: str
    platform: str
    room: str
    kind: Literal["remove"] = "remove"

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class SetMark:
    """Show on a person's own message (`on`) what became of it, with the reason if it failed, in `language`."""

    key: str
    platform: str
    room: str
    on: Place
    mark: Mark
    reason: str = ""
    language: str = ""
    kind: Literal["set_mark"] = "set_mark"

    @property
    def anchor(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class Admit:
    """Let a person into a room, or (`out`) no longer."""

    key: str
    platform: str
    room: str
    user: UserRef
    out: bool = False
    kind: Literal["admit"] = "admit"

    @property
    def anchor(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class Shelve:
    """Put a room away because its ticket is closed, or (`out`) take it out again. To `lock` it is to let nobody write.

    Platforms whose rooms cannot be put away do nothing.
    """

    key: str
    platform: str
    room: str
    out: bool = False
    lock: bool = False
    kind: Literal["shelve"] = "shelve"

    @property
    def anchor(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class Work:
    """Work of our own that takes longer than one transaction: `task` is done by the clerk, for request `number`.

    `language` is that of whoever asked, for when they are not known any more at its end.
    """

    key: str
    platform: str
    room: str
    task: str
    number: int
    language: str = ""
    kind: Literal["work"] = "work"

    @property
    def anchor(self) -> str:
        return self.key


Effect = Annotated[
    PostCard | Announce | OpenRoom | Post | Direct | Rewrite | Remove | SetMark | Admit | Shelve | Work,
    Field(discriminator="kind"),
]
codec: TypeAdapter[Effect] = TypeAdapter(Effect)

CLERK = "clerk"  # the `platform` of `Work`
