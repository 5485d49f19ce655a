"""Where things are on Discord. A thread is a channel with a parent; one begun on a message has the message's id."""

from collections import OrderedDict
from dataclasses import dataclass

import discord

from adapters.discord import words
from bot.inbound import Place
from bot.ports import Refused, Spot

PLATFORM = "discord"
MOST_REMEMBERED = 10_000  # parents of threads


def private(channel: int | None, message: int | str = "") -> Place:
    return Place(PLATFORM, "", str(channel or ""), "", str(message), direct=True)


def in_guild(guild: int, channel: int, parent: int | None = None, message: int | str = "") -> Place:
    if parent is None:
        return Place(PLATFORM, str(guild), str(channel), "", str(message))
    return Place(PLATFORM, str(guild), str(parent), str(channel), str(message))


class Places:
    """Finds the parent of a thread: in what the gateway told, in what was found before, or by asking."""

    def __init__(self, client: discord.Client) -> None:
        self.client = client
        self.parents: OrderedDict[int, int | None] = OrderedDict()

    async def find(self, channel: int, guild: int | None, message: int | str = "") -> Place:
        """Raises `discord.HTTPException` if the channel is gone or not ours to see."""
        if guild is None:
            return private(channel, message)
        return in_guild(guild, channel, await self._parent(channel), message)

    async def _parent(self, id: int) -> int | None:
        if id not in self.parents:
            channel = self.client.get_channel(id) or await self.client.fetch_channel(id)
            self.parents[id] = channel.parent_id if isinstance(channel, discord.Thread) else None
            if len(self.parents) > MOST_REMEMBERED:
                self.parents.popitem(last=False)
        return self.parents[id]

    def home(self, at: Spot) -> int:
        """The channel that holds the message of a spot. The first message of a forum post is in its thread."""
        if not at.thread:
            return number(at.conversation)
        on_message = at.thread == at.message and not self.is_forum(at.conversation)
        return number(at.conversation if on_message else at.thread)

    def is_forum(self, channel: str) -> bool:
        return isinstance(self.client.get_channel(number(channel)), discord.ForumChannel)


def number(id: str) -> int:
    """An id of Discord's. Raises `Refused` for what cannot be one: it is nowhere."""
    if not id.isascii() or not id.isdecimal():
        raise Refused(words.CHANNEL_GONE)
    return int(id)


def room(at: Spot) -> int:
    """The channel to speak in: the thread, or the conversation where there is none."""
    return number(at.thread or at.conversation)


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages that one effect made, as they are kept in `Spot.message`: the one that is rewritten and marked, then
    those that hold what files there was no room for."""

    ids: tuple[int, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.ids))

    @classmethod
    def read(cls, text: str) -> "Sent":
        """Raises `Refused` for what cannot be messages: they are nowhere."""
        return cls(tuple(map(number, text.split(" "))))

    @property
    def first(self) -> int:
        return self.ids[0]

    @property
    def more(self) -> tuple[int, ...]:
        return self.ids[1:]
