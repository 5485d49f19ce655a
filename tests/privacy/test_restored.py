"""T12: a backup from before an erasure comes back, and whom it brings back is gone before a platform is talked to."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, select

from bot.config import Settings
from bot.effects import CLERK, Effect
from bot.operating.office import reconcile
from bot.ports import Handle, Spot, TryLater, UnitOfWork
from bot.privacy.erasing.gate import State
from bot.privacy.model import Asked, Request, Stage
from bot.process.guarding import KEY_FILE
from bot.process.running import Running, desk_running
from storage.backup import backup
from storage.errors import CannotOpen
from storage.opening import postgresql_url
from storage.rows import RequestRow
from storage.store import SqlUnitOfWork
from tests.desk import Clock, Desk, FakeChat, private
from tests.postgres import installed
from tests.privacy.canaries import traces
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import CARL, CLIO, HERS, HIS, a_day, erase

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Watchful(FakeChat):
    """A platform that looks, whenever it is called, at all there is on disk."""

    def __init__(self, look: Callable[[], str]) -> None:
        super().__init__()
        self.look = look
        self.saw: list[str] = []

    async def run(self, handle: Handle) -> None:
        self.saw.append(self.look())

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        self.saw.append(self.look())
        return await super().deliver(effect, at, token)


class Installation:
    """A database and DATA_DIR, started and stopped like the program, and the operator's backup beside them."""

    def __init__(self, settings: Settings, clock: Clock, beside: Path) -> None:
        self.settings, self.clock, self.copy = settings, clock, beside / "backup"
        beside.mkdir()

    @asynccontextmanager
    async def running(self, chat: FakeChat) -> AsyncIterator[Running]:
        async with desk_running(self.settings, [lambda _: chat], now=self.clock.now) as running:
            yield running

    @asynccontextmanager
    async def desk(self, chat: FakeChat | None = None) -> AsyncIterator[Desk]:
        """In the hands of a test, which delivers by itself."""
        chat = chat or FakeChat()
        async with self.running(chat) as running:
            async with asyncio.timeout(30):
                while CLERK not in running.chats:  # noqa: ASYNC110 - on a server it waits for its turn
                    await asyncio.sleep(0.02)
            chats = dict(running.chats)
            await running.rest()
            desk = Desk(running.store, self.clock)
            desk.chat, desk.app = chat, running.app
            desk.chats = desk.courier.chats = chats
            yield desk

    def back_up(self) -> None:
        if self.settings.database_file is not None:
            backup(self.settings.database, self.copy, self.clock.now())
        else:
            self._tool("pg_dump", "--format=custom", f"--file={self.copy}", self._dsn())

    def restore(self) -> None:
        if self.settings.database_file is None:
            self._tool("pg_restore", "--clean", "--if-exists", f"--dbname={self._dsn()}", str(self.copy))
            self.copy.unlink()
            return
        for name in ("", "-wal", "-shm"):
            Path(f"{self.settings.database_file}{name}").unlink(missing_ok=True)
        self.copy.rename(self.settings.database_file)

    def on_disk(self) -> str:
        if self.settings.database_file is not None:
            engine = create_engine("sqlite://")
        else:
            engine = create_engine(postgresql_url(self.settings.database))
        found = traces(engine, self.settings.data_dir).decode(errors="replace")
        engine.dispose()
        return found

    def _dsn(self) -> str:
        return postgresql_url(self.settings.database).set(drivername="postgresql").render_as_string(hide_password=False)

    def _tool(self, name: str, *arguments: str) -> None:
        if not (tools := [folder / name for folder in installed() if (folder / name).exists()]):
            pytest.skip(f"there is no {name}")
        subprocess.run([str(tools[0]), *arguments], check=True, capture_output=True)


@pytest.fixture
def installation(database_url: str, clock: Clock, tmp_path: Path) -> Installation:
    folder = tmp_path / "data"
    folder.mkdir()
    url = database_url.replace(str(tmp_path), str(folder))
    if url != database_url:
        (tmp_path / "desk.db").rename(folder / "desk.db")
    return Installation(Settings(data_dir=folder, database_url=SecretStr(url)), clock, tmp_path / "beside")


async def a_day_and_a_backup(installation: Installation, desk: Desk) -> None:
    await desk.set_up()
    files = getattr(desk.chats["clerk"], "files")  # noqa: B009
    await a_day(desk, files)
    await settle(desk)
    installation.back_up()


async def requests(running: Running) -> list[Request]:
    def erasures(work: UnitOfWork) -> list[Request]:
        assert isinstance(work, SqlUnitOfWork)
        numbers = work.connection.scalars(select(RequestRow.number))  # PostgreSQL's go on from test to test
        everybody = [work.privacy.request(number) for number in numbers.all()]
        return [request for request in everybody if request and request.asked is Asked.ERASURE]

    return await running.store.read(erasures)


async def test_T12_whoever_a_backup_brings_back_is_gone_before_the_first_platform_call(
    installation: Installation,
) -> None:
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
        assert [word for word in HERS if word in installation.on_disk()] == []
    installation.restore()
    assert [word for word in HERS if word not in installation.on_disk() and word not in ("quartz", "jasper")] == []

    watchful = Watchful(installation.on_disk)
    async with installation.running(watchful) as running:
        assert [word for word in HERS if word in installation.on_disk()] == []
        await running.courier.finish(10)
        await watchful.run(running.app.handle)
        assert [request.stage for request in await requests(running)] == [Stage.DONE]
        assert "tickets" in dict((await requests(running))[0].counts)
    assert len(watchful.saw) > 1  # agents hear of the ticket that was open in the backup
    for saw in watchful.saw:
        assert [word for word in HERS if word in saw] == []
        assert [word for word in HIS if word not in saw] == []
    assert "Your data is deleted" not in str(watchful.rooms)


@SQLITE
async def test_the_next_start_has_nothing_to_do_and_who_came_back_stays(installation: Installation) -> None:
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
    installation.restore()
    async with installation.desk() as desk:
        desk.count = 1000  # another day's events
        await desk.say(CLIO, "saffron: I am new here")
    async with installation.desk() as desk:
        assert [t.subject for t in await desk.store.read(lambda work: work.tickets.of(CLIO.ref, 0, 9))] == [
            "saffron: I am new here"
        ]


@SQLITE
async def test_an_erasure_that_was_not_over_goes_as_far_as_it_needs_no_platform_and_then_on(
    installation: Installation,
) -> None:
    chat = FakeChat()
    async with installation.desk(chat) as desk:
        await a_day_and_a_backup(installation, desk)
        chat.refuse = lambda effect: TryLater(30) if effect.kind == "remove" else None
        await desk.type(CLIO, "/mydata delete", private(CLIO))
        number = (await desk.store.read(lambda work: work.privacy.requests_of(CLIO.ref)))[0].number
        await desk.press(CLIO, "mydata.confirm", str(number), private(CLIO))
    installation.restore()

    chat.refuse = lambda effect: None
    async with installation.desk(chat) as desk:
        words = [word for word in HERS[:7] if word in installation.on_disk()]
        assert words == []
        installation.clock.time = installation.clock.time.replace(year=2027)
        await settle(desk)
        assert [word for word in HERS if word in installation.on_disk()] == []
        assert [post.message.title for post in chat.rooms[f"@{CLIO.ref.id}"]] == ["Your data is deleted"]


@SQLITE
async def test_without_the_tombstones_nothing_starts(installation: Installation) -> None:
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
    installation.restore()
    store = installation.settings.data_dir / "tombstones.db"
    kept = store.read_bytes()
    store.unlink()
    with pytest.raises(CannotOpen, match=r"tombstones at .*tombstones.db are missing.*put them back"):
        async with installation.desk():
            pass
    assert not store.exists()

    store.write_bytes(kept)
    async with installation.desk() as desk:
        assert [word for word in HERS if word in installation.on_disk()] == []


@SQLITE
async def test_tombstones_from_a_backup_are_too_old_to_be_trusted(installation: Installation) -> None:
    store = installation.settings.data_dir / "tombstones.db"
    async with installation.desk() as desk:
        await desk.set_up()
        await desk.say(CLIO, "lilac words of hers")
        old = store.read_bytes()
        await erase(desk, CLIO)
    store.write_bytes(old)
    with pytest.raises(CannotOpen, match="older than the database"):
        async with installation.desk():
            pass


@SQLITE
async def test_with_another_key_nobody_would_be_recognised_so_nothing_starts(installation: Installation) -> None:
    async with installation.desk():
        key = installation.settings.data_dir / KEY_FILE
        assert key.stat().st_mode & 0o777 == 0o600
    key.write_text("ab" * 32)
    with pytest.raises(CannotOpen, match="the key of the tombstones is another one"):
        async with installation.desk():
            pass
    key.write_text("nonsense")
    with pytest.raises(CannotOpen, match="holds no key"):
        async with installation.desk():
            pass


@SQLITE
async def test_a_backup_that_is_older_than_the_tombstones_are_kept_is_refused(installation: Installation) -> None:
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
    async with installation.running(FakeChat()) as running:
        assert running.tombstones.purge(installation.clock.now() - timedelta(days=1)) == 0
        installation.clock.time = installation.clock.time.replace(year=2028)
        assert running.tombstones.purge(installation.clock.now()) == 2
        assert running.tombstones.gate.erased == {}
    installation.restore()
    with pytest.raises(CannotOpen, match="older than BACKUP_DAYS allows"):
        async with installation.desk():
            pass


@SQLITE
async def test_who_lost_the_tombstones_for_good_can_say_so(installation: Installation) -> None:
    async with installation.desk() as desk:
        await desk.set_up()
        await desk.say(CARL, "teapot words of his")
    (installation.settings.data_dir / "tombstones.db").unlink()
    (installation.settings.data_dir / KEY_FILE).unlink()
    assert "begin anew" in await reconcile(installation.settings, lost=True)
    async with installation.desk() as desk:
        assert "tickets: 1, kept" in await desk.type(CARL, "/mydata", private(CARL))


@SQLITE
async def test_an_operator_can_erase_again_without_starting(installation: Installation) -> None:
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
    installation.restore()
    assert await reconcile(installation.settings, lost=False) == "1 person was in this backup and is erased again"
    assert [word for word in HERS if word in installation.on_disk()] == []
    assert await reconcile(installation.settings, lost=False) == "nobody who was erased is in this database"


@SQLITE
async def test_tombstones_name_nobody(installation: Installation) -> None:
    async with installation.desk() as desk:
        await desk.set_up()
        await desk.say(CLIO, "lilac words of hers")
        await erase(desk, CLIO)
    there = (installation.settings.data_dir / "tombstones.db").read_bytes().decode(errors="replace")
    assert [word for word in ("lilac", CLIO.ref.id, *CLIO.name.split()) if word in there] == []
    async with installation.running(FakeChat()) as running:
        states = [(stone.state, stone.subject) for stone in running.tombstones.since(0)]
    digest = running.tombstones.gate.digest(CLIO.ref)
    assert states == [(State.BEGUN, digest), (State.DONE, digest)]
