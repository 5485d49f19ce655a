"""Effects, done at Discord. Where each ends up is its spot."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord

from adapters.discord import words
from adapters.discord.errors import UNKNOWN_CHANNEL, Refusals, translated
from adapters.discord.permissions import lacking
from adapters.discord.places import Places, Sent, number, room
from adapters.discord.posting import LONGEST_TOKEN, Posting
from adapters.discord.rooms import Rooms
from bot.effects import (
    Admit,
    Announce,
    Direct,
    Effect,
    OpenRoom,
    Post,
    PostCard,
    Remove,
    Rewrite,
    Seek,
    SetMark,
    Shelve,
    ShowHome,
)
from bot.inbound import Place
from bot.message import Mark, Message, UserRef
from bot.ports import Files, Refused, Spot, TryLater

AGENTS = ":agents"  # how the names of agents' rooms end
MOST_REMEMBERED = 1000  # messages whose mark may change


class Delivery:
    def __init__(self, client: discord.Client, files: Files, places: Places) -> None:
        self.client = client
        self.posting = Posting(client, files)
        self.places = places
        self.rooms = Rooms(client, self.posting, places)
        self.refusals = Refusals()
        self.found_gone: Callable[[Spot], Awaitable[None]] = nobody_cares
        self.gone: dict[str, None] = {}  # threads of which that was said, oldest first
        self.marked: dict[str, str] = {}  # messages and the signs on them, oldest first
        self.dms: dict[int, int] = {}
        self.opened: Callable[[int, int], Awaitable[None]] = nobody_waits
        self.meet: Callable[[int], Awaitable[None]] | None = None  # look at a channel of which no gateway tells us

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        """Raises `Refused` or `TryLater`."""
        assert len(token) <= LONGEST_TOKEN
        self.refusals.check()
        channel = self._channel(effect, at)
        with translated(self.refusals, lambda: lacking(self.client, channel, effect)):
            if self.meet is not None and channel:
                await self.meet(channel)
            return await self._do(effect, at, token)

    async def _do(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        match effect:
            case PostCard():
                return await self.rooms.post_card(effect, token)
            case Announce(channel=place, message=message):
                sent = await self.posting.send(number(place.conversation), message, token)
                return Spot(place.conversation, "", str(sent))
            case OpenRoom():
                return await self.rooms.open(effect)
            case Post(message=message):
                there = needed(at, words.NEVER_OPENED)
                sent = await self._say(there, message, token, agents=effect.room.endswith(AGENTS))
                return Spot(there.conversation, there.thread, str(sent))
            case Direct(user=user, message=message):
                return await self._direct(user, message, token)
            case Rewrite(message=message):
                there = needed(at, words.NEVER_POSTED)
                return await self._rewrite(there, message)
            case Remove():
                if at is not None:
                    await self.posting.remove(self.places.home(at), Sent.read(at.message))
            case Seek():
                return await self._sought(effect, at)
            case SetMark(on=on, mark=mark, reason=reason):
                await self._mark(on, mark)
                if mark is Mark.FAILED and reason:
                    await self.posting.answer(number(on.thread or on.conversation), number(on.message), reason, token)
            case Admit(user=user, out=out):
                await self.rooms.admit(room(needed(at, words.NEVER_OPENED)), user, out=out)
            case Shelve(out=out, lock=lock):
                if at is not None and at.thread:
                    await self.rooms.shelve(at, out=out, lock=lock)
            case ShowHome():
                pass  # nobody has a page of their own here
            case _:
                raise Refused(words.refused(0))
        return None

    async def _say(self, there: Spot, message: Message, token: str, *, agents: bool) -> Sent:
        """Discord does not tell again which threads were deleted while we were away; who speaks there finds out."""
        try:
            return await self.rooms.say(there, message, token, agents=agents)
        except discord.NotFound as error:
            if agents or not there.thread or error.code != UNKNOWN_CHANNEL or there.thread in self.gone:
                raise
        self.gone[there.thread] = None
        if len(self.gone) > MOST_REMEMBERED:
            del self.gone[next(iter(self.gone))]
        await self.found_gone(there)
        raise TryLater(0.0, words.CHANNEL_GONE)

    async def _rewrite(self, there: Spot, message: Message) -> Spot | None:
        """The spot, where it is another one than before."""
        posted = Sent.read(there.message)
        now = await self.posting.rewrite(self.places.home(there), posted, message)
        return None if now == posted else replace(there, message=str(now))

    async def _direct(self, user: UserRef, message: Message, token: str) -> Spot:
        channel = await self.private_channel(int(user.id))
        sent = await self.posting.send(channel, message, token)
        return Spot(str(channel), "", str(sent))

    async def _sought(self, effect: Seek, at: Spot | None) -> Spot | None:
        """Where it is, if it is. A card has a thread that is called like the message it is under."""
        if effect.channel is not None:
            there = Spot(effect.channel.conversation, "", "")
            if self.places.is_forum(there.conversation):
                thread = await self.rooms.threads.found(number(there.conversation), effect.name)
                return Spot(there.conversation, str(thread), str(thread)) if thread else None
        elif effect.user is not None:
            there = Spot(str(await self.private_channel(int(effect.user.id))), "", "")
        elif at is not None:
            there = at
        else:
            return None  # its room was never opened
        try:
            found = await self.posting.find(room(there), effect)
        except discord.NotFound:  # where a card has no thread, what belongs there is an answer to it
            if there.thread != there.message or not there.thread:
                raise
            found = await self.posting.find(number(there.conversation), effect)
        if found is None:
            return None
        return Spot(there.conversation, found if effect.name else there.thread, found)

    async def private_channel(self, user: int) -> int:
        if user not in self.dms:
            self.dms[user] = (await self.client.create_dm(discord.Object(user))).id
            await self.opened(self.dms[user], user)
            if len(self.dms) > MOST_REMEMBERED:
                del self.dms[next(iter(self.dms))]
        return self.dms[user]

    async def _mark(self, on: Place, mark: Mark) -> None:
        """A reaction, in place of the one that stood there before."""
        channel, sign = number(on.thread or on.conversation), words.SIGNS[mark]
        message = self.posting.partial(channel, number(on.message))
        before = self.marked.pop(on.message, sign)
        if before != sign and (me := self.client.user):
            await self.posting.awake(channel, lambda: message.remove_reaction(before, me))
        await self.posting.awake(channel, lambda: message.add_reaction(sign))
        self.marked[on.message] = sign
        if len(self.marked) > MOST_REMEMBERED:
            del self.marked[next(iter(self.marked))]

    @staticmethod
    def _channel(effect: Effect, at: Spot | None) -> int:
        """Where it happens: what may be missing is a permission there."""
        match effect:
            case PostCard(channel=place) | Announce(channel=place) | OpenRoom(place=place) | SetMark(on=place):
                return int(place.conversation)
            case _:
                return int(at.conversation) if at else 0


async def nobody_cares(there: Spot) -> None: ...


async def nobody_waits(channel: int, user: int) -> None: ...


def needed(at: Spot | None, reason: str) -> Spot:
    if at is None:
        raise Refused(reason)
    return at
