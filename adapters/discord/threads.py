"""Threads, made once. They have no key that makes a repeated request harmless, so we look before we create: at what the
gateway told us of our own threads by that name. One that was made twice (an answer was lost, and discord.py asked
again) is found when the gateway tells of it, and removed.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Literal, TypeVar

import discord

from adapters.discord import errors
from adapters.discord.permissions import is_told_of

WEEK: Literal[10080] = 10080  # minutes until Discord archives what nobody writes in; the longest it takes
PRIVATE: Literal[12] = 12  # Discord's number for private threads
BAD_NAME = 50035  # also what a name is refused with that holds a word banned in Server Discovery
MOST_REMEMBERED = 1000  # threads made lately
IDLE = timedelta(days=1)  # in which nobody wrote, so a thread may sleep where there are too many
T = TypeVar("T")


class Threads:
    def __init__(self, client: discord.Client) -> None:
        self.client = client
        self.made: dict[tuple[int, str], int] = {}  # private ones and forum posts, by channel and name

    async def is_spare(self, thread: discord.Thread) -> bool:
        """Whether it was made twice, by a request whose answer was lost."""
        kept = self.made.get((thread.parent_id, thread.name))
        return kept is not None and kept != thread.id and thread.owner_id == self._me and not thread.message_count

    async def on(self, channel: int, message: int, name: str) -> bool:
        """False if the message is gone. The thread on a message can be made once only."""
        http = self.client.http
        try:
            await self.with_place(
                channel,
                lambda: http.start_thread_with_message(channel, message, name=name[:100], auto_archive_duration=WEEK),
            )
        except discord.HTTPException as error:
            if error.code not in (errors.THREAD_EXISTS, 10008):
                raise
            return error.code == errors.THREAD_EXISTS
        return True

    async def private(self, channel: int, name: str) -> int:
        if found := await self.found(channel, name):
            return self.remember(channel, name, found)
        try:
            made = await self._start_private(channel, name)
        except discord.HTTPException as error:
            if error.code != BAD_NAME:
                raise
            made = await self._start_private(channel, f"{name}b")
        return await self.keep_one(channel, name, made)

    async def keep_one(self, channel: int, name: str, made: int) -> int:
        """Remove what a request made whose answer was lost."""
        self.remember(channel, name, made)
        for spare in await self._ours(channel, name):
            if spare.id != made:
                await spare.delete()
        return made

    async def _start_private(self, channel: int, name: str) -> int:
        made = await self.with_place(
            channel,
            lambda: self.client.http.start_thread_without_message(
                channel, name=name[:100], type=PRIVATE, auto_archive_duration=WEEK, invitable=False
            ),
        )
        return int(made["id"])

    async def with_place(self, channel: int, start: Callable[[], Awaitable[T]]) -> T:
        """Start a thread; where the server has as many as it may, a thread of ours in which nobody wrote lately is put
        to sleep for it. It wakes when something happens in it."""
        try:
            return await start()
        except discord.HTTPException as error:
            if error.code != errors.TOO_MANY_THREADS or (idle := await self._idlest(channel)) is None:
                raise
        await self.client.http.edit_channel(idle.id, archived=True)
        return await start()

    async def _idlest(self, channel: int) -> discord.Thread | None:
        guild = getattr(self.client.get_channel(channel), "guild", None)
        awake = [t for t in await _threads(guild) if t.owner_id == self._me and not t.archived] if guild else []
        idle = min(awake, key=_last, default=None)
        before = discord.utils.utcnow() - IDLE
        return idle if idle is not None and discord.utils.snowflake_time(_last(idle)) < before else None

    async def found(self, channel: int, name: str) -> int | None:
        """A thread of ours by that name in which nobody has said anything: half of an attempt that was cut off."""
        return min((thread.id for thread in await self._ours(channel, name)), default=None)

    async def _ours(self, channel: int, name: str) -> list[discord.Thread]:
        home = self.client.get_channel(channel)
        if not isinstance(home, discord.TextChannel | discord.ForumChannel):
            return []
        there = [t for t in await _threads(home.guild) if t.parent_id == channel and t.name == name]
        return [t for t in there if t.owner_id == self._me and not t.message_count]

    def remember(self, channel: int, name: str, thread: int) -> int:
        self.made[channel, name] = thread
        if len(self.made) > MOST_REMEMBERED:
            del self.made[next(iter(self.made))]
        return thread

    @property
    def _me(self) -> int:
        return self.client.user.id if self.client.user else 0


async def _threads(guild: discord.Guild) -> Sequence[discord.Thread]:
    """Those that are not archived: as the gateway tells, or asked for where it tells us nothing."""
    return guild.threads if is_told_of(guild) else await guild.active_threads()


def _last(thread: discord.Thread) -> int:
    """The id of the newest message there, or of the thread itself: both tell when."""
    return thread.last_message_id or thread.id
