"""Health turns red and says why, and is green again by itself."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.config import ConfigError, Settings
from bot.errors import Problem
from bot.inbound import MessagePosted
from bot.ops import health
from bot.ops.watch import Watch
from bot.ports import UnitOfWork
from storage.errors import trouble
from storage.store import SqlUnitOfWork
from tests.desk import BEN, HELP
from tests.ops.watched import Watched, until, watched

ROOT = Path(__file__).parents[2]


async def test_all_is_well(tmp_path: Path):
    async with watched(tmp_path) as desk:
        for path in ("/livez", "/readyz", "/healthz"):
            status, told = await desk.get(path)
            assert (status, told["status"]) == (200, "ok")
        assert await desk.wrong() == {}


async def test_a_platform_that_is_not_connected_is_named(tmp_path: Path):
    async with watched(tmp_path) as desk:
        desk.chat.there = False
        await until(lambda: _says(desk, {"platform:fake": "not connected"}))
        assert (await desk.get("/readyz"))[0] == 503
        assert (await desk.get("/livez"))[0] == 200
        desk.chat.there = True
        await until(lambda: _says(desk, {}))
        assert (await desk.get("/readyz"))[0] == 200


async def test_a_database_that_another_program_holds_is_busy_until_it_lets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    async with watched(tmp_path) as desk:
        with closing(sqlite3.connect(tmp_path / "helpthread.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await until(lambda: _begins(desk, "database", "busy"))
            assert (await desk.get("/readyz"))[0] == 503
            other.execute("ROLLBACK")
        await until(lambda: _says(desk, {}))


async def test_a_disk_with_room_for_the_probe_and_for_nothing_that_people_say_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It was green on a full disk, because what it writes to find out needs no new page."""
    async with watched(tmp_path) as desk:
        await desk.running.store.write(_no_more_pages)
        with pytest.raises(sqlite3.OperationalError):
            await _says_very_much(desk)
        await until(lambda: _says(desk, {"database": "the disk is full"}))
        assert (await desk.get("/readyz"))[0] == 503
        monkeypatch.setattr(health, "REMEMBERED_SECONDS", 0.0)
        await until(lambda: _says(desk, {}))


async def _says_very_much(desk: Watched) -> None:
    for number in range(1000):
        said = " ".join(f"{number}word{each}" for each in range(400))
        await desk.chat.bring(MessagePosted(f"m{number}", BEN, replace(HELP, message=str(number)), said))


def _no_more_pages(work: UnitOfWork) -> None:
    assert isinstance(work, SqlUnitOfWork)
    connection = work.connection
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


async def test_an_event_loop_that_is_late_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "BEAT", 0.02)
    monkeypatch.setattr(health, "LAG", 0.5)
    async with watched(tmp_path) as desk:
        time.sleep(0.8)  # noqa: ASYNC251 (that is the fault)
        await until(lambda: _begins(desk, "loop", "busy: answers come"))
        assert (await desk.get("/readyz"))[0] == 200
        await until(lambda: _says(desk, {}))


async def test_only_what_is_asked_is_answered(tmp_path: Path):
    async with watched(tmp_path) as desk:
        assert (await desk.get("/"))[0] == 404
        assert (await desk.get("/metrics/../../etc/passwd"))[0] == 404
        url = f"http://127.0.0.1:{desk.watch.port}/healthz"
        async with aiohttp.ClientSession() as session, session.post(url, data=b"x" * 10_000) as answer:
            assert answer.status == 405


async def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path):
    async with watched(tmp_path / "one") as desk:
        with pytest.raises(Problem, match=rf"^OPS_PORT {desk.watch.port} at 127.0.0.1 cannot be had \(.+\)"):
            async with watched(tmp_path / "two", ops_port=desk.watch.port):
                pass


async def test_it_is_reached_from_this_machine_only_unless_told_otherwise(tmp_path: Path):
    assert Settings(data_dir=tmp_path).ops_address == "127.0.0.1"
    assert Settings(data_dir=tmp_path).ops_port is None


async def test_what_is_off_is_not_there(tmp_path: Path):
    watch = Watch(Settings(data_dir=tmp_path))
    assert watch.observers == []
    program = (
        "import sys; from bot import operating; from bot.config import Settings; from bot.ops.watch import Watch\n"
        "Watch(Settings())\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'prometheus_client', 'opentelemetry', 'aiohttp'}))"
    )
    said = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == "[]\n"


def test_traces_that_cannot_be_made_stop_the_start_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "bot.ops.traces", None)
    with pytest.raises(ConfigError, match=r"pip install helpthread\[otel\]"):
        Watch(Settings(data_dir=tmp_path, otel_exporter_otlp_endpoint="http://127.0.0.1:4318"))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("SQLITE_READONLY_DBMOVED", "it cannot be written: read-only"),
        ("SQLITE_FULL", "the disk is full"),
        ("SQLITE_BUSY_SNAPSHOT", "busy: another program holds it"),
        ("SQLITE_MISMATCH", "it refuses (SQLITE_MISMATCH)"),
        ("53100", "the disk is full"),
        ("57P03", "it is stopping or starting"),
        (None, "it cannot be reached"),
    ],
)
def test_what_an_error_of_the_database_means_is_said_without_its_text(code: str | None, told: str):
    error = Exception("my password is hunter2")
    setattr(error, "sqlite_errorname" if str(code).startswith("SQLITE") else "sqlstate", code)
    assert trouble(error) == told


async def _says(desk: Watched, wrong: dict[str, str]) -> bool:
    return await desk.wrong() == wrong


async def _begins(desk: Watched, check: str, reason: str) -> bool:
    return (await desk.wrong()).get(check, "").startswith(reason)
