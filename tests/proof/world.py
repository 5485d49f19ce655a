"""A whole bot on a SQLite file that can be stopped, killed and started again, and the people around it."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from bot.app import App
from bot.courier import Courier
from bot.inbound import Event, Place, Tick
from bot.ports import Ask, HomePage, Reply, Say
from bot.routes import all_routes
from storage.opening import open_store
from storage.sqlite import SqliteStore
from tests.desk import Clock, Desk, person, words
from tests.proof.chat import Fault, Platform
from tests.proof.held import Held, Reader

T = TypeVar("T")
CLEO, OLGA = person("cleo"), person("olga")
MEMORY = Path("/dev/shm")


def folder() -> Path:
    """A new folder, in memory where there is some: what is proven here is not the disk."""
    return Path(tempfile.mkdtemp(prefix="proof-", dir=MEMORY if MEMORY.is_dir() else None))


@cache
def template(desks: int) -> bytes:
    """A migrated database with one desk or two; whoever copies it need not migrate again."""
    where = folder()

    async def make() -> None:
        store = open_store(f"sqlite:///{where}/template.db", Clock().now)
        desk = Desk(store, Clock())
        await desk.set_up()
        if desks > 1:
            await desk.set_up_other("billing", OLGA)
        await store.close()

    with asyncio.Runner() as runner:
        runner.run(make())
    data = (where / "template.db").read_bytes()
    shutil.rmtree(where)
    return data


@dataclass(frozen=True)
class Scene:
    """What is left of a world: its database and what the platform shows."""

    data: bytes
    chat: Platform


class World:
    """`chat` outlives the process, as platforms do. It can begin where another world was left."""

    def __init__(self, desks: int = 1, so_far: "Scene | None" = None) -> None:
        where = folder()
        (where / "desk.db").write_bytes(so_far.data if so_far else template(desks))
        self.take_over(where, deepcopy(so_far.chat) if so_far else Platform())

    def take_over(self, folder: Path, chat: Platform) -> None:
        """Begin on what is there."""
        self.folder = folder
        self.path = folder / "desk.db"
        self.clock = Clock()
        self.chat = chat
        self.runner = asyncio.Runner()
        self.reader = Reader(self.path)
        self.count = 0
        self._start()

    def _start(self) -> None:
        self.store = SqliteStore(self.path, self.clock.now)
        self.router = all_routes()
        self.courier = Courier(self.router, self.store, {"fake": self.chat}, self.clock.now)
        self.app = App(self.router, self.store, self.courier.posted)

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(job)

    def stop(self) -> None:
        self.run(self.store.close())

    def restart(self) -> None:
        """Another process takes over the file."""
        self.stop()
        self._start()

    def end(self) -> "Scene":
        self.stop()
        self.reader.close()
        self.runner.close()
        scene = Scene(self.path.read_bytes(), self.chat)
        shutil.rmtree(self.folder)
        return scene

    def held(self) -> Held:
        return self.reader.read()

    def handle(self, event: Event) -> Reply:
        return self.run(self.app.handle(event))

    def tick(self) -> None:
        self.run(self.app.tick(Tick(f"tick:{self.id()}")))

    def drain(self) -> int:
        """Deliver what is due, one effect of each room."""
        return self.run(self.courier.drain())

    def crash(self, faults: Sequence[Fault | None]) -> None:
        """Kill the process in the middle of delivering, and start another. `faults` end in its death."""
        self.chat.faults = list(faults)

        async def killed() -> None:
            self.chat.crashed = asyncio.Event()
            draining = asyncio.create_task(self._drain_all())
            stuck = asyncio.create_task(self.chat.crashed.wait())
            await asyncio.wait([draining, stuck], return_when=asyncio.FIRST_COMPLETED)
            for task in (draining, stuck):
                task.cancel()
            await asyncio.gather(draining, stuck, return_exceptions=True)

        self.run(killed())
        self.chat.faults = []
        self.restart()

    async def _drain_all(self) -> None:
        while await self.courier.drain():
            pass

    def id(self) -> str:
        self.count += 1
        return f"id-{self.count}"


def on(place: Place, message: str) -> Place:
    return replace(place, message=message)


def read(reply: Reply) -> str:
    """All a person reads of a reply, its buttons included."""
    match reply:
        case Say(message=message):
            return "\n".join([words(message), *(button.label for button in message.buttons)])
        case HomePage(rows=rows):
            return "\n".join(read(Say(row)) for row in rows)
        case Ask(form=form):
            return f"form: {form.title}"
    return ""
