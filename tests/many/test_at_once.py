"""Processes that do the same thing at the same moment on one PostgreSQL."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from storage.opening import open_store
from tests.desk import Clock, Desk

ROOT = Path(__file__).parents[2]
OPENS = 250  # in each of two
AGENTS = 25  # in each of two


@pytest.mark.timeout(300)
async def test_numbers_are_given_once_and_one_of_fifty_agents_wins(empty_postgres: str):
    store = open_store(empty_postgres, lambda: datetime.now(UTC))
    desk = (await Desk(store, Clock()).set_up()).id
    await store.close()
    both = [await begun(empty_postgres, name, desk) for name in ("one", "two")]
    for process in both:
        tell(process, "open")
    assert [await line(process) for process in both] == ["opened", "opened"]
    with psycopg.connect(empty_postgres) as connection:
        numbers = [row[0] for row in connection.execute("SELECT number FROM tickets ORDER BY number")]
        ticket = str(connection.execute("SELECT min(id) FROM tickets").fetchall()[0][0])
    assert numbers == list(range(1, 2 * OPENS + 1))
    for process in both:
        tell(process, ticket)
    said = [(await process.communicate())[0].decode().splitlines() for process in both]
    told = Counter(text.removeprefix("told: ") for out in said for text in out)
    assert sorted(told.values()) == [1, 2 * AGENTS - 1], told  # the winner, and the others, who are told who it is
    with psycopg.connect(empty_postgres) as connection:
        assert connection.execute("SELECT count(*) FROM timeline WHERE kind = 'claimed'").fetchone() == (1,)


async def begun(url: str, name: str, desk: int) -> asyncio.subprocess.Process:
    """Ready to go, when it is told to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.many.at_once", url, name, str(desk), str(OPENS), str(AGENTS),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert await line(process) == "ready"
    return process


def tell(process: asyncio.subprocess.Process, what: str) -> None:
    assert process.stdin
    process.stdin.write(f"{what}\n".encode())


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    return (await process.stdout.readline()).decode().strip()
