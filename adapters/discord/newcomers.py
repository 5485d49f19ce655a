"""Who wrote to us in private for the first time, or left, while we were not there.

Discord does not list a bot's private conversations. Of a person who is known, the conversation can be asked for, and
says what the newest message in it is. Whether one person is in a server can be asked without any privileged intent;
who is in it, all of them, only with one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import discord

from adapters.discord.catching_up import CatchingUp
from adapters.discord.memory import Memory
from adapters.discord.people import ref
from adapters.discord.places import PLATFORM, number
from bot.inbound import Actor, MembershipChanged, Place
from bot.message import UserRef

MOST_MEMBERS = 1000  # of a server, whose private messages are looked for after an absence
PAUSE = 0.2  # seconds between two private conversations that we ask for: opening many quickly looks like spam
AGAIN = timedelta(days=7)  # somebody who is not there is not told of again before that
log = logging.getLogger(__name__)
Take = Callable[[MembershipChanged], Awaitable[object]]


class Newcomers:
    """`members`: the server members intent is on. `take` handles what is found of those who left."""

    def __init__(
        self, client: discord.Client, catching_up: CatchingUp, memory: Memory, take: Take, *, members: bool
    ) -> None:
        self.client = client
        self.catching_up = catching_up
        self.memory = memory
        self.take = take
        self.members = members
        self.looking: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """After an absence, beside everything else."""
        if self.client.is_closed():
            return
        if self.catching_up.since and (self.looking is None or self.looking.done()):
            self.looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        if self.looking is not None:
            self.looking.cancel()
            await asyncio.wait({self.looking})

    async def _look(self) -> None:
        try:
            async for user in self._who():
                await self._meet(user)
                await asyncio.sleep(PAUSE)
            for who, spot in await self.memory.visitors():
                await self._visit(who, number(spot.conversation))
        except Exception:
            log.exception("it cannot be looked for who came or went meanwhile")

    async def _who(self) -> AsyncIterator[int]:
        """Everybody with whom a private conversation may have begun."""
        met = set(self.catching_up.private_with)
        for known in () if self.client.shard_id else await self.memory.acquaintances():  # once, not in every shard
            if known not in met:
                met.add(known)
                yield number(known.id)
        for guild in self.client.guilds if self.members else ():
            async for member in guild.fetch_members(limit=MOST_MEMBERS):
                if not member.bot and ref(member.id) not in met:
                    met.add(ref(member.id))
                    yield member.id

    async def _meet(self, user: int) -> None:
        try:
            channel = await self.client.http.start_private_message(user)
        except discord.HTTPException:
            return
        self.catching_up.found(int(channel["id"]), user, int(channel["last_message_id"] or 0))

    async def _visit(self, who: UserRef, channel: int) -> None:
        found = self.client.get_channel(channel)
        if not isinstance(found, discord.abc.GuildChannel) or found.guild.get_member(number(who.id)):
            return
        try:
            await found.guild.fetch_member(number(who.id))
        except discord.NotFound:
            await self.take(left(who, found.guild.id))
        except discord.HTTPException:
            log.info("it cannot be asked who is still in a server")


def left(who: UserRef, guild: int) -> MembershipChanged:
    """The same for a week, because nobody remembers that it was told."""
    week = int(discord.utils.utcnow().timestamp() // AGAIN.total_seconds())
    id = f"{PLATFORM}:{guild}:{who.id}:away:{week}"
    return MembershipChanged(id, Actor(who, ""), Place(PLATFORM, str(guild), ""))
