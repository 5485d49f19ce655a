"""A desk on a Discord of our own: real discord.py, real store, real courier; people act, and see what is shown."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from adapters.discord.chat import DiscordChat
from adapters.discord.client import Gateway
from adapters.discord.memory import Memory
from bot import absence
from bot.app import App
from bot.completion import suggest
from bot.courier import Courier
from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Actor, Place
from bot.message import UserRef
from bot.ports import Chat, Store, UnitOfWork, Watched
from bot.relay.typing import seen_typing
from bot.router import Takes
from bot.routes import all_routes
from bot.tickets.model import Ticket
from storage.files import DiskFiles
from storage.opening import open_store
from tests.fakes.discord import FakeDiscord, Invocation, Perm
from tests.fakes.discord.model import Channel, Message, User
from tests.fakes.discord.session import Session

QUICK = {"guild_ready_timeout": 0.02}


async def at_once(self: Gateway, shard_id: int | None, *, initial: bool = False) -> None:
    """discord.py sleeps five seconds before it identifies again."""


class World(FakeDiscord):
    """A server with an intake channel, an agents' channel, a customer and two agents with a role."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = self.add_guild("Shop")
        self.help = self.add_channel(self.shop, "help")
        self.desk_channel = self.add_channel(self.shop, "desk")
        self.agents = self.add_role(self.shop, "agents", Perm.MANAGE_THREADS)
        self.allow(self.desk_channel, self.shop, deny=Perm.VIEW_CHANNEL)
        self.allow(self.desk_channel, self.agents, allow=Perm.VIEW_CHANNEL)
        self.allow(self.desk_channel, self.bot, allow=Perm.VIEW_CHANNEL)
        self.ann = self.add_user("ann", self.shop)
        self.ben = self.add_user("ben", self.shop)
        self.sam = self.add_user("sam", self.shop, [self.agents])
        self.kim = self.add_user("kim", self.shop, [self.agents])


@dataclass
class Shop:
    """The bot of one process. `fake` is what people see."""

    fake: World
    store: Store
    files: DiskFiles
    chat: DiscordChat
    app: App
    courier: Courier
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def set_up(self, **settings: Any) -> Desk:
        guild = str(self.fake.shop.id)
        desk = Desk(0, "support", Place("discord", guild, str(self.fake.desk_channel.id)), Settings(**settings))
        intake = [Place("discord", guild, str(self.fake.help.id))]
        members = [Member(f"discord:{guild}/&{self.fake.agents.id}", Rank.LEAD)]
        return await self.store.write(lambda work: work.desks.save(desk, intake, members))

    async def settled(self) -> None:
        """Everything that came in is handled and everything that can go out is delivered."""
        for _ in range(3):
            await self._received()
            await asyncio.sleep(0.01)
            await self.chat.lanes.idle()
            await self.courier.settle()

    async def _received(self) -> None:
        """Until the gateway has brought what it was given, where there is a connection."""
        for session in list(self.fake.gateway.sessions.values()):
            await self.fake.until(partial(self._has, session, session.seq))

    def _has(self, session: Session, seq: int) -> bool:
        heard = getattr(self.chat.client.ws, "sequence", None)
        return session.connection is None or heard is None or heard >= seq

    async def until(self, happened: Callable[[], Any], within: float = 20.0) -> Any:
        return await self.fake.until(happened, within)

    async def ticket(self, number: int = 1) -> Ticket:
        found = await self.store.read(lambda work: work.tickets.numbered(work.desks.all()[0].id, number))
        assert found is not None
        return found

    async def asks(self, user: User, text: str = "it burns", **more: Any) -> Message:
        """A new message in the intake channel, until all because of it is done."""
        said = await self.fake.say(user, self.fake.help, text, **more)
        await self.settled()
        return said

    async def does(self, act: Awaitable[Invocation]) -> str:
        """What the one who pressed or typed is told, or the title of the form."""
        invocation = await (await act).finished()
        await self.settled()
        return invocation.modal["title"] if invocation.modal else "\n".join(m.text for m in invocation.messages)

    def card(self, number: int = 1) -> Message:
        cards = [m for m in self.fake.messages(self.fake.desk_channel) if f"#{number} " in m.text]
        assert len(cards) == 1, cards
        return cards[0]

    def thread(self, message: Message) -> Channel:
        """The thread on a message."""
        return self.fake.world.channels[message.id]

    def agents_room(self, number: int = 1) -> Channel:
        return self.thread(self.card(number))

    def texts(self, channel: Channel | User) -> list[str]:
        return [m.text for m in self.fake.messages(channel) if m.text]


def memory_of(store: Store) -> Memory:
    return Memory(
        heard=lambda after: store.read(partial(absence.heard, after)),
        acquaintances=lambda: store.read(partial(absence.acquaintances, "discord")),
        visitors=lambda: store.read(partial(absence.visitors, "discord")),
    )


@asynccontextmanager
async def running(fake: World, folder: Path, **options: Any) -> AsyncIterator[Shop]:
    """The bot from its start to its end; what it stored stays in `folder`."""
    store = open_store(f"sqlite:///{folder}/desk.db", lambda: datetime.now(UTC))
    files, router = DiskFiles(folder / "files", limit=5_000_000, refused=("exe",)), all_routes()

    async def suggested(takes: Takes, typed: str, actor: Actor, place: Place) -> Any:
        return await store.read(lambda work: suggest(takes, typed, actor, place, work))

    async def typing(who: UserRef, place: Place) -> Sequence[Place | UserRef]:
        return await store.read(lambda work: seen_typing(who, place, work))

    async def watched() -> tuple[Sequence[Watched], datetime | None]:
        since = datetime.now(UTC) - timedelta(days=30)
        return await store.read(lambda work: (work.watermarks.watched("discord", since), work.read_until("discord")))

    async def write_marks(marks: Sequence[Watched], heard_until: datetime | None) -> None:
        def write(work: UnitOfWork) -> None:
            work.watermarks.move(marks)
            if heard_until is not None:
                work.raise_read_until("discord", heard_until)

        await store.write(write)

    chat = DiscordChat(
        router,
        files,
        fake.token,
        suggest=suggested,
        seen_typing=typing,
        watched=watched,
        write_marks=write_marks,
        memory=memory_of(store),
        api_url=fake.api_url,
        gateway_url=fake.gateway_url,
        options=QUICK,
        **options,
    )
    chats: Mapping[str, Chat] = {"discord": chat}
    courier = Courier(router, store, chats, lambda: datetime.now(UTC))
    app = App(router, store, courier.posted)
    shop = Shop(fake, store, files, chat, app, courier)
    talking = asyncio.create_task(chat.run(app.handle))
    shop.tasks = [talking, asyncio.create_task(courier.run())]
    try:
        ready = asyncio.create_task(chat.up.wait())
        await asyncio.wait([talking, ready], return_when=asyncio.FIRST_COMPLETED, timeout=30)
        ready.cancel()
        if talking.done():
            talking.result()
        yield shop
    finally:
        await chat.client.close()
        with suppress(TimeoutError):  # what is being read from the database ends before it is closed
            await asyncio.wait_for(courier.settle(), 2)
        for task in shop.tasks:
            task.cancel()
        await asyncio.gather(*shop.tasks, return_exceptions=True)
        await store.close()
