"""The one place that builds everything and knows everyone: a desk, from settings to a running bot."""

import asyncio
import signal
import sys
import uuid
from asyncio import create_task
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.app import App
from bot.config import Settings
from bot.courier import Courier
from bot.desks.model import Desk, Member, Rank
from bot.desks.model import Settings as DeskSettings
from bot.effects import CLERK
from bot.inbound import Place
from bot.ops.observing import ObservedChat, Observer
from bot.ports import Chat, Files, UnitOfWork
from bot.privacy.auditing.auditing import ANCHORS
from bot.privacy.clerk import Clerk, Nobody
from bot.privacy.notices.policy import keep_current
from bot.privacy.promises import Promises
from bot.process.beside import answer_questions
from bot.process.clockwork import (
    anchor_every_day,
    keep_promises_current,
    keep_tombstones,
    purge_every_hour,
    sweep_every_hour,
    tick_every_minute,
)
from bot.process.guarding import guarded
from bot.process.peers import Alone, Peers
from bot.process.standby import serve_alone
from bot.router import Router
from bot.routes import all_routes
from storage.files import MEGABYTE, DiskFiles
from storage.notary import DiskNotary, open_notary, public_key
from storage.opening import join, open_store
from storage.settling import Encryption
from storage.store import SqlStore
from storage.tombstones import SqlTombstones

LAST_DELIVERIES = 10.0  # seconds for what is on its way when the bot is stopped
FIRST_DESK = Desk(0, "support", Place("console", "local", "agents"), DeskSettings())
FIRST_INTAKE = (Place("console", "local", "help"),)
FIRST_MEMBERS = (Member("console:local/@agents", Rank.AGENT), Member("console:local/@leads", Rank.LEAD))


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Running:
    """A desk whose courier is at work. `chats` are its platforms, and the clerk."""

    settings: Settings
    store: SqlStore
    files: Files
    tombstones: SqlTombstones
    notary: DiskNotary
    router: Router
    courier: Courier
    app: App
    chats: dict[str, Chat]
    now: Callable[[], datetime]
    peers: Peers = field(default_factory=Alone)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def serve(self, stop: asyncio.Event) -> None:
        """Stay connected until every platform is done or `stop` is set. Raises what ended a platform."""
        talking = [create_task(chat.run(self.app.handle)) for chat in self.chats.values()]
        stopping = create_task(stop.wait())
        try:
            while any(not task.done() for task in talking) and not stopping.done():
                done, _ = await asyncio.wait({stopping, *talking}, return_when=asyncio.FIRST_COMPLETED)
                for task in done & set(talking):
                    task.result()
                talking = [task for task in talking if not task.done()]
        finally:
            await self.rest()
            await _end([stopping, *talking])

    async def rest(self) -> None:
        """Start no more deliveries, and let those on their way arrive while the platforms are still connected."""
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=LAST_DELIVERIES)
            await _end(tasks)


Make = Callable[[Running], Chat]  # a platform, given what it may need


@asynccontextmanager
async def desk_running(
    settings: Settings,
    makers: Sequence[Make] = (),
    *,
    now: Callable[[], datetime] = now,
    ticking: bool = False,
    observers: Sequence[Observer] = (),
) -> AsyncIterator[Running]:
    """Open the database, connect nothing yet, deliver what waits. `ticking` lets time pass, once a minute; `observers`
    see what every platform brings and is given.

    Raises `storage.errors.CannotOpen`, and `OSError` if DATA_DIR cannot be made.
    """
    # Drivers drop the GIL at every statement; with the usual 5 ms a busy event loop would starve what runs in threads.
    sys.setswitchinterval(0.0005)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    notary = open_notary(settings.signing_key)
    promises = promises_of(settings)
    async with AsyncExitStack() as stack:
        store = open_store(settings.database, now, encryption_of(settings), settings.search)
        stack.push_async_callback(store.close)
        store.promises = await keep_current(store, promises)
        files = DiskFiles(
            settings.data_dir / "files",
            settings.max_file_mb * MEGABYTE,
            settings.file_types_refused,
            encrypted=store.sealing is not None,
        )
        tombstones = await guarded(settings, store, files, now)
        stack.callback(tombstones.close)
        router, chats = all_routes(), dict[str, Chat]()
        courier = Courier(router, store, chats, now)
        app = App(router, store, courier.posted, tombstones.gate)
        running = Running(settings, store, files, tombstones, notary, router, courier, app, chats, now)
        running.peers = courier.peers = peers = await join(store, courier.posted, chats.keys())
        stack.push_async_callback(peers.leave)
        for make in (_clerk, lambda _: Nobody(), *makers):
            chat = make(running)
            chats[chat.platform] = _observed(chat, observers)
        running.tasks = [create_task(courier.run())]
        if not peers.alone:  # exports are built in one folder, which whoever builds them empties first
            running.tasks.append(create_task(serve_alone(chats.pop(CLERK), peers, chats)))
        if settings.database_file is not None:  # which nobody else may write meanwhile
            running.tasks.append(create_task(answer_questions(store, settings.questions, courier.posted)))
        if ticking:
            running.tasks += [
                create_task(tick_every_minute(running.app, now)),
                create_task(sweep_every_hour(store, files, peers)),
                create_task(keep_promises_current(store, promises)),
                create_task(purge_every_hour(store, peers)),
                create_task(keep_tombstones(tombstones, settings.backup_days, now)),
                create_task(anchor_every_day(store, settings.data_dir / ANCHORS, now, peers)),
            ]
        stack.push_async_callback(running.rest)
        yield running


def _observed(chat: Chat, observers: Sequence[Observer]) -> Chat:
    for observer in observers:
        chat = ObservedChat(chat, observer)
    return chat


def encryption_of(settings: Settings) -> Encryption | None:
    """With what people's words are encrypted, if they are to be."""
    key, old = settings.master_key, settings.content_key_old
    if key is None:
        return None
    return Encryption(key, settings.key_store, bytes.fromhex(old.get_secret_value()) if old else None)


def promises_of(settings: Settings) -> Promises:
    """What the operator chose."""
    from bot.process.platforms import recipients  # which knows this file

    tokens = {"slack": settings.slack_bot_token, "discord": settings.discord_token}
    return Promises(
        timedelta(hours=settings.erasure_grace_hours),
        settings.operator,
        settings.privacy_contact,
        tuple(name for name, token in tokens.items() if token),
        age=settings.age_limit,
        approve_days=settings.approve_days,
        given=tuple(recipients(settings)),
        signed_by=public_key(settings.signing_key),
    )


def make_first_desk(work: UnitOfWork) -> bool:
    """The desk of the console, where there is none at all yet."""
    if work.desks.all():
        return False
    work.desks.save(FIRST_DESK, FIRST_INTAKE, FIRST_MEMBERS)
    return True


def stop_on_signals() -> asyncio.Event:
    """Set at the first Ctrl-C or SIGTERM; a second one ends the process at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def first(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, first, number)
    return stop


def _clerk(running: Running) -> Chat:
    settings = running.settings
    folder = settings.data_dir / "exports"
    stores = running.store, running.files, running.tombstones, running.notary
    posted = running.courier.posted
    return Clerk(*stores, folder, running.now, new_id, settings.export_hours, posted=posted)


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
