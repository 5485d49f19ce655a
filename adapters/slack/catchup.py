"""What was said while the bot was away: read from history before anything newer in the same room is taken in.

The watermark is the moment until which everything was taken in without a gap. It is written down every minute, and only
as far as nothing older is still failing. After a start each room is read from there on, at whatever speed Slack allows:
50 requests a minute, or one with 15 messages. A live message in a room that was not read yet is not acknowledged, so
Slack delivers it again, and meanwhile the room is read next: the history has the message as well.

Slack tells nobody afterwards what was edited, deleted or reacted to while nobody listened.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from adapters.slack import inbound
from adapters.slack.api import Api, Json, SlackRefused
from adapters.slack.desks import Desks
from adapters.slack.inbound import Written
from bot.ports import TryLater

log = logging.getLogger(__name__)
T = TypeVar("T")
EVERY = 60.0  # seconds between two notes of the watermark
RETRIES = timedelta(seconds=420)  # Slack's last retry comes after five minutes
PAGE = 100
TRIES = 5  # of a message that cannot be stored, five seconds apart
PATIENCE = 2.0  # seconds a live message waits for its room; Slack gives three
Hear = Callable[[Written], Awaitable[None]]


class Room(NamedTuple):
    """A conversation, or a thread in one."""

    channel: str
    thread: str = ""


class NotYet(Exception):
    """The room is still being read; Slack is to deliver again."""


class CatchUp:
    """`hear` takes in one message and raises if it could not be stored. `failing` are messages that are not stored yet:
    id and Slack's time."""

    def __init__(self, api: Api, desks: Desks, hear: Hear, now: Callable[[], datetime] | None = None) -> None:
        self.api = api
        self.desks = desks
        self.hear = hear
        self.now = now or (lambda: datetime.now(UTC))
        self.own = ""
        self.team = ""
        self.since = 0.0
        self.waiting: dict[Room, asyncio.Future[None]] = {}
        self.urgent: list[Room] = []
        self.failing: dict[str, Written] = {}

    async def prepare(self) -> None:
        """Say which rooms have to be read. To be called before anything comes in."""
        since = await self.desks.read_until()
        if since is None:
            return
        self.since = since.timestamp()
        rooms = [Room(place.conversation, place.thread) for place in await self.desks.rooms()]
        rooms += [Room(channel) async for channel in self._directs()]
        for room in rooms:
            self._add(room)

    async def gate(self, said: Written) -> None:
        """Let a live message through when its room is read. Raises `NotYet`."""
        room = self._room(said)
        done = self.waiting.get(room)
        if done is None:
            return
        if room not in self.urgent:
            self.urgent.append(room)
        await asyncio.wait({done}, timeout=PATIENCE)
        if not done.done():
            raise NotYet

    async def run(self) -> None:
        """Until cancelled."""
        started = self.now()
        while self.waiting:
            await self._read_next()
        await self._note(started - RETRIES if self.since else started)
        while True:
            await asyncio.sleep(EVERY)
            await self.look_again()

    async def look_again(self) -> None:
        """Note how far everything is stored, and read again where something never was."""
        now = self.now()
        lost = [s for s in self.failing.values() if float(s.ts) < (now - RETRIES).timestamp()]
        for said in lost:
            self.since = min(float(s.ts) for s in lost) - 1
            self._add(self._room(said))
        while self.waiting:
            await self._read_next()
        oldest = min((float(s.ts) for s in self.failing.values()), default=None)
        safe = now - RETRIES
        await self._note(min(safe, datetime.fromtimestamp(oldest - 1, UTC)) if oldest else safe)

    def _add(self, room: Room) -> None:
        if room not in self.waiting:
            self.waiting[room] = asyncio.get_running_loop().create_future()

    async def _note(self, until: datetime) -> None:
        try:
            await self.desks.raise_read_until(until)
        except Exception:
            log.exception("how far Slack was read cannot be stored; it is read from further back next time")

    async def _read_next(self) -> None:
        room = self.urgent.pop(0) if self.urgent else next(iter(self.waiting))
        if room not in self.waiting:
            return
        try:
            await self._read(room)
        except SlackRefused as error:
            log.warning("a room cannot be read after the stop: %s", error.reason)
        except Exception:
            log.exception("a room cannot be read after the stop")
        finally:
            self.waiting.pop(room).set_result(None)

    async def _read(self, room: Room) -> None:
        messages = sorted([m async for m in self._messages(room)], key=lambda m: float(m["ts"]))
        for message in messages:
            if not room.thread and float(message.get("latest_reply") or 0) > self.since:
                self._add(Room(room.channel, str(message["ts"])))
            said = inbound.written(message | {"channel": room.channel}, self.own)
            if said is not None and float(said.ts) > self.since and not await self._known(said):
                await self._take(said)

    async def _take(self, said: Written) -> None:
        for _ in range(TRIES):
            try:
                await self.hear(said)
            except Exception:
                log.exception("a message from the history cannot be stored yet")
                self.failing[said.id] = said
                await asyncio.sleep(5.0)
            else:
                self.failing.pop(said.id, None)
                return

    async def _known(self, said: Written) -> bool:
        return await self.desks.is_known(inbound.place(self.team, said.channel, said.thread, said.ts))

    async def _messages(self, room: Room) -> AsyncIterator[Json]:
        """All since the watermark. A page that Slack does not give now is asked for again."""
        args: Json = {"oldest": f"{self.since:.6f}", "limit": PAGE}
        method = "conversations.history"
        if room.thread:
            method, args = "conversations.replies", args | {"ts": room.thread}
        while True:
            answer = await self._steadily(lambda: self.api.call(method, room.channel, **args))
            for message in answer.get("messages") or ():
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            args["cursor"] = cursor

    async def _directs(self) -> AsyncIterator[str]:
        args: Json = {"types": "im", "limit": 500}
        while True:
            answer = await self._steadily(lambda: self.api.call("users.conversations", **args))
            for channel in answer.get("channels") or ():
                yield str(channel["id"])
            args["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not args["cursor"]:
                return

    async def _steadily(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await call()
            except TryLater as error:
                await asyncio.sleep(error.seconds)

    def _room(self, said: Written) -> Room:
        """A direct conversation is one room, but for threads in it that are still to be read."""
        room = Room(said.channel, said.thread)
        return room if room in self.waiting or not inbound.is_direct(said.channel) else Room(said.channel)
