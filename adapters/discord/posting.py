"""Saying, rewriting and taking back, in channels that may be asleep."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import discord

from adapters.discord import errors, uploads, words
from adapters.discord.markdown import one_line
from adapters.discord.places import Sent
from adapters.discord.render import Rendered, rendered, view
from bot.effects import Seek
from bot.language import reading
from bot.message import Mark, Message
from bot.ports import Files
from bot.process.peers import still_ours

T = TypeVar("T")
MOST_READ = 2000  # messages of the time in which something was tried
LONGEST_TOKEN = 25  # characters of a nonce


class Posting:
    def __init__(self, client: discord.Client, files: Files) -> None:
        self.client = client
        self.files = files
        self.woken: dict[int, bool] = {}  # threads that are to sleep again, and whether locked

    async def send(self, channel: int, message: Message, token: str, *, answering: int | None = None) -> Sent:
        """The same token twice makes one message, as long as Discord remembers the first (some minutes).

        It may be said as the answer to another message there. Files that one request does not hold come after it.
        """
        shown = rendered(message)
        first, *more = self._batches(message, shown, channel)
        shown = replace(shown, embeds=[*shown.embeds, *in_parts(message, self.limit(channel))])
        attached = self.overflow(shown) + await self.opened(first)
        sent = [(await self._send(channel, shown, message, attached, token, answering)).id]
        for number, batch in enumerate(more, 1):
            files = await self.opened(batch)
            after = f"{token}.{number}"[-LONGEST_TOKEN:]
            sent.append((await self._send(channel, Rendered(""), Message(()), files, after, None)).id)
        return Sent(tuple(sent))

    async def find(self, channel: int, what: Seek) -> str | None:
        """The id of what was given up, if it is there. Discord keeps no nonce: it is known by how it looks."""
        shown, me = rendered(what.message), self.client.user
        known = {id for spot in what.known for id in spot.split()}
        history = self.client.get_partial_messageable(channel).history
        async for found in history(limit=MOST_READ, after=what.since, before=what.until):
            if me and found.author.id == me.id and str(found.id) not in known and _looks_like(found, shown):
                return str(found.id)
        return None

    async def rewrite(self, channel: int, posted: Sent, message: Message) -> Sent:
        """Returns what is there now: files that came after it go when it has none any more."""
        shown = rendered(message)
        attached = self.overflow(shown) + await self.opened(self._batches(message, shown, channel)[0])
        old = self.partial(channel, posted.first)
        what: dict[str, Any] = {
            "content": shown.content or None,
            "embeds": shown.embeds,
            "attachments": attached,
            "view": view(message),
            "allowed_mentions": shown.allowed,
        }
        await self.awake(channel, lambda: old.edit(**what))
        if message.files or not posted.more:
            return posted
        await self.remove(channel, Sent(posted.more))
        return Sent((posted.first,))

    async def remove(self, channel: int, posted: Sent) -> None:
        for id in reversed(posted.ids):
            with suppress(discord.NotFound):  # gone already, or with its channel
                await self.awake(channel, self.partial(channel, id).delete)

    async def awake(self, channel: int, act: Callable[[], Awaitable[T]]) -> T:
        """Do it, and if the thread is archived wake it, do it, and let it sleep again."""
        try:
            try:
                return await act()
            except discord.HTTPException as error:
                if error.code != errors.ARCHIVED:
                    raise
            await self._wake(channel)
            return await act()
        finally:
            await self._put_back(channel)

    async def _wake(self, channel: int) -> None:
        before = await self.client.fetch_channel(channel)
        self.woken[channel] = isinstance(before, discord.Thread) and before.locked
        try:
            await self.client.http.edit_channel(channel, archived=False, locked=False)
        except discord.HTTPException as error:
            if errors.for_good(error):
                del self.woken[channel]
            raise

    async def _put_back(self, channel: int) -> None:
        """Where another attempt woke it and did not come so far, too. If Discord does not let us, what was to be done
        is done all the same."""
        if channel not in self.woken:
            return
        try:
            await self.client.http.edit_channel(channel, archived=True, locked=self.woken[channel])
        except discord.HTTPException as error:
            if not errors.for_good(error):
                raise
        self.woken.pop(channel, None)

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
        files: list[discord.File],
        token: str,
        answering: int | None,
    ) -> discord.Message:
        where = self.client.get_partial_messageable(channel)
        more: dict[str, Any] = {}
        if answering:
            more["reference"] = where.get_partial_message(answering).to_reference(fail_if_not_exists=False)
        still_ours()
        try:
            return await where.send(
                shown.content or None,
                embeds=shown.embeds,
                files=files,
                view=view(message),
                nonce=token,
                allowed_mentions=shown.allowed,
                **more,
            )
        except discord.HTTPException as error:
            if error.code != errors.TOO_LARGE or not files:
                raise
        named = replace(shown, embeds=[*shown.embeds, _too_large(files, message.language)])
        return await self._send(channel, named, message, [], token, answering)

    def _batches(self, message: Message, shown: Rendered, channel: int) -> list[list[uploads.Part]]:
        return uploads.batches(message.files, self.limit(channel), uploads.MOST - bool(shown.attached))

    async def opened(self, batch: list[uploads.Part]) -> list[discord.File]:
        return await asyncio.to_thread(uploads.opened, batch, self.files) if batch else []

    @staticmethod
    def overflow(shown: Rendered) -> list[discord.File]:
        """The whole text as a file, where it fits into no message."""
        return [uploads.text(shown.attached)] if shown.attached else []

    def limit(self, channel: int) -> int:
        """Bytes a file may have there."""
        found = self.client.get_channel(channel)
        guild = getattr(found, "guild", None)
        return guild.filesize_limit if isinstance(guild, discord.Guild) else uploads.SMALLEST_LIMIT


def in_parts(message: Message, limit: int) -> list[discord.Embed]:
    """How to put together what does not come whole."""
    with reading(message.language):
        told = [words.in_parts(one_line(file.name)) for file in message.files if file.size > limit]
    return [discord.Embed(description="\n".join(told)[:600])] if told else []


def _too_large(files: list[discord.File], language: str) -> discord.Embed:
    """A word about files that cannot be shown."""
    with reading(language):
        return discord.Embed(description=words.left_out(one_line(", ".join(file.filename for file in files)))[:400])


def _looks_like(found: discord.Message, shown: Rendered) -> bool:
    wanted = [(embed.title, embed.description) for embed in shown.embeds]
    there = [(embed.title, embed.description) for embed in found.embeds[: len(wanted)]]
    return found.content.strip() == shown.content.strip() and there == wanted
