"""Three bots on one PostgreSQL and one workspace: frozen, killed and cut off while people go on writing."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.fakes.slack import FakeSlack, User
from tests.fakes.slack.limits import Limits
from tests.slack.world import World, eventually, world

ROOT = Path(__file__).parents[2]
CUSTOMERS = 6
PATIENCE = 120.0  # seconds, on a machine under load; others take over after six without a sign of life


@contextlib.asynccontextmanager
async def bot(slack: FakeSlack, folder: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own, killed at the end if it still runs."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": slack.app.bot_token,
        "SLACK_APP_TOKEN": slack.app.app_token,
        "SLACK_API_URL": slack.base_url,
    }
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=env, cwd=folder, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Traffic:
    """Customers who go on writing in private, each in a ticket of their own."""

    def __init__(self, desk: World, customers: list[User]) -> None:
        self.desk = desk
        self.customers = customers
        self.said: list[str] = []
        self.pause = 0.5

    async def go_on(self) -> None:
        for number in range(10_000):
            for who in self.customers:
                self.said.append(f"{who.name} says {number}")
                await self.desk.slack.say(who.id, "@bot", self.said[-1])
            await asyncio.sleep(self.pause)

    def shown(self) -> Counter[str]:
        """What agents see, in any room, and how often."""
        seen = (line.text for room in range(1, CUSTOMERS + 1) for line in self.desk.agents_room(room))
        return Counter(text for text in seen if " says " in text)

    def missing(self) -> set[str]:
        return set(self.said) - set(self.shown())


@pytest.mark.timeout(600)
async def test_whoever_is_gone_is_replaced_and_nothing_is_lost_or_there_twice(tmp_path: Path, empty_postgres: str):
    """Frozen for longer than others wait, and then back; killed; all connections to the database cut."""
    slack = FakeSlack(limits=Limits.off())
    async with world(tmp_path, slack=slack, database_url=empty_postgres) as desk:
        customers = [slack.user(f"customer{number}") for number in range(CUSTOMERS)]
        for who in customers:
            await desk.say(who, "my printer is on fire")
        await desk.stop()
        slack.patience = 0.05
        traffic = Traffic(desk, customers)
        async with (
            bot(slack, tmp_path, empty_postgres) as frozen,
            bot(slack, tmp_path, empty_postgres) as killed,
            bot(slack, tmp_path, empty_postgres),
        ):
            await slack.sockets.connected(6, PATIENCE)
            writing = asyncio.create_task(traffic.go_on())
            await relayed(traffic, 12)
            frozen.send_signal(signal.SIGSTOP)
            await eventually(lambda: alive(empty_postgres) == 2, PATIENCE)
            slack.sockets.drop()  # Slack lets go of who answers no ping; the others connect again
            await taken_over(traffic)
            frozen.send_signal(signal.SIGCONT)
            await relayed(traffic, 12)
            killed.kill()
            await taken_over(traffic)
            cut(empty_postgres)
            await taken_over(traffic)
            writing.cancel()
            await asyncio.wait({writing})
            await slack.advance(400)  # Slack's retries
            await eventually(lambda: not traffic.missing(), PATIENCE)
            await asyncio.sleep(2.0)  # for whatever would come a second time
        assert "silent for too long" in (tmp_path / "log").read_text()  # the one that was frozen knows
        assert {text: often for text, often in traffic.shown().items() if often > 1} == {}
        with psycopg.connect(empty_postgres) as connection:
            for room, who in enumerate(customers, 1):
                stored = connection.execute(
                    "SELECT text FROM timeline t JOIN tickets ON tickets.id = t.id >> 20 "
                    "WHERE number = %s AND t.kind = 'said' ORDER BY t.id",
                    [room],
                )
                shown = [line.text for line in desk.agents_room(room) if line.text.startswith(f"{who.name} says")]
                assert shown == [text for (text,) in stored if " says " in text]


async def relayed(traffic: Traffic, more: int) -> None:
    """Until agents have seen so many more."""
    wanted = sum(traffic.shown().values()) + more
    await eventually(lambda: sum(traffic.shown().values()) >= wanted, PATIENCE)


async def taken_over(traffic: Traffic) -> None:
    """Until all that was said by now is where it belongs, whoever had it in hand."""
    said = set(traffic.said)
    async with asyncio.timeout(PATIENCE):
        while said & traffic.missing():
            await traffic.desk.slack.advance(70)  # Slack waits for no answer that long, and tries again
            await asyncio.sleep(5.0)


def alive(url: str) -> int:
    """How many processes have given a sign of life lately enough."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT 1 FROM leases WHERE name = holder AND until > extract(epoch FROM clock_timestamp()) * 1000"
        )
        return len(rows.fetchall())


def cut(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
