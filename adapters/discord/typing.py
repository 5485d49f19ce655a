"""Somebody types: shown in the other room of their ticket, at most every few seconds. Nothing is kept of it."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

import discord

from adapters.discord.delivery import Delivery
from adapters.discord.people import ref
from adapters.discord.places import in_guild, private
from bot.inbound import Place
from bot.message import UserRef
from bot.ports import TryLater

SHOWN_FOR = 8.0  # seconds; Discord shows it for ten, or until something is said
MOST_REMEMBERED = 1000
SeenTyping = Callable[[UserRef, Place], Awaitable[Sequence[Place | UserRef]]]


class Typing:
    def __init__(self, client: discord.Client, delivery: Delivery, seen: SeenTyping) -> None:
        self.client = client
        self.delivery = delivery
        self.seen = seen
        self.told: OrderedDict[tuple[int, int], float] = OrderedDict()

    async def typing(self, who: int, channel: int, guild: int | None) -> None:
        place = self._place(channel, guild)
        if place is None or (self.client.user and who == self.client.user.id) or self._lately((who, channel)):
            return
        for where in await self.seen(ref(who), place):
            await self._show(where)

    def _place(self, channel: int, guild: int | None) -> Place | None:
        """Only conversations that may be rooms. Nothing is asked of Discord for it."""
        if guild is None:
            return private(channel)
        found = self.client.get_channel(channel)
        return in_guild(guild, channel, found.parent_id) if isinstance(found, discord.Thread) else None

    def _lately(self, key: tuple[int, int]) -> bool:
        now = time.monotonic()
        if now - self.told.get(key, -SHOWN_FOR) < SHOWN_FOR:
            return True
        self.told[key] = now
        self.told.move_to_end(key)
        if len(self.told) > MOST_REMEMBERED:
            self.told.popitem(last=False)
        return False

    async def _show(self, where: Place | UserRef) -> None:
        """Nothing depends on it, so what stands in the way is not told."""
        try:
            self.delivery.refusals.check()
            channel = (
                await self.delivery.private_channel(int(where.id))
                if isinstance(where, UserRef)
                else int(where.thread or where.conversation)
            )
            await self.client.http.send_typing(channel)
        except discord.HTTPException as error:
            self.delivery.refusals.note(error.status)
        except (TryLater, discord.RateLimited, OSError, TimeoutError):
            return
