"""What one process at a time does, where there are several: the others stand by."""

import asyncio
import logging
from collections.abc import Callable, MutableMapping
from contextlib import suppress

from bot.effects import Effect
from bot.ports import Chat, Handle, Spot, TryLater
from bot.process.peers import Lease, Peers

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks at who has it
Make = Callable[[Lease], Chat]


async def serve_alone(chat: Chat, peers: Peers, chats: MutableMapping[str, Chat]) -> None:
    """Have `chat` among those that this process delivers to, whenever no other process does. For ever."""
    while True:
        try:
            lease = await peers.hold(f"chat:{chat.platform}")
        except Exception:
            log.exception("who delivers to %s cannot be looked up", chat.platform)
            lease = None
        if lease is not None:
            chats[chat.platform] = chat
        else:
            chats.pop(chat.platform, None)
        await asyncio.sleep(LOOK)


class Standby:
    """Connected while this process has the lease `name`, and among the `chats` that are delivered to only then. Each
    time it gets the lease it makes a chat anew."""

    def __init__(self, platform: str, name: str, make: Make, peers: Peers, chats: MutableMapping[str, Chat]) -> None:
        self.platform = platform
        self.name = name
        self.make = make
        self.peers = peers
        self.chats = chats
        self.dress: Callable[[Chat], Chat] = lambda chat: chat

    async def run(self, handle: Handle) -> None:
        """Until cancelled. Raises what ends the chat."""
        while True:
            lease = await self._lease()
            chat = self.dress(self.make(lease))
            running = asyncio.create_task(chat.run(handle))
            self.chats[self.platform] = chat
            try:
                while not running.done() and self.peers.sure(lease.holder):
                    await asyncio.wait({running}, timeout=LOOK)
                if running.done():
                    return running.result()
            finally:
                self.chats.pop(self.platform, None)
                running.cancel()
                await asyncio.wait({running})
                with suppress(Exception):  # it runs out by itself
                    await self.peers.release(lease)
            log.warning("another process may be connected to %s now; standing by", self.platform)

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        raise TryLater

    async def _lease(self) -> Lease:
        while True:
            with suppress(Exception):  # the database is away; then nobody takes anything in
                if lease := await self.peers.hold(self.name):
                    return lease
            await asyncio.sleep(LOOK)


class Seats:
    """A number of places that the processes share, such as the connections a platform allows."""

    def __init__(self, peers: Peers, name: str, many: int) -> None:
        self.peers = peers
        self.name = name
        self.many = many
        self.taken: dict[str, Lease] = {}
        self.looking = asyncio.Lock()  # or two who look at once have the same one

    async def take(self) -> Lease:
        """Wait for one that is free."""
        async with self.looking:
            return await self._take()

    async def _take(self) -> Lease:
        while True:
            self.taken = {name: lease for name, lease in self.taken.items() if self.kept(lease)}
            for name in (f"{self.name}:{number}" for number in range(self.many)):
                if name not in self.taken:
                    with suppress(Exception):  # the database is away; the next look is another try
                        if lease := await self.peers.hold(name):
                            self.taken[name] = lease
                            return lease
            await asyncio.sleep(LOOK)

    def kept(self, lease: Lease) -> bool:
        return self.peers.sure(lease.holder)

    async def lost(self, lease: Lease) -> None:
        """Wait until it is not surely ours any more."""
        while True:
            if not self.kept(lease):
                return
            await asyncio.sleep(LOOK)

    async def give_back(self, lease: Lease) -> None:
        self.taken.pop(lease.name, None)
        with suppress(Exception):  # it runs out by itself
            await self.peers.release(lease)
