"""How far each conversation is handled, written down a moment later: what is behind is only looked at again."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import discord
from discord.utils import snowflake_time

from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Watched

EVERY = 1.0  # seconds between two writings
CLOCKS = timedelta(minutes=1)  # that ours and Discord's may differ by
HEARTBEAT = 60.0  # seconds between two notes that we are there at all
MOST_REMEMBERED = 50_000  # conversations
Write = Callable[[Sequence[Watched], datetime | None], Awaitable[None]]
log = logging.getLogger(__name__)


def a_moment_ago() -> int:
    """An id as of then, so far back that no clock's error makes us miss a message."""
    return discord.utils.time_snowflake(discord.utils.utcnow() - CLOCKS)


class Marks:
    """`write` keeps how far conversations are handled and, if it is told, until when everybody was heard. `busy` says
    whether something that was heard is not handled yet."""

    def __init__(self, write: Write, busy: Callable[[], bool]) -> None:
        self.write = write
        self.busy = busy
        self.handled: OrderedDict[str, int] = OrderedDict()  # by channel: the newest message
        self.changed: dict[str, Watched] = {}
        self.intake: set[str] = set()  # channels in which desks take in
        self.told = 0.0
        self.heard_until = 0  # an id as of then
        self.hearing = False  # whether the gateway tells us everything now

    def known(self, channel: int) -> int | None:
        """The message up to which all of that channel is handled; None if we know nothing of it."""
        return self.handled.get(str(channel))

    def learn(self, watched: Watched) -> None:
        """What was written down before."""
        if not (watched.place.direct or watched.place.thread):
            self.intake.add(watched.place.conversation)
        if watched.after:
            channel = watched.place.thread or watched.place.conversation
            self.handled[channel] = max(int(watched.after), self.handled.get(channel, 0))

    async def begin(self, place: Place, who: UserRef, after: int) -> None:
        """Write a private conversation down at once. Raises what went wrong: then nothing in it may be handled yet."""
        await self.write([Watched(place, str(after), who)], None)
        self.handled[place.conversation] = after

    def note(self, place: Place, author: Watched) -> None:
        """A message was handled. Rooms of tickets are not written down here: their timeline tells."""
        channel = place.thread or place.conversation
        self.handled[channel] = max(int(author.after), self.handled.get(channel, 0))
        self.handled.move_to_end(channel)
        if len(self.handled) > MOST_REMEMBERED:
            self.handled.popitem(last=False)
        if place.direct or (not place.thread and place.conversation in self.intake):
            self.changed[place.conversation] = author

    async def keep(self) -> None:
        """Write them down for ever."""
        while True:
            await asyncio.sleep(EVERY)
            await self.flush()

    async def flush(self, *, last: bool = False) -> None:
        changed, self.changed = self.changed, {}
        if self.hearing and not self.busy():
            self.heard_until = a_moment_ago()
        due = self.heard_until and (last or time.monotonic() - self.told >= HEARTBEAT)
        if not changed and not due:
            return
        try:
            await self.write(list(changed.values()), snowflake_time(self.heard_until) if due else None)
            self.told = time.monotonic() if due else self.told
        except Exception:  # a mark that is behind costs a second look, nothing else
            log.exception("it could not be written down how far conversations are handled")
            self.changed = changed | self.changed
