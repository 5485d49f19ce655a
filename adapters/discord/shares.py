"""Which shards this process has: connections, each of which Discord tells of its part of the servers.

Each shard is a lease. A process takes free ones up to its share, gives one back when others could have it, and lets go
of all of them at its end or when it was silent for too long. How many shards there are all processes must see alike, or
servers would belong to none of those that are connected: whoever comes first says it.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from bot.process.peers import Lease, Peers
from bot.process.standby import Seats

IDENTIFY = 5.0  # seconds in which so many shards as Discord names may identify (docs.discord.com, Gateway)
MOST_PROCESSES = 1000
PLACES, SHARDS, COUNTING = "discord:there", "discord:shard:", "discord:count"
log = logging.getLogger(__name__)


class Shares:
    def __init__(self, peers: Peers) -> None:
        self.peers = peers
        self.places = Seats(peers, PLACES, MOST_PROCESSES)  # one for each process: more are there than have shards
        self.place: Lease | None = None
        self.count = 0

    async def agree(self, wanted: Callable[[], Awaitable[int]]) -> Lease | None:
        """On how many there are: as many as those who are connected say, or as `wanted` says if nobody is; then the
        first one is ours."""
        turn = await Seats(self.peers, COUNTING, 1).take()
        try:
            there = await self.peers.held(SHARDS)
            self.count = int(there[0].rpartition("/")[2]) if there else await wanted()
            return None if there else await self.take(0)
        finally:
            await self.peers.release(turn)

    def name(self, id: int) -> str:
        return f"{SHARDS}{id}/{self.count}"

    async def most(self) -> int:
        """How many of them are our share."""
        if self.place is None or not self.peers.sure(self.place.holder):
            self.place = await self.places.take()
        return math.ceil(self.count / max(1, len(await self.peers.held(f"{PLACES}:"))))

    async def free(self, mine: Iterable[int]) -> list[int]:
        taken = {*(await self.peers.held(SHARDS)), *map(self.name, mine)}
        return [id for id in range(self.count) if self.name(id) not in taken]

    async def take(self, id: int) -> Lease | None:
        return await self.peers.hold(self.name(id))


class Turn:
    """One shard's, to identify: had before it connects, and for five seconds after it did."""

    def __init__(self, seats: Seats) -> None:
        self.seats = seats
        self.lease: Lease | None = None
        self.giving = set[asyncio.Task[None]]()

    async def take(self) -> None:
        self.lease = self.lease or await self.seats.take()

    async def identifies(self, initial: bool) -> None:
        await self.take()
        self.over()

    def over(self) -> None:
        if self.lease is not None:
            task = asyncio.create_task(self._give_back(self.lease))
            self.giving.add(task)
            task.add_done_callback(self.giving.discard)
            self.lease = None

    async def _give_back(self, lease: Lease) -> None:
        await asyncio.sleep(IDENTIFY)
        await self.seats.give_back(lease)


def heard_as(id: int, count: int) -> str:
    """Under which name it is kept until when everything was heard there."""
    return "discord" if count == 1 else f"discord:{id}/{count}"


def heard_until(kept: Mapping[str, datetime], id: int, count: int) -> datetime | None:
    """Until when a shard heard everything; where there were more or fewer of them since, until when all those did."""
    counts = {int(name.rpartition("/")[2]) for name in kept if "/" in name} | {1}
    complete = [[heard_as(each, many) for each in range(many)] for many in counts]
    before = [min(kept[name] for name in names) for names in complete if all(name in kept for name in names)]
    own = [kept[heard_as(id, count)]] if heard_as(id, count) in kept else []
    return max([*before, *own], default=None)
