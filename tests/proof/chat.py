"""A chat platform in memory that fails the way platforms do.

Rooms are threads under a message, as on Slack. What was said twice with one token is said once. It refuses what
platforms refuse: posting in a room that is not there, rewriting what is gone.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.effects import (
    Admit,
    Announce,
    Direct,
    Effect,
    OpenRoom,
    Post,
    PostCard,
    Remove,
    Rewrite,
    Seek,
    SetMark,
    Shelve,
    ShowHome,
)
from bot.message import Mark, Message
from bot.ports import Handle, Refused, Spot, TryLater
from tests.desk import words

Room = tuple[str, str]  # conversation and thread


class Fault(StrEnum):
    """What goes wrong with a delivery: before the platform did anything, or after it did all of it."""

    AWAY = "the platform is away"
    REFUSED = "the platform refuses"
    BUG = "a bug before it was done"
    CUT = "done, but the answer is lost"
    LATE_BUG = "done, and then a bug"
    CRASH = "the process ends before it is done"
    LATE_CRASH = "done, and then the process ends"


@dataclass
class Shown:
    """A post as it stands in a room."""

    id: str
    key: str
    room: Room
    message: Message

    @property
    def text(self) -> str:
        return words(self.message)


@dataclass
class Platform:
    """`faults` happen to the next deliveries, one each. `said` is all it ever showed, to be read by whom and where."""

    platform: str = "fake"
    faults: list[Fault | None] = field(default_factory=list)
    posts: dict[str, Shown] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    said: list[tuple[Room, str, str]] = field(default_factory=list)  # room, key, text
    made: dict[str, int] = field(default_factory=dict)  # posts ever made under a key
    tokens: dict[str, Spot | None] = field(default_factory=dict)
    calls: int = 0
    crashed: asyncio.Event | None = None  # set when a delivery never ends

    async def run(self, handle: Handle) -> None: ...

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        self.calls += 1
        fault = self.faults.pop(0) if self.faults else None
        if token in self.tokens and fault in (Fault.REFUSED, Fault.BUG):
            fault = None  # it was done already, which is what the platform says
        match fault:
            case Fault.AWAY:
                raise TryLater(30)
            case Fault.REFUSED:
                raise Refused("it does not want to")
            case Fault.BUG:
                raise RuntimeError("before")
            case Fault.CRASH:
                await self._never()
        if token not in self.tokens:
            self.tokens[token] = self._do(effect, at, token)
        match fault:
            case Fault.CUT:
                raise TryLater(30)
            case Fault.LATE_BUG:
                raise RuntimeError("after")
            case Fault.LATE_CRASH:
                await self._never()
        return self.tokens[token]

    def in_room(self, room: Room) -> Iterator[Shown]:
        return (shown for shown in self.posts.values() if shown.room == room)

    def under(self, key: str) -> list[Shown]:
        return [shown for shown in self.posts.values() if shown.key == key]

    def _do(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        match effect:
            case PostCard(channel=channel, message=message, key=key):
                self._say((channel.conversation, ""), key, token, message)
                return Spot(channel.conversation, token, token)
            case Announce(channel=channel, message=message, key=key):
                self._say((channel.conversation, ""), key, token, message)
                return Spot(channel.conversation, "", token)
            case OpenRoom(place=place):
                return Spot(place.conversation, place.thread or place.message, place.message)
            case Post(message=message, key=key):
                if at is None:
                    raise Refused("the room is not there")
                self._say((at.conversation, at.thread), key, token, message)
                return Spot(at.conversation, at.thread, token)
            case Direct(user=user, message=message, key=key):
                self._say((f"@{user.id}", ""), key, token, message)
                return Spot(f"@{user.id}", "", token)
            case Rewrite(message=message, key=key):
                if at is None or at.message not in self.posts:
                    raise Refused("it is not there")
                shown = self.posts[at.message]
                shown.message = message
                self.said.append((shown.room, key, words(message)))
                return None
            case Remove():
                if at is not None:
                    self.posts.pop(at.message, None)
                return None
            case SetMark(on=on, mark=mark):
                self.marks[on.message] = mark
                return None
            case Admit() | Shelve() | ShowHome() | Seek():
                return None
        raise AssertionError(effect)

    def _say(self, room: Room, key: str, id: str, message: Message) -> None:
        self.posts[id] = Shown(id, key, room, message)
        self.made[key] = self.made.get(key, 0) + 1
        self.said.append((room, key, words(message)))

    async def _never(self) -> None:
        if self.crashed is not None:
            self.crashed.set()
        await asyncio.get_running_loop().create_future()
