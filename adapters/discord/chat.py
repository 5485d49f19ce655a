"""Discord as a chat platform."""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord import commands, words
from adapters.discord.acting import Acting, Suggest
from adapters.discord.addresses import pointed_at
from adapters.discord.answers import Answers
from adapters.discord.attachments import Attachments
from adapters.discord.catching_up import CatchingUp, Look
from adapters.discord.changes import Changes
from adapters.discord.client import Gateway, intents
from adapters.discord.delivery import Delivery
from adapters.discord.hosts import way_out
from adapters.discord.inbound import Interaction
from adapters.discord.lanes import Lanes
from adapters.discord.login import log_in
from adapters.discord.marks import Marks, Write, a_moment_ago
from adapters.discord.memory import NO_MEMORY, Memory
from adapters.discord.messages import Messages
from adapters.discord.newcomers import Newcomers
from adapters.discord.pace import Pace
from adapters.discord.people import NOBODY, ref
from adapters.discord.places import PLATFORM, Places, in_guild
from adapters.discord.spoken import Spoken
from adapters.discord.typing import SeenTyping, Typing
from adapters.outgoing import Outgoing
from bot.effects import Effect
from bot.errors import Problem
from bot.inbound import Event, Place, RoomGone
from bot.ports import Files, Handle, Spot, TryLater
from bot.router import Router

PATIENCE = 10.0  # seconds a delivery waits for the connection before it is put off
MORE_SHARDS = 4011  # how Discord closes a connection for which the bot is in too many servers


class DiscordChat:
    """`suggest` completes what somebody types into an option; `seen_typing` tells who sees that somebody does.
    `options` are for discord.py's client; `pace` is that of all clients with this token."""

    platform = PLATFORM

    def __init__(
        self,
        router: Router,
        files: Files,
        token: str,
        *,
        suggest: Suggest,
        watched: Look,
        write_marks: Write,
        seen_typing: SeenTyping | None = None,
        memory: Memory = NO_MEMORY,
        api_url: str = "",
        gateway_url: str = "",
        message_content: bool = True,
        members: bool = False,
        options: Mapping[str, Any] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.router = router
        self.files = files
        self.token = token
        self.suggest = suggest
        self.pointed_at = pointed_at(api_url, gateway_url)
        self.message_content = message_content
        self.members = members
        asked, trace = intents(message_content=message_content, members=members), (pace or Pace()).trace()
        self.client = Gateway(self, asked, http_trace=trace, **(options or {}))
        self.places = Places(self.client)
        self.delivery = Delivery(self.client, files, self.places)
        self.answers = Answers(self.delivery.posting, self.delivery.private_channel)
        self.lanes = Lanes()
        self.marks = Marks(write_marks, lambda: self.lanes.busy)
        self.egress = way_out(api_url, gateway_url)
        attachments = Attachments(files, self.egress, self.pointed_at.files_at)
        self.messages = Messages(
            self.client, files, Spoken(router), attachments, self.places, self.marks, self.answers,
            message_content=message_content,
        )  # fmt: skip
        self.catching_up = CatchingUp(self.client, self.lanes, self.marks, watched, self.messages.said)
        self.changes = Changes(self.client, self.lanes, self.messages, memory, self.found_gone)
        self.newcomers = Newcomers(self.client, self.catching_up, memory, self._handled, members=members)
        self.delivery.found_gone = self.found_gone
        self.delivery.opened = self.catching_up.opened
        self.relay_typing = Typing(self.client, self.delivery, seen_typing) if seen_typing else None
        self.acting = Acting(self.client, router, suggest, self.messages, self.answers)
        self.up = asyncio.Event()
        self.handle: Handle

    async def run(self, handle: Handle) -> None:
        """Raises `Problem` if Discord refuses the token or the intents."""
        self.handle = self.messages.handle = handle
        try:
            with self.pointed_at:
                async with self.client:
                    keeping = asyncio.create_task(self.marks.keep())
                    try:
                        await log_in(self.client, self.token, lambda: Outgoing(self.egress, limit=0))
                        await self.client.connect()
                    finally:
                        keeping.cancel()
        except discord.LoginFailure as error:
            raise Problem(words.WRONG_TOKEN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise Problem(words.no_intents(message_content=self.message_content, members=self.members)) from error
        except discord.ConnectionClosed as error:
            if error.code != MORE_SHARDS:
                raise
            raise Problem(words.MORE_SHARDS) from error
        finally:
            await self.newcomers.stop()
            await self.lanes.stop()
            await self.marks.flush(last=True)

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        await soon(self.up)
        return await self.delivery.deliver(effect, at, token)

    async def is_connected(self) -> bool:
        return self.up.is_set() and self.marks.hearing

    # What the gateway says

    async def started(self) -> None:
        """Logged in, not connected yet. One of several shards leaves it to who delivers to tell what we can do."""
        if self.client.shard_count is None:
            await tell_commands(self.client, self.router)

    async def connected(self, *, resumed: bool) -> None:
        self.up.set()
        self.messages.members.clear()
        await self.marks.flush()  # or a conversation of the last second is not among those that are read again
        self.marks.hearing = True
        await self.catching_up.begin(resumed=resumed)
        await self.marks.flush()  # killed before the first second is over, we were here all the same
        if not resumed:
            everywhere = (self.client.shard_count or 1) == 1
            guilds = [guild.id for guild in self.client.guilds]
            self.happened(0, self.client.lifecycle.servers_there(guilds, all=everywhere))
            await self.changes.begin(self.catching_up.watched)
            self.newcomers.begin()

    def disconnected(self) -> None:
        self.lanes.close_gate()
        if self.marks.hearing:
            self.marks.hearing = False
            self.catching_up.since = self.marks.heard_until = a_moment_ago()

    def posted(self, message: discord.Message) -> None:
        self.lanes.put(str(message.channel.id), lambda: self._said(message))

    def edited(self, message: discord.Message) -> None:
        if self.messages.readable(message):
            self.lanes.put(str(message.channel.id), lambda: self.messages.edited(message))

    def deleted(self, message: int, channel: int, guild: int | None) -> None:
        self.lanes.put(str(channel), lambda: self.messages.deleted(message, channel, guild))

    async def acted(self, interaction: Interaction) -> None:
        await self.acting.acted(interaction)

    async def thread_made(self, thread: discord.Thread) -> None:
        if await self.delivery.rooms.threads.is_spare(thread):
            await thread.delete()

    async def thread_gone(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread of a ticket, perhaps; the core knows."""
        self.places.parents.pop(thread.thread_id, None)
        event = room_gone(in_guild(thread.guild_id, thread.thread_id, thread.parent_id))
        self.lanes.put(str(thread.thread_id), lambda: self._handled(event))

    async def found_gone(self, there: Spot) -> None:
        await self.handle(room_gone(Place(PLATFORM, "", there.conversation, there.thread)))

    def happened(self, guild: int, event: Event | None) -> None:
        """In a server, in the order in which it is told. None if it is known already."""
        if event is not None:
            self.lanes.put(str(guild), lambda: self._handled(event))

    def server_back(self, guild: int) -> None:
        """We were away from it, so what was said there meanwhile is read."""
        self.lanes.put(str(guild), lambda: self._back(guild))

    async def _back(self, guild: int) -> None:
        await self._handled(self.client.lifecycle.servers_there([guild]))
        await self.catching_up.begin(resumed=True, guild=guild)
        await self.changes.begin(self.catching_up.watched, guild=guild)

    async def typing(self, who: int, channel: int, guild: int | None) -> None:
        if self.relay_typing is not None:
            await self.relay_typing.typing(who, channel, guild)

    async def _handled(self, event: Event) -> None:
        await self.handle(event)

    async def _said(self, message: discord.Message) -> None:
        if message.guild is None and not message.author.bot:
            await self.catching_up.meet(message.channel.id, ref(message.author.id), message.id - 1)
        await self.messages.said(message)


async def soon(up: asyncio.Event) -> None:
    """Wait for the connection, but not for long. Raises `TryLater`."""
    if not up.is_set():
        try:
            await asyncio.wait_for(up.wait(), PATIENCE)
        except TimeoutError as error:
            raise TryLater(reason=words.NOT_CONNECTED) from error


async def tell_commands(client: discord.Client, router: Router) -> None:
    """The same ones again change nothing."""
    declared: list[dict[str, Any]] = commands.declared(router)
    await client.http.bulk_upsert_global_commands(client.application_id or 0, declared)


def room_gone(place: Place) -> RoomGone:
    """The same however often, and in whatever way, we hear of it."""
    return RoomGone(f"{PLATFORM}:{place.thread}:gone", NOBODY, place)
