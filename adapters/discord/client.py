"""The connection to Discord's gateway: who is told what. It does nothing slow itself."""

from typing import Any, Protocol

import discord

from adapters.discord.inbound import Interaction


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


def intents(*, message_content: bool, members: bool = False) -> discord.Intents:
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        message_content=message_content,
        members=members,
    )


class Gateway(discord.Client):
    def __init__(self, listener: Listener, asked: discord.Intents, **options: Any) -> None:
        super().__init__(
            intents=asked,
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,  # messages are kept in the database, not in memory
            max_ratelimit_timeout=30.0,  # seconds; longer waits are the courier's, so that others go on
            **options,
        )
        self.listener = listener

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

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What an event carries is somebody's, so only our own error is logged."""
        discord.client._log.exception("%s failed", event_method)
