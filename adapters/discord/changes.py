"""What was edited or deleted while we were not there: Discord tells nobody afterwards, so it is looked for.

After each new connection (a resumed one tells by itself) the last week of every conversation is compared with what is
stored of it. That is done in the conversation's lane, so what is heard meanwhile comes after it and wins. A message
counts as deleted when it is missing in a stretch of history that was read without a gap, and missing again when it
alone is asked for. What was taken in before has the same event id, so it is not taken in twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial

import discord

from adapters.discord.lanes import Lanes
from adapters.discord.memory import Memory
from adapters.discord.messages import Messages
from adapters.discord.places import PLATFORM, room
from bot.inbound import Place
from bot.ports import Spot, Watched

WINDOW = timedelta(days=7)  # less than handled events are remembered
MOST_READ = 1000  # messages of one conversation, ten pages
AT_ONCE = 4  # conversations read side by side
log = logging.getLogger(__name__)
Gone = Callable[[Spot], Awaitable[None]]


class Changes:
    """`gone` is told of a thread that is not there any more."""

    def __init__(self, client: discord.Client, lanes: Lanes, messages: Messages, memory: Memory, gone: Gone) -> None:
        self.client = client
        self.lanes = lanes
        self.messages = messages
        self.memory = memory
        self.gone = gone
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def begin(self, watched: Iterable[Watched], *, guild: int | None = None) -> None:
        """Have every conversation compared in which something was said lately; with a `guild`, only those there."""
        since = discord.utils.time_snowflake(discord.utils.utcnow() - WINDOW)
        for conversation, direct in sorted({(each.place.conversation, each.place.direct) for each in watched}):
            if self.client.is_closed():
                return
            found = self.client.get_channel(int(conversation))
            there = found.guild.id if isinstance(found, discord.abc.GuildChannel) else None
            if guild in (None, there) and (direct or there):
                await self._begin_one(Place(PLATFORM, "", conversation, message=str(since), direct=direct), there)

    async def _begin_one(self, after: Place, guild: int | None) -> None:
        try:
            heard = await self.memory.heard(after)
        except Exception:
            log.exception("it cannot be read what is stored of a conversation")
            return
        rooms: dict[str, set[int]] = {}
        for at, _ in heard:
            rooms.setdefault("" if after.direct else at.thread, set()).add(int(at.message))
        for thread, messages in rooms.items():
            here = Spot(after.conversation, thread, "")
            self.lanes.put(str(room(here)), partial(self._compared, here, guild, messages, int(after.message)))

    async def _compared(self, here: Spot, guild: int | None, stored: set[int], since: int) -> None:
        """It stops nothing: what comes next is more important than what was."""
        try:
            async with self.turns:
                await self._compare(self.client.get_partial_messageable(room(here), guild_id=guild), stored, since)
        except discord.NotFound:
            if here.thread:
                await self.gone(here)
        except discord.Forbidden:
            log.info("a conversation is not ours to read any more")
        except Exception:
            log.exception("a conversation cannot be compared with its history")

    async def _compare(self, place: discord.PartialMessageable, stored: set[int], since: int) -> None:
        after, there = discord.Object(since), set[int]()
        async for message in place.history(after=after, limit=MOST_READ, oldest_first=False):
            there.add(message.id)
            if message.edited_at is not None and self.messages.readable(message):
                await self.messages.edited(message)
        first = min(there, default=since) if len(there) >= MOST_READ else since
        for id in sorted(stored - there):
            if id > first and await self._is_gone(place, id):
                await self.messages.deleted(id, place.id, place.guild_id)

    @staticmethod
    async def _is_gone(place: discord.PartialMessageable, id: int) -> bool:
        try:
            await place.fetch_message(id)
        except discord.NotFound:
            return True
        return False
