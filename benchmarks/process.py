"""Measured from outside: how long a process takes to start, and the memory that open tickets cost it."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.rates import PRODUCERS, fresh
from benchmarks.scene import a_scene, customers

TICKETS = 10_000
MESSAGES = 30  # from each of 64 customers, so that what is used is in memory


def start_up(folder: Path) -> float:
    """Seconds from nothing to the end of a desk that has answered one command, on a database that is there."""
    _console(folder)
    start = time.perf_counter()
    _console(folder)
    return time.perf_counter() - start


def _console(folder: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(folder / "console")}
    command = [sys.executable, "-m", "bot", "console"]
    subprocess.run(command, input=b"agent: /ticket list\n", env=environment, check=True, capture_output=True)  # noqa: S603


def memory_of_open_tickets(folder: Path) -> float:
    """Megabytes by which a process that works is larger when 10,000 more tickets are open in its database."""
    empty, full = fresh(folder, "few"), fresh(folder, "many")
    _told(f"fill({full!r}, {TICKETS})")
    _told(f"fill({empty!r}, 0)")
    return _told(f"work({full!r}, {MESSAGES})") - _told(f"work({empty!r}, {MESSAGES})")


def _told(call: str) -> float:
    """What a function of this module returns in a process of its own."""
    script = f"import asyncio; from benchmarks import process; print(asyncio.run(process.{call}))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)


async def fill(database_url: str, many: int) -> int:
    async with a_scene(database_url) as scene:
        people = customers(many + PRODUCERS)[PRODUCERS:]
        for first in range(0, many, 500):
            await scene.open_tickets(people[first : first + 500])
            await scene.courier.settle()
        return many


async def work(database_url: str, messages: int) -> float:
    """Megabytes this process holds at the end of some work (Linux)."""
    async with a_scene(database_url) as scene:
        for _ in range(messages):
            await scene.open_tickets(customers(PRODUCERS))
            await scene.courier.settle()
        return resident() / 1e6


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
