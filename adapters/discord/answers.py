"""Showing the bot's answer to whoever acted: as long as their interaction lives, and in private messages after that."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from adapters.discord import words
from adapters.discord.custom_ids import packed
from adapters.discord.forms import modal
from adapters.discord.inbound import Interaction
from adapters.discord.posting import Posting, in_parts
from adapters.discord.render import rendered, view
from adapters.discord.uploads import MOST, batches
from bot.language import here, reading
from bot.message import Button, Form, Message, Style, say
from bot.ports import Ask, Reply, Say

log = logging.getLogger(__name__)
EXPIRED = frozenset({10062, 10015, 50027})  # unknown interaction, webhook or token: it came too late
ANSWERED = 40060  # already, by another process that heard the same
UNDONE = "❌"


class Answers:
    def __init__(self, posting: Posting, private: Callable[[int], Awaitable[int]]) -> None:
        self.posting = posting
        self.private = private

    async def begin(self, interaction: Interaction) -> None:
        """Say that we are at it, seen by nobody else."""
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
        except discord.HTTPException as error:
            if error.code not in EXPIRED | {ANSWERED}:
                raise
            log.warning("Discord did not wait for us")

    async def show(self, reply: Reply, interaction: Interaction) -> None:
        """What is not answered would stay "thinking" for ever."""
        match reply:
            case Ask(form=form):
                await self._ask(form, interaction)
            case Say(message=message, public=public):
                await self._say(message, interaction, public=public)
            case None if interaction.response.is_done():
                await self._quietly(interaction.delete_original_response())
            case None:
                await self._nothing(interaction)

    async def tell(self, reply: Reply, message: discord.Message) -> None:
        """The answer to a message. Only its author is to read it, so it goes to their private messages."""
        shown = reply.message if isinstance(reply, Say) else form_button(reply.form) if isinstance(reply, Ask) else None
        if shown is None:
            return
        try:
            channel = message.channel.id if message.guild is None else await self.private(message.author.id)
            await self.posting.send(channel, shown, f"answer-{message.id}"[:25])
        except discord.Forbidden:
            await self._quietly(message.add_reaction(UNDONE))

    async def _ask(self, form: Form, interaction: Interaction) -> None:
        """A form can only be the first answer; where it is too late for one, a button opens it."""
        if interaction.response.is_done():
            return await self._say(form_button(form), interaction)
        try:
            await interaction.response.send_modal(modal(form))
        except discord.HTTPException as error:
            if error.code not in EXPIRED:
                raise
            await self._late(form_button(form), interaction)

    async def _say(self, message: Message, interaction: Interaction, *, public: bool = False) -> None:
        shown = rendered(message)
        limit = getattr(interaction, "filesize_limit", 0) or self.posting.limit(interaction.channel_id or 0)
        first, *more = batches(message.files, limit, MOST - bool(shown.attached))
        what: dict[str, Any] = {
            "content": shown.content,
            "embeds": [*shown.embeds, *in_parts(message, limit)],
            "view": view(message),
            "allowed_mentions": shown.allowed,
            "files": [*await self.posting.opened(first), *self.posting.overflow(shown)],
            "ephemeral": not public,
        }
        try:
            if not interaction.response.is_done():
                await interaction.response.send_message(**what)
            else:
                if public:
                    await interaction.delete_original_response()
                await interaction.followup.send(**what)
            for batch in more:
                await interaction.followup.send(files=await self.posting.opened(batch), ephemeral=not public)
        except discord.HTTPException as error:
            if error.code not in EXPIRED:
                raise
            await self._late(message, interaction)

    async def _late(self, message: Message, interaction: Interaction) -> None:
        try:
            channel = await self.private(interaction.user.id)
            await self.posting.send(channel, message, f"late-{interaction.id}"[:25])
        except discord.HTTPException:
            log.warning("an answer came too late and could not be given in private either")

    async def _nothing(self, interaction: Interaction) -> None:
        """There is nothing to say, as to an event that was handled before; but a command has to be answered."""
        if interaction.type is discord.InteractionType.component:
            return await self._quietly(interaction.response.defer())
        await self.begin(interaction)
        await self._quietly(interaction.delete_original_response())
        return None

    async def _quietly(self, doing: Awaitable[object]) -> None:
        try:
            await doing
        except discord.HTTPException:
            log.debug("an answer could not be taken back")


def form_button(form: Form) -> Message:
    """A button that opens a form, where a form itself cannot be shown."""
    packed(form.action, form.arg)
    with reading(form.language):
        button = Button(here(words.OPEN_FORM), form.action, form.arg, Style.PRIMARY)
        return Message((f"{form.title}. {here(words.FILL_IN)}",), buttons=(button,))


def failed(language: str) -> Say:
    with reading(language):
        return Say(say(here(words.NOT_STORED)))
