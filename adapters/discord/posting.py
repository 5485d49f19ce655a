"""Saying, rewriting and taking back, in channels that may be asleep."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import discord

from adapters.discord import errors, uploads, words
from adapters.discord.markdown import one_line
from adapters.discord.render import Rendered, rendered, view
from bot.effects import Seek
from bot.language import reading
from bot.message import Mark, Message
from bot.ports import Files
from bot.process.peers import still_ours

T = TypeVar("T")
MOST_READ = 2000  # messages of the time in which something was tried


class Posting:
    def __init__(self, client: discord.Client, files: Files) -> None:
        self.client = client
        self.files = files

    async def send(
        self, channel: int, message: Message, token: str, *, answering: int | None = None
    ) -> discord.Message:
        """The same token twice makes one message, as long as Discord remembers the first (some minutes).

        It may be said as the answer to another message there.
        """
        shown = rendered(message)
        attached, left = await self._attached(message, shown, channel)
        try:
            return await self._send(channel, shown, message, attached, left, token, answering)
        except discord.HTTPException as error:
            if error.code != errors.TOO_LARGE or not message.files:
                raise
        left = ", ".join(file.name for file in message.files)
        return await self._send(channel, shown, message, [], left, token, answering)

    async def find(self, channel: int, what: Seek) -> str | None:
        """The id of what was given up, if it is there. Discord keeps no nonce: it is known by how it looks."""
        shown, me = rendered(what.message), self.client.user
        history = self.client.get_partial_messageable(channel).history
        async for found in history(limit=MOST_READ, after=what.since, before=what.until):
            if me and found.author.id == me.id and str(found.id) not in what.known and _looks_like(found, shown):
                return str(found.id)
        return None

    async def rewrite(self, channel: int, id: int, message: Message) -> None:
        shown = rendered(message)
        attached, left = await self._attached(message, shown, channel)
        old = self.partial(channel, id)
        what: dict[str, Any] = {
            "content": shown.content or None,
            "embeds": _with(shown.embeds, left, message.language),
            "attachments": attached,
            "view": view(message),
            "allowed_mentions": shown.allowed,
        }
        await self.awake(channel, lambda: old.edit(**what))

    async def remove(self, channel: int, id: int) -> None:
        try:
            await self.awake(channel, self.partial(channel, id).delete)
        except discord.NotFound:
            return  # gone already, or with its channel

    async def awake(self, channel: int, act: Callable[[], Awaitable[T]]) -> T:
        """Do it, and if the thread is archived wake it, do it, and let it sleep again."""
        try:
            return await act()
        except discord.HTTPException as error:
            if error.code != errors.ARCHIVED:
                raise
        before = await self.client.fetch_channel(channel)
        locked = isinstance(before, discord.Thread) and before.locked
        await self.client.http.edit_channel(channel, archived=False, locked=False)
        try:
            return await act()
        finally:
            await self.client.http.edit_channel(channel, archived=True, locked=locked)

    async def answer(self, channel: int, id: int, reason: str, token: str) -> None:
        """Say under a message what became of it, to nobody's alarm."""
        text = f"{words.SIGNS[Mark.FAILED]} {one_line(reason)}"
        await self.partial(channel, id).reply(
            text, nonce=token, mention_author=False, allowed_mentions=discord.AllowedMentions.none()
        )

    def partial(self, channel: int, id: int) -> discord.PartialMessage:
        return self.client.get_partial_messageable(channel).get_partial_message(id)

    async def _send(
        self,
        channel: int,
        shown: Rendered,
        message: Message,
        attached: list[discord.File],
        left: str,
        token: str,
        answering: int | None,
    ) -> discord.Message:
        where = self.client.get_partial_messageable(channel)
        more: dict[str, Any] = {}
        if answering:
            more["reference"] = where.get_partial_message(answering).to_reference(fail_if_not_exists=False)
        still_ours()
        return await where.send(
            shown.content or None,
            embeds=_with(shown.embeds, left, message.language),
            files=attached,
            view=view(message),
            nonce=token,
            allowed_mentions=shown.allowed,
            **more,
        )

    async def _attached(self, message: Message, shown: Rendered, channel: int) -> tuple[list[discord.File], str]:
        room = uploads.MOST - bool(shown.attached)
        taken, left = uploads.parts(message.files, self.limit(channel), room)
        files = await asyncio.to_thread(uploads.opened, taken, self.files) if taken else []
        return self.overflow(shown) + files, left

    @staticmethod
    def overflow(shown: Rendered) -> list[discord.File]:
        """The whole text as a file, where it fits into no message."""
        return [uploads.text(shown.attached)] if shown.attached else []

    def limit(self, channel: int) -> int:
        """Bytes a file may have there."""
        found = self.client.get_channel(channel)
        guild = getattr(found, "guild", None)
        return guild.filesize_limit if isinstance(guild, discord.Guild) else uploads.SMALLEST_LIMIT


def _with(embeds: list[discord.Embed], left: str, language: str) -> list[discord.Embed]:
    """With a word about files that cannot be shown."""
    with reading(language):
        return [*embeds, discord.Embed(description=words.left_out(one_line(left))[:400])] if left else embeds


def _looks_like(found: discord.Message, shown: Rendered) -> bool:
    wanted = [(embed.title, embed.description) for embed in shown.embeds]
    there = [(embed.title, embed.description) for embed in found.embeds[: len(wanted)]]
    return found.content.strip() == shown.content.strip() and there == wanted
