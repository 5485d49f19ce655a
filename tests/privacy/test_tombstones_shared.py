"""Several processes on one PostgreSQL share the tombstones: none is lost, none is in the way of another."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.message import UserRef
from bot.ports import TryLater
from bot.privacy.erasing.erase import Erasure
from bot.privacy.erasing.gate import ERASURE, State
from bot.privacy.erasing.steps import LEASE, AtWork, Step
from bot.privacy.model import Asked, Request, Stage
from bot.process import guarding
from bot.process.guarding import reconciled
from bot.process.running import desk_running
from storage import side_store
from storage.errors import CannotOpen
from storage.files import DiskFiles
from storage.opening import open_store
from storage.settling import Encryption
from storage.side_store import filesystem
from storage.tombstones import SqlTombstones, open_tombstones
from tests.desk import Clock, Desk, FakeChat
from tests.postgres import fresh_database
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import CLIO, HERS, erase
from tests.privacy.test_restored import Installation, a_day_and_a_backup, installation, requests

__all__ = ["installation"]
ROOT = Path(__file__).parents[2]
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEY = b"k" * 32
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LAID = 40  # by each of the processes
LAY = """
import sys
from datetime import UTC, datetime
from bot.message import UserRef
from bot.privacy.erasing.gate import State
from storage.tombstones import open_tombstones
url, name, many = sys.argv[1:]
at = datetime(2026, 1, 5, 9, tzinfo=UTC)
stones = open_tombstones(url, b"k" * 32)
for n in range(int(many)):
    stones.lay(UserRef("fake", "w", f"{name}{n}"), "erasure", State.DONE, at, at)
    stones.refresh()
    stones.purge(datetime(2025, 1, 1, tzinfo=UTC))
stones.close()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def stones_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there are no tombstones yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/shared/tombstones.db"
        return
    with fresh_database(str(request.getfixturevalue("postgres_url")), "tombstones") as url:
        yield url


def test_of_those_that_several_processes_make_and_lay_at_once_none_is_lost(stones_url: str) -> None:
    commands = [[sys.executable, "-c", LAY, stones_url, name, str(LAID)] for name in ("one", "two", "three")]
    processes = [subprocess.Popen(each, cwd=ROOT, stderr=subprocess.PIPE) for each in commands]
    errors = [process.communicate(timeout=120)[1].decode() for process in processes]
    assert errors == ["", "", ""]
    stones = open_tombstones(stones_url, KEY, known=True)
    laid = stones.since(0)
    assert [stone.seq for stone in laid] == list(range(1, 3 * LAID + 1))
    whose = {
        stones.gate.digest(UserRef("fake", "w", f"{name}{n}")) for name in ("one", "two", "three") for n in range(LAID)
    }
    assert {stone.subject for stone in laid} == whose == set(stones.gate.erased)
    assert (stones.last, stones.purged) == (3 * LAID, 0)
    stones.close()


@POSTGRESQL
async def test_processes_that_start_at_once_on_a_restored_database_erase_once_and_all_start(
    installation: Installation, stones_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "LOOK", 0.05)
    installation.settings = installation.settings.model_copy(update={"tombstones": SecretStr(stones_url)})
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
    installation.restore()

    async def start() -> list[str]:
        async with desk_running(installation.settings, [lambda _: FakeChat()], now=installation.clock.now):
            return [word for word in HERS if word in installation.on_disk()]

    assert list(await asyncio.gather(start(), start(), start())) == [[], [], []]
    async with installation.running(FakeChat()) as running:
        assert {request.stage for request in await requests(running)} == {Stage.DONE}
        stones = [(stone.state, stone.kind) for stone in running.tombstones.since(0)]
    assert stones == [(State.BEGUN, ERASURE), (State.DONE, ERASURE)]


@POSTGRESQL
async def test_who_starts_after_another_one_was_killed_at_it_waits_and_erases(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "LOOK", 0.05)
    async with installation.desk() as desk:
        await a_day_and_a_backup(installation, desk)
        await erase(desk, CLIO)
    installation.restore()

    async def killed(self: Erasure) -> bool:
        raise SystemExit

    def ticking() -> datetime:
        installation.clock.time += LEASE / 20
        return installation.clock.time

    store = open_store(installation.settings.database, ticking)
    files = DiskFiles(installation.settings.data_dir / "files")
    with monkeypatch.context() as dying:
        dying.setattr(Erasure, "_erase_rows", killed)
        with pytest.raises(SystemExit):
            await reconciled(installation.settings, store, files, ticking)
    tombstones, erased, _ = await reconciled(installation.settings, store, files, ticking)
    tombstones.close()
    await store.close()
    assert erased == 1
    assert [word for word in HERS if word in installation.on_disk()] == []


async def test_whoever_was_frozen_while_another_process_erased_does_not_open_it_again(
    office: Desk, files: DiskFiles, tmp_path: Path
) -> None:
    """Else who comes back would be turned away for ever, and erased again at the next start."""
    await office.say(CLIO, "lilac words of hers")
    new = Request(0, CLIO.ref, Asked.ERASURE, office.now())
    request = await office.store.write(lambda work: work.privacy.open_request(new))
    ours, theirs = (open_tombstones(f"sqlite:///{tmp_path}/both.db", KEY) for _ in range(2))

    def erasure(tombstones: SqlTombstones) -> Erasure:
        return Erasure(office.store, files, tombstones, request, "", office.now(), 0, lambda: None)

    slow, quick = erasure(ours), erasure(theirs)
    await slow._begin(Step.TOMBSTONE, ghost="g")
    office.later(seconds=LEASE.total_seconds() + 1)
    with pytest.raises(TryLater):
        await quick.run(lambda: "g")  # posts are to be taken back
    await settle(office)
    await erasure(theirs).run(lambda: "g")
    assert theirs.since(0)[-1].state is State.DONE
    with pytest.raises(AtWork):
        await slow._lay(State.BEGUN)
    ours.refresh()
    stone = ours.gate.stone(CLIO.ref)
    assert stone is not None
    assert stone.state is State.DONE
    for each in (ours, theirs):
        each.close()


def test_another_process_that_is_behind_lays_what_it_has_not_heard_of(tmp_path: Path) -> None:
    one, other = (open_tombstones(f"sqlite:///{tmp_path}/both.db", KEY) for _ in range(2))
    one.lay(CLIO.ref, ERASURE, State.DONE, NOW, NOW)
    assert other.gate.stone(CLIO.ref) is None
    other.lay(CLIO.ref, ERASURE, State.BEGUN, NOW, NOW)
    other.refresh()
    one.refresh()
    for each in (one, other):
        stone = each.gate.stone(CLIO.ref)
        assert stone is not None
        assert (stone.seq, stone.state) == (2, State.BEGUN)
        each.close()


MOUNTED = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:44 / /srv/help\\040thread rw,relatime shared:9 - nfs4 files:/export rw,vers=4.2
31 22 0:45 / /srv/shared rw - fuse.sshfs me@files: rw
32 31 8:2 / /srv/shared/disk rw - xfs /dev/sdb1 rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/help thread/tombstones.db", "nfs4"), ("/srv/shared/a/tombstones.db", "fuse.sshfs"),
        ("/srv/shared/disk/tombstones.db", "xfs"), ("/srv/sharedmore/tombstones.db", "ext4"),
        ("/home/tombstones.db", "ext4"),
    ],
)  # fmt: skip
def test_what_file_system_a_file_is_on(tmp_path: Path, path: str, kind: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTED)
    assert filesystem(Path(path), tmp_path / "mounts") == kind
    assert filesystem(Path(path), tmp_path / "nowhere") == ""


@pytest.fixture
def on_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_store, "filesystem", lambda path: "nfs4")


@POSTGRESQL
async def test_a_file_of_tombstones_that_machines_share_is_refused_in_one_line(
    installation: Installation, on_a_network: None
) -> None:
    line = r"the tombstones at .*tombstones.db are on a network file system \(nfs4\).*set TOMBSTONES to a PostgreSQL"
    with pytest.raises(CannotOpen, match=line) as told:
        async with installation.running(FakeChat()):
            pass
    assert "\n" not in str(told.value)


@SQLITE
async def test_one_process_on_sqlite_may_keep_its_folder_where_it_likes(
    installation: Installation, on_a_network: None
) -> None:
    async with installation.running(FakeChat()) as running:
        assert running.tombstones.last == 0


@POSTGRESQL
async def test_a_file_of_keys_that_machines_share_is_refused_in_one_line(
    database_url: str, tmp_path: Path, on_a_network: None
) -> None:
    encryption = Encryption(b"m" * 32, tmp_path / "desk.keys")
    with pytest.raises(CannotOpen, match=r"the keys at .*desk.keys are on a network.*set CONTENT_KEYS_URL"):
        open_store(database_url, Clock().now, encryption, "memory")


@POSTGRESQL
async def test_machines_with_a_file_of_tombstones_each_are_told_what_to_do(
    installation: Installation, tmp_path: Path
) -> None:
    async with installation.running(FakeChat()):
        pass
    elsewhere = installation.settings.model_copy(update={"data_dir": tmp_path / "another-machine"})
    with pytest.raises(CannotOpen, match=r"missing.*on several machines need one PostgreSQL database in TOMBSTONES"):
        async with desk_running(elsewhere, [lambda _: FakeChat()], now=installation.clock.now):
            pass
    open_tombstones(elsewhere.tombstone_store, KEY).close()  # one of its own
    with pytest.raises(CannotOpen, match="the key of the tombstones is another one"):
        async with desk_running(elsewhere, [lambda _: FakeChat()], now=installation.clock.now):
            pass
