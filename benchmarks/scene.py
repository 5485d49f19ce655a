"""A desk with customers, and a platform that takes everything at once and keeps nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.app import App
from bot.courier import Courier
from bot.desks.model import Desk, Member, Rank, Settings
from bot.effects import Effect, PostCard
from bot.inbound import Actor, MessagePosted, Place
from bot.message import UserRef
from bot.ports import Handle, Spot, Store
from bot.routes import all_routes
from storage.opening import open_store
from storage.settling import DISK, Encryption
from storage.store import SqlStore

TEXT = "my printer is on fire again and it does not stop burning, whatever I do with it " * 2
AGENTS = Place("null", "w", "agents")
SAM = Actor(UserRef("null", "w", "sam"), "Sam")


def now() -> datetime:
    return datetime.now(UTC)


class NullChat:
    """Delivers in no time. `posted` counts; a card's thread is named after the ticket."""

    platform = "null"

    def __init__(self) -> None:
        self.posted = 0

    async def run(self, handle: Handle) -> None: ...

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        self.posted += 1
        return Spot("agents", effect.name if isinstance(effect, PostCard) else "", token)


class Scene:
    """The whole bot on a database, with `customers` who each have one ticket open. `name` tells its messages from those
    of other scenes on the same database."""

    def __init__(self, store: SqlStore, name: str = "", clock: Callable[[], datetime] = now) -> None:
        self.store = store
        self.name = name
        self.chat = NullChat()
        router = all_routes()
        self.courier = Courier(router, store, {"null": self.chat}, clock)
        self.app = App(router, store, self.courier.posted)
        self.count = 0

    async def says(self, who: Actor, text: str = TEXT) -> None:
        self.count += 1
        n = f"{self.name}{self.count}"
        place = Place("null", "w", f"@{who.ref.id}", message=f"m{n}", direct=True)
        await self.app.handle(MessagePosted(f"e{n}", who, place, text))

    async def open_tickets(self, people: Sequence[Actor]) -> None:
        await asyncio.gather(*(self.says(who, "hello") for who in people))


def customers(many: int) -> list[Actor]:
    return [Actor(UserRef("null", "w", f"c{n}"), f"Customer {n}") for n in range(many)]


async def set_up(store: Store) -> None:
    desk = Desk(0, "support", AGENTS, Settings(max_open_per_customer=1000))
    intake = [Place("null", "w", "help")]
    await store.write(lambda work: work.desks.save(desk, intake, [Member(str(SAM.ref), Rank.AGENT)]))


@asynccontextmanager
async def a_scene(
    database_url: str,
    *,
    courier: bool = True,
    name: str = "",
    encryption: Encryption | None = None,
    search: str = DISK,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[Scene]:
    """Open the desk, with its courier at work, and close it at the end."""
    store = open_store(database_url, clock, encryption, search)
    try:
        if not await store.read(lambda work: work.desks.all()):
            await set_up(store)
        scene = Scene(store, name, clock)
        task = asyncio.create_task(scene.courier.run()) if courier else None
        yield scene
        if task is not None:
            await scene.courier.settle()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    finally:
        await store.close()
