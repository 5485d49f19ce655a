"""The same on PostgreSQL, which keeps what was deleted in more places than a file: in its dumps and its statistics
nothing is left; in its own files nothing once they are written anew; its write-ahead log is not ours, and named."""

import asyncio
import subprocess
from pathlib import Path

import psycopg
import pytest

from bot.config import Settings
from bot.operating.proving import NOT_LOOKED_AT
from storage import leases
from tests.canaries import going
from tests.canaries.life import Life
from tests.canaries.looking import left_in
from tests.canaries.test_gone import STAGES
from tests.postgres import data_folder, tool

pytestmark = pytest.mark.timeout(600)  # two whole lives


@pytest.mark.parametrize("platform", STAGES)
async def test_on_postgresql_one_is_gone_and_the_other_all_there(
    platform: str, tmp_path: Path, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LIFE", 600.0)  # seconds: nobody else is there to take over
    async with STAGES[platform](tmp_path, database_url=empty_postgres) as stage:
        hers, his = await going.both_live(stage)
        assert left_in(dump(empty_postgres), hers.marks)
        before = going.Before.of(his, hers)

        await going.delete(hers)

        going.is_gone(hers, Settings.model_validate({"data_dir": tmp_path, "database_url": empty_postgres}))
        gone = [*going.words_to_go(hers), stage.ref(hers.user).id]
        dumped = await asyncio.to_thread(dump, empty_postgres)
        assert left_in(dumped, gone) == []
        assert left_in(dumped, [stage.ref(his.user).id]) != []
        await going.goes_again(hers)
        before.is_all_there(his, hers)
        await asyncio.to_thread(look_into_its_own_files, empty_postgres, gone, his)


def dump(url: str) -> bytes:
    found = tool(url, "pg_dump")
    if found is None:
        pytest.skip("there is no pg_dump here, or it is older than the server")
    return subprocess.run([found, "--inserts", url], check=True, capture_output=True).stdout


def look_into_its_own_files(url: str, gone: list[str], his: Life) -> None:
    """Vacuuming leaves the bytes of rows in gaps of their pages until these are used again; VACUUM FULL writes tables
    anew, the catalogue's too. Of the write-ahead log `prove-erased` says that it does not look at it."""
    folder = data_folder(url)
    if folder is None:
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM FULL")
        connection.execute("CHECKPOINT")
        [[number]] = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    found = b"\n".join(path.read_bytes() for path in files_of(folder, number))
    assert left_in(found, gone) == []
    assert left_in(found, [his.words["note after its edit"]]) != []
    assert "write-ahead log" in NOT_LOOKED_AT


def files_of(folder: Path, database: int) -> list[Path]:
    """All but the write-ahead log and other databases; and what the server logged."""
    mine, others, log = folder / "base" / str(database), folder / "base", folder.parent.parent / "log"
    every = [path for path in folder.rglob("*") if path.is_file() and (folder / "pg_wal") not in path.parents]
    return [path for path in every if mine in path.parents or others not in path.parents] + [log]
