"""What the bot does to the world. Handlers post effects to the outbox; a worker delivers them.

An effect names the message it makes by a `key` of ours ("message:981:agents"), never by a platform
id, so no handler waits for a platform to answer. `room` puts it in order: effects of one room are
delivered one after the other. `anchor` is the key whose spot the deliverer needs: the room to post
in, or the message to rewrite.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bot.inbound import Place
from bot.message import Mark, Message, UserRef


class Keyed:
    """The deliverer needs the spot of its own message."""

    __slots__ = ()
    key: str

    @property
    def anchor(self) -> str:
        return self.key


class Opening(Keyed):
    """It is in no room that is there already, so it waits behind nothing."""

    __slots__ = ()

    @property
    def room(self) -> str:
        return self.key


class InRoom:
    """The deliverer needs the spot of its room."""

    __slots__ = ()
    room: str

    @property
    def anchor(self) -> str:
        return self.room


@dataclass(frozen=True, slots=True)
class PostCard(Opening):
    """Say `message` at the top level of `channel`; the thread under it is the room `key`.

    `name` is what a person may call the room: it carries the ticket's number and nothing else.
    """

    key: str
    platform: str
    channel: Place
    name: str
    message: Message
    kind: Literal["post_card"] = "post_card"


@dataclass(frozen=True, slots=True)
class Announce(Opening):
    """Say `message` at the top level of `channel`, in no ticket's room."""

    key: str
    platform: str
    channel: Place
    message: Message
    kind: Literal["announce"] = "announce"


@dataclass(frozen=True, slots=True)
class OpenRoom(Opening):
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


@dataclass(frozen=True, slots=True)
class Post(InRoom):
    """Say something in a room."""

    key: str
    platform: str
    room: str
    message: Message
    kind: Literal["post"] = "post"


@dataclass(frozen=True, slots=True)
class Direct(Keyed):
    """Say something to one person in private."""

    key: str
    platform: str
    room: str
    user: UserRef
    message: Message
    kind: Literal["direct"] = "direct"


@dataclass(frozen=True, slots=True)
class Rewrite(Keyed):
    """Replace what `key` said."""

    key: str
    platform: str
    room: str
    message: Message
    kind: Literal["rewrite"] = "rewrite"


@dataclass(frozen=True, slots=True)
class Remove(Keyed):
    """Take back what `key` said: its words and files must not be readable any more."""

    key: str
    platform: str
    room: str
    kind: Literal["remove"] = "remove"


@dataclass(frozen=True, slots=True)
class SetMark(Keyed):
    """Show on a person's own message (`on`) what became of it, with the reason if it failed, in `language`."""

    key: str
    platform: str
    room: str
    on: Place
    mark: Mark
    reason: str = ""
    language: str = ""
    kind: Literal["set_mark"] = "set_mark"


@dataclass(frozen=True, slots=True)
class Admit(InRoom):
    """Let a person into a room, or (`out`) no longer."""

    key: str
    platform: str
    room: str
    user: UserRef
    out: bool = False
    kind: Literal["admit"] = "admit"


@dataclass(frozen=True, slots=True)
class Shelve(InRoom):
    """Put a room away because its ticket is closed, or (`out`) take it out again. To `lock` it is to let nobody write.

    Platforms whose rooms cannot be put away do nothing.
    """

    key: str
    platform: str
    room: str
    out: bool = False
    lock: bool = False
    kind: Literal["shelve"] = "shelve"


@dataclass(frozen=True, slots=True)
class ShowHome(Opening):
    """Draw a person's page of their own (`HomePage`) as things are now, in place of what they saw there before."""

    key: str
    platform: str
    user: UserRef
    kind: Literal["show_home"] = "show_home"


@dataclass(frozen=True, slots=True)
class Work(Keyed):
    """Work of our own that takes longer than one transaction: `task` is done by the clerk, for request `number`.

    `language` is that of whoever asked, for when they are not known any more at its end. Where there is no request,
    `what` says what of `who` it is about.
    """

    key: str
    platform: str
    room: str
    task: str
    number: int
    language: str = ""
    who: UserRef | None = None
    what: str = ""
    kind: Literal["work"] = "work"


@dataclass(frozen=True, slots=True)
class Seek:
    """Find what may have been said under `key` although it was given up, so that it can be taken back.

    It said `message`: to the `user`, at the top level of the `channel`, or else in the room. A card has a `name`. It
    was tried from `since` to `until`; `known` are the ids of other posts of ours in that room.
    """

    key: str
    platform: str
    room: str
    message: Message
    channel: Place | None = None
    user: UserRef | None = None
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None
    known: tuple[str, ...] = ()
    kind: Literal["seek"] = "seek"

    @property
    def anchor(self) -> str:
        """Of its room the deliverer needs the spot; the others say themselves where they are."""
        return self.room if self.channel is None and self.user is None else self.key


Effect = Annotated[
    PostCard
    | Announce
    | OpenRoom
    | Post
    | Direct
    | Rewrite
    | Remove
    | SetMark
    | Admit
    | Shelve
    | ShowHome
    | Work
    | Seek,
    Field(discriminator="kind"),
]
codec: TypeAdapter[Effect] = TypeAdapter(Effect)

CLERK = "clerk"  # the `platform` of `Work`
