"""What was said while we were not there, read from history before anything newer of the same conversation.

Discord delivers again only what a resumed session missed, and says itself that events may never come. So after every
connection each conversation is read from where we know it to be handled; what comes in meanwhile waits behind.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

import discord

from adapters.discord.lanes import Lanes
from adapters.discord.marks import Marks, a_moment_ago
from adapters.discord.people import ref
from adapters.discord.places import private
from bot.message import UserRef
from bot.ports import Watched

AT_ONCE = 8  # conversations read side by side
log = logging.getLogger(__name__)
Look = Callable[[], Awaitable[tuple[Sequence[Watched], datetime | None]]]
Take = Callable[[discord.Message], Awaitable[None]]


class CatchingUp:
    """`look` tells what there is to watch, and until when everybody was heard; `take` handles a message that history
    tells of."""

    def __init__(self, client: discord.Client, lanes: Lanes, marks: Marks, look: Look, take: Take) -> None:
        self.client = client
        self.lanes = lanes
        self.marks = marks
        self.look = look
        self.take = take
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.since = 0  # a message from before we were away: what is newer in private was not heard
        self.watched: Sequence[Watched] = ()  # as of the last connection
        self.unread: set[int] = set()  # private conversations that may have begun while we were away

    async def begin(self, *, resumed: bool, guild: int | None = None) -> None:
        """Put what was missed in front of what has come since, and let all of it be handled. With a `guild`, only what
        was missed there."""
        watched, heard_until = await self._watched()
        self.since = self.since or (discord.utils.time_snowflake(heard_until) if heard_until else 0)
        if not self.since:  # we were never here before: what is said from now on is heard
            self.marks.heard_until = a_moment_ago()
        self.watched = [each for each in watched if self._is_ours(each)]
        for each in self.watched:
            if guild in (None, self._guild(each)):
                self._begin_one(each, resumed)
        if guild is None:
            self.lanes.open_gate()

    @property
    def private_with(self) -> Sequence[UserRef]:
        return [each.who for each in self.watched if each.who]

    async def _watched(self) -> tuple[Sequence[Watched], datetime | None]:
        """Tried for ever: until it is known what was missed, nothing newer may be handled."""
        while True:
            try:
                return await self.look()
            except Exception:
                log.exception("it cannot be read what there is to catch up")
                await asyncio.sleep(1)

    async def meet(self, channel: int, who: UserRef, after: int) -> None:
        """A private conversation. One of which nothing is known is written down before anything in it is handled: if we
        are killed a moment later, whoever comes after us reads it. It may have begun while we were away, so it is read
        from there on; otherwise all up to `after` was heard."""
        if self.marks.known(channel) is None:
            await self.marks.begin(private(channel), who, self.since or after)
            if self.since:
                self.unread.add(channel)
        if channel in self.unread:
            await self._read(channel, None, self.marks.known(channel) or self.since)
            self.unread.discard(channel)

    async def opened(self, channel: int, user: int) -> None:
        """We are about to speak first in a private conversation: the answer may come while nobody listens."""
        if self.marks.known(channel) is None:
            self.lanes.put(str(channel), partial(self.meet, channel, ref(user), a_moment_ago()))

    def found(self, channel: int, user: int, last: int) -> None:
        """A private conversation whose newest message we know: it is read if that was said while we were away."""
        if last > self.since and self.marks.known(channel) is None:
            self.lanes.put(str(channel), partial(self.meet, channel, ref(user), last))

    def _begin_one(self, each: Watched, resumed: bool) -> None:
        self.marks.learn(each)
        channel = int(each.place.thread or each.place.conversation)
        after, last = self.marks.known(channel) or self.since, self._last(channel)
        if not after:  # we were never here before, and begin with what is said from now on
            return
        if resumed or last is None or last > after:
            self.lanes.put(str(channel), partial(self._read, channel, self._guild(each), after), first=True)

    def _is_ours(self, watched: Watched) -> bool:
        """Of several shards each is told of its servers, and the first one of private conversations."""
        if (self.client.shard_count or 1) == 1:
            return True
        return not self.client.shard_id if watched.place.direct else self._guild(watched) is not None

    def _guild(self, each: Watched) -> int | None:
        found = self.client.get_channel(int(each.place.conversation))
        guild = getattr(found, "guild", None)
        return guild.id if guild else None

    def _last(self, channel: int) -> int | None:
        """The newest message there, as the gateway told when we identified; None where it tells nothing."""
        found = self.client.get_channel(channel)
        return getattr(found, "last_message_id", None)

    async def _read(self, channel: int, guild: int | None, after: int) -> None:
        """Raises what stands in the way, so that it is tried again before anything newer is handled."""
        place = self.client.get_partial_messageable(channel, guild_id=guild)
        async with self.turns:
            try:
                async for message in place.history(after=discord.Object(after), limit=None, oldest_first=True):
                    await self.take(message)
            except (discord.NotFound, discord.Forbidden):
                log.info("a conversation is gone, or not ours to read any more")
