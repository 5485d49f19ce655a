"""The connection to Discord's gateway: who is told what. It does nothing slow itself."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord

from adapters.discord.inbound import Interaction
from adapters.discord.lifecycle import Lifecycle
from adapters.discord.pace import LONGEST_WAIT
from bot.inbound import Event


class Listener(Protocol):
    """What `DiscordChat` does with what the gateway says. Nothing here may block."""

    async def connected(self, *, resumed: bool) -> None: ...
    def disconnected(self) -> None: ...
    async def acted(self, interaction: Interaction) -> None: ...
    def posted(self, message: discord.Message) -> None: ...
    def edited(self, message: discord.Message) -> None: ...
    def deleted(self, message: int, channel: int, guild: int | None) -> None: ...
    async def thread_made(self, thread: discord.Thread) -> None: ...
    async def thread_gone(self, thread: discord.RawThreadDeleteEvent) -> None: ...
    async def started(self) -> None: ...
    def happened(self, guild: int, event: Event | None) -> None: ...
    def server_back(self, guild: int) -> None: ...
    async def typing(self, who: int, channel: int, guild: int | None) -> None: ...


Turn = Callable[[bool], Awaitable[None]]


async def at_any_time(initial: bool) -> None:
    """Waits for nobody: there is one connection."""


def intents(*, message_content: bool, members: bool = False) -> discord.Intents:
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        guild_typing=True,
        dm_typing=True,
        message_content=message_content,
        members=members,
    )


class Gateway(discord.Client):
    def __init__(self, listener: Listener, asked: discord.Intents, **options: Any) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
        super().__init__(
            intents=asked,
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,  # messages are kept in the database, not in memory
            max_ratelimit_timeout=LONGEST_WAIT,
            **options,
        )
        self.listener = listener
        self.lifecycle = Lifecycle()
        self.away = set[int]()  # servers that Discord cannot reach
        self.turn: Turn = at_any_time

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await super().before_identify_hook(shard_id, initial=initial)
        await self.turn(initial)

    async def setup_hook(self) -> None:
        await self.listener.started()

    async def on_ready(self) -> None:
        await self.listener.connected(resumed=False)

    async def on_resumed(self) -> None:
        await self.listener.connected(resumed=True)

    async def on_disconnect(self) -> None:
        self.listener.disconnected()

    async def on_interaction(self, interaction: Interaction) -> None:
        await self.listener.acted(interaction)

    async def on_message(self, message: discord.Message) -> None:
        self.listener.posted(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        if event.message.edited_at is not None:  # otherwise Discord only added a preview
            self.listener.edited(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.listener.deleted(event.message_id, event.channel_id, event.guild_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        for message in event.message_ids:
            self.listener.deleted(message, event.channel_id, event.guild_id)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        await self.listener.thread_made(thread)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        await self.listener.thread_gone(event)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.listener.happened(channel.guild.id, self.lifecycle.channel_gone(channel))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.listener.happened(guild.id, self.lifecycle.server_gone(guild.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.listener.server_back(guild.id)

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self.away.add(guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        if guild.id in self.away:  # it says so of every server when we connect as well
            self.listener.server_back(guild.id)
        self.away.discard(guild.id)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        self.listener.happened(role.guild.id, self.lifecycle.role_gone(role))

    async def on_member_join(self, member: discord.Member) -> None:
        self.listener.happened(member.guild.id, self.lifecycle.moved(member, member.guild.id, back=True))

    async def on_raw_member_remove(self, event: discord.RawMemberRemoveEvent) -> None:
        self.listener.happened(event.guild_id, self.lifecycle.moved(event.user, event.guild_id, back=False))

    async def on_raw_typing(self, event: discord.RawTypingEvent) -> None:
        await self.listener.typing(event.user_id, event.channel_id, event.guild_id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What an event carries is somebody's, so only our own error is logged."""
        discord.client._log.exception("%s failed", event_method)
