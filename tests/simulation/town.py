"""A town with a bot in it: its process, which may end and begins again, two platforms, and the way between them."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from random import Random

from sqlalchemy.exc import OperationalError

from bot.app import App
from bot.courier import Courier
from bot.desks.model import Desk, Member, Rank, Settings
from bot.errors import Busy
from bot.inbound import Event, Place
from bot.ports import Reply
from bot.process.clockwork import tick_every_minute
from bot.router import Router
from bot.routes import all_routes
from storage.opening import open_store
from tests.desk import Clock
from tests.history import Said
from tests.proof.calls import Broken
from tests.proof.world import folder
from tests.simulation.database import Disk, SimulatedStore
from tests.simulation.loop import Process, VirtualLoop
from tests.simulation.platforms import SimulatedPlatform
from tests.simulation.weather import CALM_STEPS, Weather

LEFT, RIGHT = "left", "right"  # the agents are on the left, customers on both
AGENTS = Place(LEFT, "w", "agents")
HELP = {name: Place(name, "w", "help") for name in (LEFT, RIGHT)}
STAFF = ("sam", "kim", "lea")
BEGIN = datetime(2026, 1, 5, 9, 0, 30, tzinfo=UTC)
PATIENCE = 3.0  # seconds a platform waits for an acknowledgement
AGAIN = (1.0, 10.0, 60.0)  # seconds until it delivers again; then it goes on like that


@cache
def empty_town() -> bytes:
    """A database with a desk that takes in from both platforms."""
    where = folder()

    async def make() -> None:
        store = open_store(f"sqlite:///{where}/town.db", Clock().now)
        members = [Member(f"{LEFT}/w/{name}", Rank.AGENT) for name in STAFF]
        desk = Desk(0, "support", AGENTS, Settings())
        await store.write(lambda work: work.desks.save(desk, list(HELP.values()), members))
        await store.close()

    with asyncio.Runner() as runner:
        runner.run(make())
    data = (where / "town.db").read_bytes()
    shutil.rmtree(where)
    return data


@cache
def database_file() -> Path:
    """Where each town keeps its own, one after the other."""
    where = folder()
    Finalize(None, shutil.rmtree, (where,), exitpriority=0)  # atexit does not run in the processes of a pool
    return where / "town.db"


@cache
def routes() -> Router:
    return all_routes()


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
        self.store = SimulatedStore(town.path, town.now, self.disk)
        router = routes()
        self.courier = Courier(router, self.store, town.platforms, town.now)
        self.app = App(router, self.store, self.courier.posted)
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
        self.store.threads.shutdown(wait=False)
        self.store.engine.dispose()  # its connection, that is: it opens another one for the next process


class Town:
    def __init__(self, random: Random, sky: Weather) -> None:
        self.random = random
        self.sky = sky
        self.loop = VirtualLoop(random)
        self.jumped = timedelta(0)
        self.path = database_file()
        for left in self.path.parent.glob(f"{self.path.name}*"):
            left.unlink()
        self.path.write_bytes(empty_town())
        self.platforms = {n: SimulatedPlatform(n, loop=self.loop, random=random, sky=sky) for n in (LEFT, RIGHT)}
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
            await asyncio.sleep(self.random.expovariate(1 / self.sky.down))

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
            task = self.loop.inside(bot.process, bot.store.read(lambda work: work.outbox.next_due((LEFT, RIGHT))))
            await asyncio.wait([task])
            return task.result()
        except (Busy, OperationalError):
            return self.now()

    def end(self) -> None:
        if self.bot is not None:
            self.bot.process.dead = True
            self.bot.bury()
        self.loop.clear()
