"""Several processes on one PostgreSQL: each with customers of its own, all of them delivering. As a program it is one
of them: `python -m benchmarks.several URL NAME CUSTOMERS MESSAGES`."""

import asyncio
import subprocess
import sys
import time
from typing import Any

from benchmarks.rates import PRODUCERS
from benchmarks.scene import Scene, now, set_up
from bot.inbound import Actor
from bot.message import UserRef
from storage.opening import join, open_store


def rate(url: str, processes: int, many: int) -> tuple[float, float]:
    """Messages per second, from all of them together: acknowledged, and shown to agents."""
    asyncio.run(_prepare(url))
    each = [sys.executable, "-m", "benchmarks.several", url]
    started = [
        subprocess.Popen(  # noqa: S603
            [*each, f"p{n}", str(PRODUCERS // processes), str(many // processes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for n in range(processes)
    ]  # fmt: skip
    for process in started:
        assert _line(process) == "ready"
    start = time.perf_counter()
    for process in started:
        _tell(process, "go")
    for process in started:
        assert _line(process) == "handled"
    handled = many / (time.perf_counter() - start)
    for process in started:
        assert _line(process) == "relayed"
    relayed = many / (time.perf_counter() - start)
    for process in started:
        process.communicate("end\n")
    return handled, relayed


async def _prepare(url: str) -> None:
    store = open_store(url, now)
    await set_up(store)
    await store.close()


async def one(url: str, name: str, customers: int, many: int) -> None:
    """What each of them does."""
    store = open_store(url, now)
    scene = Scene(store, name)
    peers = scene.courier.peers = await join(store, scene.courier.posted, {"null"})
    task = asyncio.create_task(scene.courier.run())
    people = [Actor(UserRef("null", "w", f"{name}-{n}"), f"Customer {n}") for n in range(customers)]
    await scene.open_tickets(people)
    await _nothing_left(scene)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

    async def talk(who: Actor) -> None:
        for _ in range(many // customers):
            await scene.says(who)

    await asyncio.gather(*map(talk, people))
    print("handled", flush=True)
    await _nothing_left(scene)
    print("relayed", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await peers.leave()
    await store.close()


async def _nothing_left(scene: Scene) -> None:
    while await scene.store.read(lambda work: work.outbox.newest()):  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def _tell(process: "subprocess.Popen[str]", what: str) -> Any:
    assert process.stdin
    process.stdin.write(f"{what}\n")
    process.stdin.flush()


if __name__ == "__main__":
    sys.setswitchinterval(0.0005)  # as the program does
    asyncio.run(one(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
