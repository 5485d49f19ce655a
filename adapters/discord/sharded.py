"""Discord for several processes, or with several connections: each process is connected with its share of the shards.

What goes out needs no connection, so every process delivers, and the outbox shares it out by rooms. Where the gateway
tells this process nothing about a channel, Discord is asked for it once.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import discord

from adapters.discord import words
from adapters.discord.addresses import pointed_at
from adapters.discord.chat import DiscordChat, room_gone, soon, tell_commands
from adapters.discord.delivery import Delivery
from adapters.discord.hosts import way_out
from adapters.discord.login import log_in
from adapters.discord.marks import a_moment_ago
from adapters.discord.pace import LONGEST_WAIT, Pace
from adapters.discord.people import ref
from adapters.discord.places import PLATFORM, Places, private
from adapters.discord.shares import Shares, Turn
from adapters.outgoing import Outgoing
from bot.effects import Effect
from bot.errors import Problem
from bot.inbound import Place
from bot.ports import Files, Handle, Spot, Watched
from bot.process.peers import Lease, Peers
from bot.process.standby import LOOK, Seats
from bot.router import Router

MOST_REMEMBERED = 10_000  # channels that were asked for
log = logging.getLogger(__name__)
Make = Callable[[Lease, int, int], DiscordChat]  # given a shard's lease, its number, and how many there are
Begin = Callable[[Watched], Awaitable[None]]


class Anywhere(discord.Client):
    """Speaks anywhere and hears nothing. `connected` are the clients here that hear."""

    def __init__(
        self, router: Router, connected: Callable[[], Iterable[discord.Client]], pace: Pace | None = None
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT,
            http_trace=(pace or Pace()).trace(),
        )
        self.router = router
        self.connected = connected
        self.met: OrderedDict[int, Any] = OrderedDict()

    async def setup_hook(self) -> None:
        await tell_commands(self, self.router)

    def get_channel(self, id: int, /) -> Any:
        known = (client.get_channel(id) for client in self.connected())
        return next((channel for channel in known if channel is not None), self.met.get(id))

    async def meet(self, channel: int) -> None:
        """Whoever then does something in one that is gone, or not ours to see, is told so."""
        if self.get_channel(channel) is None:
            with suppress(discord.NotFound, discord.Forbidden):
                self.met[channel] = await self.fetch_channel(channel)
                if len(self.met) > MOST_REMEMBERED:
                    self.met.popitem(last=False)


@dataclass
class Shard:
    lease: Lease
    task: asyncio.Task[None]
    chat: DiscordChat | None = None  # none yet while others identify


class Sharded:
    """`wanted` is how many shards there are to be, if nobody is connected yet. `begin` notes a private conversation of
    which nothing is known."""

    platform = PLATFORM

    def __init__(
        self,
        router: Router,
        files: Files,
        token: str,
        *,
        wanted: int | Literal["auto"],
        peers: Peers,
        make: Make,
        begin: Begin,
        pace: Pace | None = None,
        api_url: str = "",
        gateway_url: str = "",
    ) -> None:
        self.token = token
        self.wanted = wanted
        self.peers = peers
        self.make = make
        self.begin = begin
        self.pointed_at = pointed_at(api_url, gateway_url)
        self.egress = way_out(api_url, gateway_url)
        self.shares = Shares(peers)
        self.shards: dict[int, Shard] = {}
        self.turns: dict[int, Seats] = {}
        self.at_once = 1  # shards that may identify at the same time
        self.client = Anywhere(router, lambda: [each.chat.client for each in self.shards.values() if each.chat], pace)
        self.delivery = Delivery(self.client, files, Places(self.client))
        self.delivery.meet = self.client.meet
        self.delivery.opened = self._opened
        self.delivery.found_gone = self._found_gone
        self.up = asyncio.Event()
        self.looked = False  # for shards that nobody has
        self.handle: Handle

    async def run(self, handle: Handle) -> None:
        """Raises `Problem` if Discord refuses the token or the intents."""
        self.handle = handle
        try:
            with self.pointed_at:
                async with self.client:
                    await log_in(self.client, self.token, lambda: Outgoing(self.egress, limit=0))
                    self.up.set()
                    try:
                        await self._share()
                    finally:
                        self.up.clear()
                        await asyncio.gather(*map(self._stop, list(self.shards)))
        except discord.LoginFailure as error:
            raise Problem(words.WRONG_TOKEN) from error

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        await soon(self.up)
        return await self.delivery.deliver(effect, at, token)

    async def is_connected(self) -> bool:
        """With all that it has taken, once it could take any; who stands by with none is ready, too."""
        chats = [each.chat for each in self.shards.values()]
        here = self.looked and self.up.is_set()
        return here and all([chat is not None and await chat.is_connected() for chat in chats])

    # Shards

    async def _share(self) -> None:
        recommended, self.at_once = await self._asked()
        first = await self.shares.agree(self._wanted(recommended))
        log.info("Discord's servers are shared out", extra={"shards": self.shares.count})
        if first is not None:
            self._start(0, first)
        while True:
            await self._look()
            self.looked = True
            tasks = [each.task for each in self.shards.values()]
            await (asyncio.wait(tasks, timeout=LOOK) if tasks else asyncio.sleep(LOOK))
            for task in tasks:
                if task.done():
                    return task.result()

    def _wanted(self, recommended: int) -> Callable[[], Awaitable[int]]:
        async def wanted() -> int:
            return recommended if self.wanted == "auto" else self.wanted

        return wanted

    async def _asked(self) -> tuple[int, int]:
        """How many shards Discord recommends, and how many may identify at once."""
        while True:
            try:
                shards, _, limit = await self.client.http.get_bot_gateway()
                return shards, limit["max_concurrency"]
            except discord.GatewayNotFound:
                log.warning("Discord cannot be asked how many connections there are to be")
                await asyncio.sleep(5)

    async def _look(self) -> None:
        for id, shard in list(self.shards.items()):
            if not self.peers.sure(shard.lease.holder):
                log.warning("another process may be connected to Discord now", extra={"shard": id})
                await self._stop(id)
        try:
            most = await self.shares.most()
            if len(self.shards) < most:
                await self._take(most)
            elif len(self.shards) > most:
                await self._give()
        except Exception as error:  # the database is away; the next look is another try
            log.warning("Discord's servers cannot be shared out: %s", type(error).__name__)

    async def _take(self, most: int) -> None:
        for id in await self.shares.free(self.shards):
            if len(self.shards) < most and (lease := await self.shares.take(id)):
                self._start(id, lease)

    async def _give(self) -> None:
        """One that is connected: another process reads what is said meanwhile."""
        ready = [id for id, each in self.shards.items() if each.chat and each.chat.up.is_set()]
        if ready:
            lease = self.shards[max(ready)].lease
            await self._stop(max(ready))
            await self.peers.release(lease)

    def _start(self, id: int, lease: Lease) -> None:
        self.shards[id] = Shard(lease, asyncio.create_task(self._serve(id, lease)))

    async def _stop(self, id: int) -> None:
        task = self.shards[id].task
        task.cancel()
        await asyncio.wait({task})
        self.shards.pop(id, None)

    async def _serve(self, id: int, lease: Lease) -> None:
        key = id % self.at_once
        turn = Turn(self.turns.setdefault(key, Seats(self.peers, f"discord:identify:{key}", 1)))
        await turn.take()
        chat = self.make(lease, id, self.shares.count)
        chat.client.turn = turn.identifies
        chat.delivery.rooms.threads.made = self.delivery.rooms.threads.made  # of which it hears
        self.shards[id].chat = chat
        try:
            await chat.run(self.handle)
        finally:
            turn.over()

    # Deliveries

    async def _opened(self, channel: int, user: int) -> None:
        first = self.shards.get(0)
        if first is not None and first.chat is not None:
            await first.chat.catching_up.opened(channel, user)
        else:
            await self.begin(Watched(private(channel), str(a_moment_ago()), ref(user)))

    async def _found_gone(self, there: Spot) -> None:
        await self.handle(room_gone(Place(PLATFORM, "", there.conversation, there.thread)))
