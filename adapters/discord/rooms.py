"""Rooms: threads under cards, on messages, private ones, forum posts."""

import discord

from adapters.discord import errors, words
from adapters.discord.permissions import lacking
from adapters.discord.places import Places, Sent, number, room
from adapters.discord.posting import LONGEST_TOKEN, Posting
from adapters.discord.render import rendered, view
from adapters.discord.threads import WEEK, Threads
from bot.effects import OpenRoom, PostCard
from bot.language import reading
from bot.message import Message, UserRef, say
from bot.ports import Refused, Spot


class Rooms:
    def __init__(self, client: discord.Client, posting: Posting, places: Places) -> None:
        self.client = client
        self.posting = posting
        self.places = places
        self.threads = Threads(client)

    async def post_card(self, card: PostCard, token: str) -> Spot:
        channel = int(card.channel.conversation)
        if self.places.is_forum(card.channel.conversation):
            thread = await self._forum_post(channel, card)
            return Spot(str(channel), str(thread), str(thread))
        sent = await self.posting.send(channel, card.message, token)
        try:
            await self.threads.on(channel, sent.first, card.name)
        except discord.HTTPException as error:
            if error.code not in errors.NO_THREAD:
                raise
            why = errors.reason(error, lambda: lacking(self.client, channel, card))
            with reading(card.message.language):
                told = say(words.no_thread(card.name, why))
            await self.posting.send(channel, told, f"{token}t"[:LONGEST_TOKEN], answering=sent.first)
        return Spot(str(channel), str(sent.first), str(sent))

    async def say(self, there: Spot, message: Message, token: str, *, agents: bool) -> Sent:
        """In a room. Where a card has no thread, agents read it in their channel, as an answer to the card."""
        try:
            channel = number(there.conversation)
            return await self.threads.with_place(channel, lambda: self.posting.send(room(there), message, token))
        except discord.NotFound as error:
            if not agents or there.thread != there.message or error.code != errors.UNKNOWN_CHANNEL:
                raise
            if self.places.is_forum(there.conversation):
                raise
        return await self.posting.send(number(there.conversation), message, token, answering=number(there.message))

    async def open(self, room: OpenRoom) -> Spot:
        place = room.place
        if place.thread:
            return Spot(place.conversation, place.thread, place.message)
        channel = int(place.conversation)
        if place.message and not room.private and await self.threads.on(channel, int(place.message), room.name):
            thread = int(place.message)
        else:
            thread = await self.threads.private(channel, room.name)
        for who in room.people:
            await self.admit(thread, who)
        return Spot(place.conversation, str(thread), place.message or str(thread))

    async def admit(self, thread: int, who: UserRef, *, out: bool = False) -> None:
        http = self.client.http
        try:
            if out:
                await self.posting.awake(thread, lambda: http.remove_user_from_thread(thread, int(who.id)))
            else:
                await self.posting.awake(thread, lambda: http.add_user_to_thread(thread, int(who.id)))
        except discord.Forbidden as error:
            if error.code != 50001 or out:
                raise
            raise Refused(words.CANNOT_ADD) from error
        except discord.NotFound as error:
            if out or error.code in errors.NO_SUCH:
                raise
            raise Refused(words.CANNOT_ADD) from error

    async def shelve(self, at: Spot, *, out: bool, lock: bool) -> None:
        edit, locked = self.client.http.edit_channel, lock and not out
        self.posting.woken.pop(number(at.thread), None)  # it is as is said here from now on
        await self.threads.with_place(
            number(at.conversation), lambda: edit(number(at.thread), archived=not out, locked=locked)
        )

    async def _forum_post(self, channel: int, card: PostCard) -> int:
        if found := await self.threads.found(channel, card.name):
            return self.threads.remember(channel, card.name, found)
        forum, shown = self.client.get_channel(channel), rendered(card.message)
        assert isinstance(forum, discord.ForumChannel)
        made = await forum.create_thread(
            name=card.name[:100],
            content=shown.content or discord.utils.MISSING,
            embeds=shown.embeds,
            view=view(card.message),
            allowed_mentions=shown.allowed,
            auto_archive_duration=WEEK,
        )
        return await self.threads.keep_one(channel, card.name, made.thread.id)
