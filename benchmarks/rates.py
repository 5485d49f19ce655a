"""Messages per second, and how long one waits for its commit."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scene import SAM, Scene, a_scene, customers
from bot.inbound import ButtonPressed, Place
from storage.settling import DISK, Encryption
from storage.sqlite import SqliteStore

PRODUCERS = 64


@dataclass(frozen=True, slots=True)
class Rate:
    """Per second: acknowledged after their commit, and shown to the agents. Latencies in ms, `cpu` in µs a message."""

    handled: float
    relayed: float
    p50: float
    p99: float
    cpu: float = 0.0


async def burst(
    database_url: str,
    many: int,
    *,
    flush: float = 0.0,
    name: str = "",
    encryption: Encryption | None = None,
    search: str = DISK,
) -> Rate:
    """`many` messages by 64 customers, each of whom waits for the acknowledgement of one before the next. `name` tells
    them from those of another run on the same database."""
    async with a_scene(database_url, name=name, encryption=encryption, search=search) as scene:
        if flush:
            slow_down(scene.store, flush)
        people = customers(PRODUCERS)
        await scene.open_tickets(people)
        await scene.courier.settle()
        waits: list[float] = []
        start, spent = time.perf_counter(), time.process_time()

        async def talk(n: int) -> None:
            waits.extend([await timed(lambda: scene.says(people[n])) for _ in range(max(1, many // PRODUCERS))])

        await asyncio.gather(*(talk(n) for n in range(PRODUCERS)))
        handled = len(waits) / (time.perf_counter() - start)
        await scene.courier.settle()
        relayed = len(waits) / (time.perf_counter() - start)
        cpu = (time.process_time() - spent) / len(waits) * 1e6
        return Rate(handled, relayed, percentile(waits, 50), percentile(waits, 99), cpu)


async def steady(scene: Scene, rate: float, seconds: float) -> list[float]:
    """Messages at a steady rate by 64 customers, answered or not; how long each waited for its commit, in seconds."""
    people = customers(PRODUCERS)
    waits: list[float] = []
    tasks = []

    async def one(n: int) -> None:
        waits.append(await timed(lambda: scene.says(people[n % PRODUCERS])))

    start = time.perf_counter()
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + n / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(n)))
    await asyncio.gather(*tasks)
    return waits


async def at_rate(database_url: str, rate: float, seconds: float) -> Rate:
    async with a_scene(database_url) as scene:
        await scene.open_tickets(customers(PRODUCERS))
        await steady(scene, rate, 1)  # what is done once, at the first message, is not what anybody waits for later
        await scene.courier.settle()
        start = time.perf_counter()
        waits = await steady(scene, rate, seconds)
        handled = len(waits) / (time.perf_counter() - start)
        await scene.courier.settle()
        relayed = len(waits) / (time.perf_counter() - start)
        return Rate(handled, relayed, percentile(waits, 50), percentile(waits, 99))


async def claims(database_url: str, many: int) -> list[float]:
    """How long an agent waits who claims `many` tickets, one after the other, in seconds."""
    async with a_scene(database_url) as scene:
        await scene.open_tickets(customers(many))
        await scene.courier.settle()
        ids = await scene.store.read(lambda work: [work.tickets.numbered(1, n + 1) for n in range(many)])
        place = Place("null", "w", "agents")
        presses = [ButtonPressed(f"p{t.id}", SAM, place, "ticket.claim", str(t.id)) for t in ids if t]
        return [await timed(lambda press=press: scene.app.handle(press)) for press in presses]  # type: ignore[misc]


def slow_down(store: Any, flush: float) -> None:
    """Add `flush` seconds to every commit of the writer, as a slower disk would."""
    assert isinstance(store, SqliteStore)
    at_once = store._flush

    def slowly(connection: Any) -> None:
        at_once(connection)
        time.sleep(flush)

    store._flush = slowly  # type: ignore[method-assign]


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await act()
    return time.perf_counter() - start


def percentile(waits: list[float], of_100: int) -> float:
    """In milliseconds."""
    return sorted(waits)[min(len(waits) - 1, len(waits) * of_100 // 100)] * 1000


def fresh(folder: Path, name: str) -> str:
    """The URL of a new database."""
    folder = folder / name
    folder.mkdir()
    return f"sqlite:///{folder}/desk.db"
