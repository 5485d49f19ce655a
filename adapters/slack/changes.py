"""What was edited, deleted or reacted to while the bot was away: Slack tells nobody afterwards, so it is looked for.

The last week of every room is compared with what is stored of it, once after a start, when everything said meanwhile is
in already and while new things come in. It is careful: a message counts as deleted when it is missing in a stretch of
history that was read without a gap, and missing again when it alone is asked for. What changes while this is going on
is heard of anyway, so what the history said before that is not believed.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from adapters.slack import inbound
from adapters.slack.api import Json, SlackRefused
from adapters.slack.desks import Desks
from adapters.slack.history import History, Room, Stretch, is_tombstone
from adapters.slack.inbound import Written
from adapters.slack.lanes import Lanes
from bot.inbound import Place
from bot.message import UserRef

log = logging.getLogger(__name__)
WINDOW = timedelta(days=7)
PAGES = 10  # of one room
MOST_REACTED = timedelta(days=13)  # a day less than handled events are remembered
Hear = Callable[[Written], Awaitable[None]]


class React(Protocol):
    async def __call__(self, event: Json, thread: str) -> None:
        """A reaction that may have been taken in already. `thread` is that of its message."""


class Changes:
    def __init__(self, history: History, desks: Desks, hear: Hear, lanes: Lanes) -> None:
        self.history = history
        self.desks = desks
        self.hear = hear
        self.lanes = lanes
        self.react: React | None = None
        self.own = ""
        self.team = ""
        self.emoji: frozenset[str] = frozenset()
        self.looking = False
        self.touched: set[tuple[str, str]] = set()

    def heard_live(self, said: Written) -> None:
        """It changed, and whatever the history said of it before is out of date."""
        if self.looking and said.change:
            self.touched.add((said.channel, said.ts))

    async def look(self, rooms: Iterable[Room], since: float, now: datetime) -> None:
        """Take in what changed after `since`. A room that Slack does not show is left alone."""
        self.looking = True
        try:
            for room in await self._with_threads(rooms, now):
                try:
                    await self._compare(room, since, now)
                except SlackRefused as error:
                    log.warning("a room cannot be compared with its history: %s", error.reason)
                except Exception:
                    log.exception("a room cannot be compared with its history")
        finally:
            self.looking = False
            self.touched.clear()

    async def _with_threads(self, rooms: Iterable[Room], now: datetime) -> list[Room]:
        """The rooms in which something was said, and the threads in them."""
        given = list(rooms)
        found = dict.fromkeys(room for room in given if not inbound.is_direct(room.channel))
        for channel in dict.fromkeys(room.channel for room in given):
            for place, _ in await self._stored(channel, now):
                found[Room(channel, place.thread)] = None
        return list(found)

    async def _stored(self, channel: str, now: datetime) -> Iterable[tuple[Place, UserRef]]:
        return await self.desks.heard(inbound.place(self.team, channel, message=f"{(now - WINDOW).timestamp():.6f}"))

    async def _compare(self, room: Room, since: float, now: datetime) -> None:
        stored = {  # asked for first: what is stored now must be in the history that is read next
            place.message: (place, who)
            for place, who in await self._stored(room.channel, now)
            if room.thread in (place.thread, place.message)
        }
        stretch = await self.history.stretch(room, (now - WINDOW).timestamp(), PAGES)
        for message in stretch.messages:
            await self._edited(room, message, since)
            await self._reacted(room, message, now)
        await self._deleted(room, stored, stretch)

    async def _edited(self, room: Room, message: Json, since: float) -> None:
        if float((message.get("edited") or {}).get("ts") or 0) <= since:
            return
        event = {"subtype": "message_changed", "channel": room.channel, "message": message}
        said = inbound.written(event, self.own)
        if said is not None:
            await self._take(said)

    async def _deleted(self, room: Room, stored: dict[str, tuple[Place, UserRef]], stretch: Stretch) -> None:
        there = {message["ts"]: message for message in stretch.messages}
        for ts, (place, who) in stored.items():
            if ts in there:
                gone = is_tombstone(there[ts])
            else:
                gone = stretch.first <= float(ts) <= stretch.last and not await self.history.has(room, ts)
            if gone:
                await self._take(Written(room.channel, who.id, who.realm, ts, place.thread, "", change="deleted"))

    async def _take(self, said: Written) -> None:
        async with self.lanes.lane((said.channel, said.user)):
            if (said.channel, said.ts) not in self.touched:
                await self.hear(said)

    async def _reacted(self, room: Room, message: Json, now: datetime) -> None:
        if datetime.fromtimestamp(float(message["ts"]), UTC) < now - MOST_REACTED or self.react is None:
            return
        thread = str(message.get("thread_ts") or "")
        for reaction in message.get("reactions") or ():
            if str(reaction.get("name")).partition("::")[0] in self.emoji:
                for user in reaction.get("users") or ():
                    item: dict[str, Any] = {"type": "message", "channel": room.channel, "ts": message["ts"]}
                    event = {"reaction": reaction["name"], "user": user, "item": item}
                    await self.react(event, thread or str(message["ts"]))
