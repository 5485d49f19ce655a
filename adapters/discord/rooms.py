"""Rooms: threads under cards, on messages, private ones, forum posts.

Threads have no key that makes a repeated request harmless, so we look before we create: at what the gateway told us
of our own threads by that name. One that was made twice (an answer was lost, and discord.py asked again) is found
when the gateway tells of it, and removed.
"""

from typing import Literal

import discord

from adapters.discord import errors, words
from adapters.discord.places import Places
from adapters.discord.posting import Posting
from adapters.discord.render import rendered, view
from bot.effects import OpenRoom, PostCard
from bot.message import UserRef
from bot.ports import Refused, Spot

WEEK: Literal[10080] = 10080  # minutes until Discord archives what nobody writes in; the longest it takes
PRIVATE: Literal[12] = 12  # Discord's number for private threads
BAD_NAME = 50035  # also what a name is refused with that holds a word banned in Server Discovery
MOST_REMEMBERED = 1000  # rooms opened lately


class Rooms:
    def __init__(self, client: discord.Client, posting: Posting, places: Places) -> None:
        self.client = client
        self.posting = posting
        self.places = places
        self.made: dict[tuple[int, str], int] = {}  # private threads and forum posts, by channel and name

    async def post_card(self, card: PostCard, token: str) -> Spot:
        channel = int(card.channel.conversation)
        if self.places.is_forum(card.channel.conversation):
            thread = await self._forum_post(channel, card)
            return Spot(str(channel), str(thread), str(thread))
        sent = await self.posting.send(channel, card.message, token)
        await self._thread_on(channel, sent.id, card.name)
        return Spot(str(channel), str(sent.id), str(sent.id))

    async def open(self, room: OpenRoom) -> Spot:
        place = room.place
        if place.thread:
            return Spot(place.conversation, place.thread, place.message)
        channel = int(place.conversation)
        if place.message and not room.private and await self._thread_on(channel, int(place.message), room.name):
            thread = int(place.message)
        else:
            thread = await self._private(channel, room.name)
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

    async def shelve(self, thread: int, *, out: bool, lock: bool) -> None:
        await self.client.http.edit_channel(thread, archived=not out, locked=lock and not out)

    async def is_spare(self, thread: discord.Thread) -> bool:
        """Whether it was made twice, by a request whose answer was lost."""
        kept = self.made.get((thread.parent_id, thread.name))
        return kept is not None and kept != thread.id and thread.owner_id == self._me and not thread.message_count

    @property
    def _me(self) -> int:
        return self.client.user.id if self.client.user else 0

    async def _thread_on(self, channel: int, message: int, name: str) -> bool:
        """False if the message is gone. The thread on a message can be made once only."""
        http = self.client.http
        try:
            await http.start_thread_with_message(channel, message, name=name[:100], auto_archive_duration=WEEK)
        except discord.HTTPException as error:
            if error.code not in (errors.THREAD_EXISTS, 10008):
                raise
            return error.code == errors.THREAD_EXISTS
        return True

    async def _private(self, channel: int, name: str) -> int:
        if found := self._found(channel, name):
            return self._remember(channel, name, found)
        try:
            made = await self._start_private(channel, name)
        except discord.HTTPException as error:
            if error.code != BAD_NAME:
                raise
            made = await self._start_private(channel, f"{name}b")
        for spare in self._ours(channel, name):
            if spare.id != made:
                await spare.delete()
        return self._remember(channel, name, made)

    async def _start_private(self, channel: int, name: str) -> int:
        made = await self.client.http.start_thread_without_message(
            channel, name=name[:100], type=PRIVATE, auto_archive_duration=WEEK, invitable=False
        )
        return int(made["id"])

    async def _forum_post(self, channel: int, card: PostCard) -> int:
        if found := self._found(channel, card.name):
            return self._remember(channel, card.name, found)
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
        return self._remember(channel, card.name, made.thread.id)

    def _found(self, channel: int, name: str) -> int | None:
        """A thread of ours by that name in which nobody has said anything: half of an attempt that was cut off."""
        return min((thread.id for thread in self._ours(channel, name)), default=None)

    def _ours(self, channel: int, name: str) -> list[discord.Thread]:
        home = self.client.get_channel(channel)
        threads = home.threads if isinstance(home, discord.TextChannel | discord.ForumChannel) else []
        return [t for t in threads if t.name == name and t.owner_id == self._me and not t.message_count]

    def _remember(self, channel: int, name: str, thread: int) -> int:
        self.made[channel, name] = thread
        if len(self.made) > MOST_REMEMBERED:
            del self.made[next(iter(self.made))]
        return thread
