"""What one process at a time does, where there are several: the others stand by."""

import asyncio
import logging
from collections.abc import MutableMapping
from contextlib import suppress

from bot.ports import Chat
from bot.process.peers import Lease, Peers

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks at who has it


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
