"""Who means what: places and buttons as people name them, as far as they can see them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from adapters.console import words
from adapters.console.board import Board, Posted
from adapters.console.lines import Where
from adapters.console.records import Records
from bot.errors import Problem
from bot.inbound import Place

PLATFORM, WORKSPACE = "console", "local"
Channels = Mapping[str, bool]  # every channel there is → is it the agents'?


class Finder:
    """`agents` are the names that see agents' channels and mean the agents' room by a ticket's number."""

    def __init__(self, board: Board, records: Records, agents: Iterable[str]) -> None:
        self.board = board
        self.records = records
        self.agents = frozenset(agents)

    def place(self, name: str, where: Where, channels: Channels | None) -> Place:
        """Where `name` speaks. Raises `Problem` if that is nowhere they can see. `channels` None: any may exist."""
        if where.channel:
            return self._in_channel(name, where, channels)
        return self._in_room(name, where.number) if where.number else private(name)

    def button(self, name: str, label: str, number: str, place: Place) -> tuple[str, str, Place] | None:
        """Action, argument and message of the button meant: of those on ticket `number` the card's, else the newest."""
        wanted = self.records.seal_label(label)
        number = number or place.thread
        found = [post for post in self.board.posts.values() if wanted in post.all and self._sees(name, post)]
        if number:
            sealed = self.records.seal_number(number)
            found = [post for post in found if post.thread == number or sealed in post.about]
        if not place.direct:
            found = [post for post in found if post.room == place.conversation] or found
        newest = max(enumerate(found), key=lambda at: (_rank(at[1], wanted, number), at[0]), default=None)
        if newest is None:
            return None
        post = newest[1]
        where = private(name) if post.room.startswith("@") else Place(PLATFORM, WORKSPACE, post.room)
        thread = "" if post.card else post.thread
        return *post.all[wanted], Place(PLATFORM, WORKSPACE, where.conversation, thread, post.id, where.direct)

    def _in_channel(self, name: str, where: Where, channels: Channels | None) -> Place:
        seen = [c for c, agents in (channels or {}).items() if not agents or name in self.agents]
        hidden = self.board.is_agents(where.channel) and name not in self.agents
        if hidden or (channels is not None and where.channel not in seen):
            raise Problem(words.no_channel(where.channel, seen))
        if where.number and (where.channel, where.number) not in self.board.rooms:
            raise Problem(words.no_room(where.number))
        return Place(PLATFORM, WORKSPACE, where.channel, where.number)

    def _in_room(self, name: str, number: str) -> Place:
        """An agent never means the customer's room by a number alone: what is said there is read by the customer."""
        agent, own = name in self.agents, self.records.seal(private(name).conversation)
        rooms = [room for (room, thread), agents in self.board.rooms.items() if thread == number and agents == agent]
        if not agent:
            if own in rooms:
                return replace(private(name), thread=number)
            rooms = [room for room in rooms if not room.startswith("@")]
            mine = [room for room in rooms if (room, number, own) in self.board.members]
            if not mine and (own, self.records.seal_number(number)) in self.board.numbers:
                return private(name)
            rooms = mine or rooms
        if not rooms:
            raise Problem(words.no_room(number))
        if len(rooms) > 1:
            raise Problem(words.several_rooms(name, number, rooms))
        return Place(PLATFORM, WORKSPACE, rooms[0], number)

    def _sees(self, name: str, post: Posted) -> bool:
        own = self.records.seal(private(name).conversation)
        if post.to:
            return post.to == own
        if post.room.startswith("@"):
            return post.room == own
        return name in self.agents or not self.board.is_agents(post.room)


def private(name: str) -> Place:
    return Place(PLATFORM, WORKSPACE, f"@{name}", direct=True)


def _rank(post: Posted, label: str, number: str) -> tuple[bool, bool]:
    return (bool(number) and post.card, label in post.live)
