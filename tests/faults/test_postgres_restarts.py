"""PostgreSQL is killed and started again, ten times, while people write: nothing that was acknowledged is lost, nothing
is shown twice, and five seconds after the server is back, so is the desk."""

import asyncio
import os
import pwd
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bot.inbound import MessagePosted
from storage.errors import trouble
from storage.opening import open_store
from tests import postgres
from tests.desk import Desk, person, private
from tests.desk import _on as on

RESTARTS = 10
RECOVERY = 5.0  # seconds
WRITERS = [person(f"p{number}") for number in range(8)]


class Server:
    """One of one's own, which can be killed. Its data outlives it."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.home = folder / "pg"
        self.process = postgres._start(folder, binaries)
        self.url = (folder / "ready").read_text()
        self.command: Any = self.process.args

    def kill(self) -> None:
        postgres._stop(self.process)

    def start(self) -> None:
        """Returns when it takes connections."""
        who: dict[str, Any] = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        env, none = {"PATH": os.defpath, "TZ": "UTC"}, subprocess.DEVNULL
        state = self.home / "data" / "postmaster.pid"
        state.unlink(missing_ok=True)
        self.process = subprocess.Popen(self.command, env=env, cwd=self.home, stdout=none, stderr=none, **who)
        postgres._until(
            lambda: state.exists() and state.read_text().rstrip().endswith("ready"), postgres.SECONDS_TO_START, "slow"
        )


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    import shutil
    import tempfile

    binaries = next(iter(postgres.installed()), None) or postgres._no_postgres()
    folder = Path(tempfile.mkdtemp(prefix="ht-pg-own-", dir=postgres._temporary()))
    folder.chmod(0o755)
    own = Server(folder, binaries)
    yield own
    own.kill()
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def desk_on(url: str) -> AsyncIterator[Desk]:
    from tests.desk import Clock

    clock = Clock()
    store = open_store(url, clock.now)
    desk = Desk(store, clock)
    await desk.set_up()
    yield desk
    await store.close()


class Writer:
    """Goes on writing; what is not acknowledged comes again, as platforms have it."""

    def __init__(self, desk: Desk, number: int) -> None:
        self.desk, self.who = desk, WRITERS[number]
        self.acknowledged = 0
        self.reasons: Counter[str] = Counter()

    async def go_on(self) -> None:
        while True:
            said = f"{self.who.name} {self.acknowledged}"
            event = MessagePosted(f"e:{said}", self.who, on(private(self.who), said), said)
            try:
                await self.desk.app.handle(event)
                self.acknowledged += 1
            except Exception as error:
                self.reasons[trouble(error)] += 1
                await asyncio.sleep(0.05)


async def test_ten_restarts_lose_nothing_and_are_soon_over(server: Server):
    async with desk_on(server.url) as desk:
        writers = [Writer(desk, number) for number in range(len(WRITERS))]
        tasks = [asyncio.create_task(writer.go_on()) for writer in writers]
        delivering = asyncio.create_task(desk.courier.run())
        recoveries = []
        for _ in range(RESTARTS):
            await _progress(writers, 5)
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(0.2)
            await asyncio.to_thread(server.start)
            began = time.monotonic()
            await _progress(writers, 1)
            recoveries.append(time.monotonic() - began)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert await desk.courier.finish(60)
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        reasons = sum((writer.reasons for writer in writers), Counter[str]())
        assert reasons, "no restart was noticed"
        assert max(recoveries) < RECOVERY, recoveries
        shown = Counter(text for room in desk.chat.rooms for text in desk.room(room) if room.startswith("agents/"))
        for writer in writers:
            name = writer.who.name
            wanted = [f"{name}: {name} {number}" for number in range(writer.acknowledged)]
            assert [text for text in wanted if shown[text] != 1] == []
        print(f"{sum(w.acknowledged for w in writers)} messages, {max(recoveries):.1f} s at most, {dict(reasons)}")


async def _progress(writers: list[Writer], many: int) -> None:
    """Each of them is acknowledged so many more."""
    wanted = [writer.acknowledged + many for writer in writers]
    async with asyncio.timeout(60):
        while any(writer.acknowledged < want for writer, want in zip(writers, wanted, strict=True)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
