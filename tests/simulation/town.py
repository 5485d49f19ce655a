"""A town with a bot in it: its process, which may end and begins again, two platforms, and the way between them."""

import asyncio
import shutil
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import OperationalError

from bot.app import App
from bot.courier import Courier
from bot.desks.model import Desk, Member, Rank, Settings
from bot.effects import CLERK
from bot.errors import Busy
from bot.inbound import Event, Place
from bot.message import UserRef
from bot.ports import Chat, Reply
from bot.privacy.clerk import Clerk, Nobody
from bot.privacy.erasing.gate import Gate, State, Tombstone
from bot.privacy.model import GONE
from bot.process.clockwork import tick_every_minute
from bot.router import Router
from bot.routes import all_routes
from storage.files import DiskFiles
from storage.notary import DiskNotary
from storage.opening import open_store
from tests.desk import Clock
from tests.history import Said
from tests.proof.calls import Broken
from tests.proof.held import Held, Reader
from tests.proof.world import folder
from tests.simulation.database import Disk, SimulatedStore, begin_with, memory
from tests.simulation.loop import Process, VirtualLoop
from tests.simulation.platforms import SimulatedPlatform
from tests.simulation.weather import CALM_STEPS, Weather

NOTARY = DiskNotary(Ed25519PrivateKey.from_private_bytes(b"7" * 32))
LEFT, RIGHT = "left", "right"  # the agents are on the left, customers on both
AGENTS = Place(LEFT, "w", "agents")
HELP = {name: Place(name, "w", "help") for name in (LEFT, RIGHT)}
STAFF = ("sam", "kim", "lea")
BEGIN = datetime(2026, 1, 5, 9, 0, 30, tzinfo=UTC)
PATIENCE = 3.0  # seconds a platform waits for an acknowledgement
AGAIN = (1.0, 10.0, 60.0)  # seconds until it delivers again; then it goes on like that


@cache
def empty_town() -> sqlite3.Connection:
    """A database in memory, with a desk that takes in from both platforms."""
    where, found = folder(), sqlite3.connect(":memory:")

    async def make() -> None:
        store = open_store(f"sqlite:///{where}/town.db", Clock().now)
        members = [Member(f"{LEFT}/w/{name}", Rank.AGENT) for name in STAFF]
        desk = Desk(0, "support", AGENTS, Settings())
        await store.write(lambda work: work.desks.save(desk, list(HELP.values()), members))
        await store.close()

    with asyncio.Runner() as runner:
        runner.run(make())
    with closing(sqlite3.connect(where / "town.db")) as made:
        made.backup(found)
    shutil.rmtree(where)
    return found


@cache
def routes() -> Router:
    return all_routes()


@cache
def folder_of_files() -> Path:
    where = folder()
    Finalize(None, shutil.rmtree, (where,), exitpriority=0)  # atexit does not run in the processes of a pool
    return where


@cache
def files() -> DiskFiles:
    """Nobody in town sends any."""
    return DiskFiles(folder_of_files() / "files")


@dataclass
class Tombs:
    """Who was erased, in a store of its own that no process takes with it. Implements `bot.ports.Tombstones`."""

    gate: Gate
    stones: list[Tombstone]
    id: str = "tombs"
    last: int = 0

    def lay(self, who: UserRef, kind: str, state: State, before: datetime, at: datetime) -> Tombstone:
        self.last = len(self.stones) + 1
        stone = Tombstone(self.last, self.gate.digest(who), kind, state, before, at)
        self.stones.append(stone)
        self.gate.learn([stone])
        return stone

    def since(self, seq: int) -> list[Tombstone]:
        return self.stones[seq:]

    def refresh(self) -> None:
        """No other process lays any."""


class Bot:
    """One run of the program, in a process that can be killed."""

    def __init__(self, town: "Town") -> None:
        self.town = town
        sky = town.sky
        life = CALM_STEPS if sky.life == CALM_STEPS else town.random.expovariate(1 / sky.life)
        self.process = Process(life)
        self.disk = Disk(self.process, town.loop, town.random, sky.disk)
        self.disk.counting = True
        self.process.context.run(self._start)

    def _start(self) -> None:
        town = self.town
        self.store = SimulatedStore(town.now, self.disk)
        router = routes()
        gate = Gate()
        gate.learn(town.stones)
        chats: dict[str, Chat] = {**town.platforms, GONE: Nobody()}
        self.courier = Courier(router, self.store, chats, town.now)
        chats[CLERK] = Clerk(
            self.store, files(), Tombs(gate, town.stones), NOTARY, folder_of_files(), town.now, town.id,
            patience=0.0,
            posted=self.courier.posted,
        )  # fmt: skip
        self.app = App(router, self.store, self.courier.posted, gate)
        self.tasks = [
            town.loop.inside(self.process, self.courier.run()),
            town.loop.inside(self.process, tick_every_minute(self.app, town.now)),
        ]

    def handle(self, event: Event) -> asyncio.Task[Reply]:
        return self.town.loop.inside(self.process, self.app.handle(event))

    async def end(self) -> None:
        """As SIGTERM does it."""
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks, timeout=10)
        await self.store.close()

    def bury(self) -> None:
        """The operating system closes its files."""
        self.store.abandon()


class Town:
    def __init__(self, random: Random, sky: Weather) -> None:
        self.random = random
        self.sky = sky
        self.loop = VirtualLoop(random)
        self.jumped = timedelta(0)
        begin_with(empty_town())
        self.platforms = {n: SimulatedPlatform(n, loop=self.loop, random=random, sky=sky) for n in (LEFT, RIGHT)}
        self.platforms[RIGHT].keys = not sky.keyless
        self.stones: list[Tombstone] = []
        self.bot: Bot | None = None
        self.under_way = 0
        self.ids = 0
        self.trace: list[str] = []
        self.deaths = 0

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.loop.clock) + self.jumped

    def id(self) -> str:
        self.ids += 1
        return f"e{self.ids}"

    def note(self, what: str) -> None:
        """For whoever looks into a seed that fails."""
        self.trace.append(f"{self.loop.clock:10.3f} {what}")

    # The process

    async def keep_running(self) -> None:
        while True:
            bot = self.bot = Bot(self)
            ended = self.loop.create_future()
            self.loop.died = lambda process, ended=ended: ended.done() or ended.set_result("killed")  # type: ignore[misc]
            if self.random.random() < self.sky.polite and self.sky.life != CALM_STEPS:
                self.loop.outside(self._stop(bot, ended))
            how = await ended
            self.note(f"the process was {how}")
            self.deaths += 1
            self.bot, bot.process.dead = None, True
            bot.bury()
            self._forget()
            await asyncio.sleep(self.random.expovariate(1 / self.sky.down))

    def _forget(self) -> None:
        """What the process did last and could not write down any more is known to nobody but the platforms."""
        left = sqlite3.Cursor(memory()).execute("SELECT id FROM outbox WHERE state = 'due'").fetchall()
        for platform in self.platforms.values():
            platform.forget({f"outbox-{id}" for (id,) in left})

    def begin(self, life: Coroutine[Any, Any, None]) -> None:
        """Something people do, which the day does not end without."""
        self.under_way += 1

        async def lived() -> None:
            try:
                await life
            finally:
                self.under_way -= 1

        self.loop.outside(lived())

    async def _stop(self, bot: Bot, ended: asyncio.Future[str]) -> None:
        await asyncio.sleep(self.random.expovariate(1 / 30))
        if not bot.process.dead:
            await asyncio.wait([self.loop.inside(bot.process, bot.end())], timeout=30)
            if not ended.done():
                ended.set_result("stopped")

    # The way there

    async def push(self, event: Event, said: Said | None = None, *, again: bool = True) -> Reply:
        """Deliver it until it is acknowledged: messages `again` and again, what people press once."""
        self.under_way += 1
        try:
            reply = await self._deliver(event, said, again)
        finally:
            self.under_way -= 1
        if again and self.random.random() < self.sky.repeat:
            self.loop.outside(self._repeat(event))
        return reply

    async def _deliver(self, event: Event, said: Said | None, again: bool) -> Reply:
        tries, reply = 0, None
        while True:
            await asyncio.sleep(self.random.expovariate(1 / self.sky.late))
            if not (tries == 0 and again and self.random.random() < self.sky.dropped):
                taken, reply = await self._offer(event, said, reply)
                if taken or not again:
                    return reply
            await asyncio.sleep(AGAIN[min(tries, len(AGAIN) - 1)])
            tries += 1

    async def _offer(self, event: Event, said: Said | None, reply: Reply) -> tuple[bool, Reply]:
        """One try: whether the platform may forget it, and what the bot replied."""
        bot = self.bot
        if bot is None:
            return False, reply
        if said is not None:
            said.sent = min(said.sent, self.loop.clock)
        task = bot.handle(event)
        await asyncio.wait([task], timeout=PATIENCE)
        if not task.done() or task.cancelled():
            return False, reply
        if (error := task.exception()) is not None:
            if not isinstance(error, Busy | Broken | OperationalError):
                self.loop.errors.append(f"{event.id}: {error!r}")
            return False, reply
        reply = reply or task.result()
        self.note(f"{event.id} {type(event).__name__} by {event.actor.ref.id} is taken")
        if said is not None:
            said.taken = min(said.taken, self.loop.clock)
        return self.random.random() >= self.sky.deaf, reply

    async def _repeat(self, event: Event) -> None:
        await asyncio.sleep(self.random.expovariate(1 / 60))
        await self._offer(event, None, None)

    # What goes wrong

    async def outage(self) -> None:
        platform = self.platforms[self.random.choice([LEFT, RIGHT])]
        await asyncio.sleep(self.random.random() * 60)
        platform.away_until = self.loop.clock + self.random.expovariate(1 / 30)

    async def clock_jump(self) -> None:
        await asyncio.sleep(self.random.random() * 60)
        self.jumped += timedelta(seconds=self.random.uniform(-3600, 3600))
        self.note(f"the clock is off by {self.jumped}")

    async def calm_down(self) -> None:
        """From now on all goes well; returns when nothing is left to do."""
        fine = Weather()
        self.sky.__dict__.update(fine.__dict__)
        self.jumped = max(self.jumped, timedelta(0))
        for platform in self.platforms.values():
            platform.away_until = 0.0
        if self.bot is not None:
            self.bot.process.steps = CALM_STEPS
            self.bot.disk.mend()
        for _ in range(500):
            await asyncio.sleep(6)
            if self.under_way == 0 and self.bot is not None and await self._idle(self.bot):
                return
        raise AssertionError("it does not come to an end")

    async def _idle(self, bot: Bot) -> bool:
        """Whether nothing waits in the outbox. What waits for its time need not be waited for."""
        due = await self._ask(bot)
        if due is None:
            return True
        self.jumped += max(timedelta(0), due - self.now())
        bot.courier.posted()
        return False

    async def _ask(self, bot: Bot) -> datetime | None:
        try:
            chats = tuple(bot.courier.chats)
            task = self.loop.inside(bot.process, bot.store.read(lambda work: work.outbox.next_due(chats)))
            await asyncio.wait([task])
            return task.result()
        except (Busy, OperationalError):
            return self.now()

    def held(self) -> Held:
        """All that is in the database, read past everything."""
        reader = Reader(":memory:")
        memory().backup(reader.connection)
        try:
            return reader.read()
        finally:
            reader.close()

    def power_off(self) -> None:
        """Nothing runs any more, and what was not committed never was."""
        if self.bot is not None:
            self.bot.process.dead = True
            self.bot.bury()

    def end(self) -> None:
        self.power_off()
        self.loop.clear()
