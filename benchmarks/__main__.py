"""Run it all and print a table: `make bench`, with fewer messages `make bench ARGS=--quick`, or only some of it:
`make bench ARGS="slack discord"`.

Each row is what the desk does beside a floor or a goal. Medians of `--runs` (five); floor and desk take turns, so that
a machine that slows down slows both.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import big, floor, grown, process, rates, rights, several
from benchmarks.machine import machine
from benchmarks.platforms import discord, slack
from benchmarks.restart import restart
from benchmarks.soak import SECONDS, soak
from storage.settling import DISK, MEMORY, Encryption
from tests.conftest import build
from tests.postgres import cluster, fresh_database

T = TypeVar("T")
FLUSH = 0.005  # seconds added to each flush, as disks in laptops and clouds need
DURABLE = {"TEST_POSTGRES_DURABLE": "1"}  # whose figures count flushes; the tests do not ask for it


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, once: does it work at all?")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=grown.MESSAGES, help="of the history in the part `grown`")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of the part `soak`")
    but = f"all but {', '.join(LONG)}, if none is named"
    parser.add_argument("parts", nargs="*", choices=[*PARTS, *LONG], help=but)
    given = parser.parse_args()
    runs, size = (1, 10) if given.quick else (given.runs, 1)
    sys.setswitchinterval(0.0005)  # as the program does
    print(f"# {machine()}; {'quick, one run' if given.quick else f'medians of {runs}'}", flush=True)
    with tempfile.TemporaryDirectory(prefix="helpthread-bench-") as folder:
        print("| what | ours | beside it | ratio or goal |\n|---|---|---|---|", flush=True)
        parts = PARTS | {
            "grown": partial(with_a_history_on_postgresql, given.messages),
            "start": restart,
            "soak": partial(soak, given.seconds),
        }
        for part in given.parts or PARTS:
            for row in parts[part](Path(folder), runs, size):
                print(row, flush=True)


def core(folder: Path, runs: int, size: int) -> Iterator[str]:
    yield from against_the_floor(folder, runs, 12_800 // size)
    yield from waiting(folder, runs, 20 // size, max(10, 200 // size))
    yield from with_a_history(folder, runs, size)
    yield from on_postgresql(runs, 6_400 // size)
    yield from outside(folder, runs)


def against_the_floor(folder: Path, runs: int, many: int) -> Iterator[str]:
    recorded = asyncio.run(floor.record(folder / "floor.db"))

    def bare(batch: int, flush: float = 0.0) -> float:
        with copied(folder / "floor.db") as database:
            return floor.relay(database, recorded, many // 2, batch, flush)

    def ours(flush: float = 0.0) -> rates.Rate:
        return measured(lambda url: rates.burst(url, many, flush=flush), folder)

    taken = [(ours(), bare(1), bare(64)) for _ in range(runs)]
    handled, relayed = (median(getattr(o, name) for o, _, _ in taken) for name in ("handled", "relayed"))
    one, shared = median(b for _, b, _ in taken), median(c for _, _, c in taken)
    yield f"| messages stored and acknowledged, 64 customers | {handled:,.0f}/s | goal | 1,500/s |"
    for beside, rate in (("a commit each", one), ("64 to a commit", shared)):
        ratio = relayed / rate
        yield f"| … and relayed, beside bare sqlite3, {beside} | {relayed:,.0f}/s | {rate:,.0f}/s | {ratio:.2f}× |"
    many //= 4  # at 5 ms a flush the floor takes its time
    slow = [(ours(FLUSH), bare(1, FLUSH)) for _ in range(runs)]
    handled, one = median(o.handled for o, _ in slow), median(b for _, b in slow)
    yield f"| stored and acknowledged, 5 ms more each flush | {handled:,.0f}/s | {one:,.0f}/s | goal 700/s |"


def encrypted(folder: Path, runs: int, size: int) -> Iterator[str]:
    """CPU time, which others on the machine do not change much."""
    many = 6_400 // size

    def cpu(search: str, sealed: bool) -> float:
        async def once(url: str) -> rates.Rate:
            keys = Path(url.removeprefix("sqlite:///")).with_suffix(".keys")
            encryption = Encryption(bytes(range(32)), keys) if sealed else None
            return await rates.burst(url, many, encryption=encryption, search=search)

        return measured(once, folder).cpu

    taken = [(cpu(MEMORY, True), cpu(MEMORY, False), cpu(DISK, False)) for _ in range(runs)]
    ours, plain, index = (median(each) for each in zip(*taken, strict=True))
    ratio, against = median(a / b for a, b, _ in taken), median(a / c for a, _, c in taken)
    yield f"| CPU for a message with words encrypted, beside clear | {ours:.0f} µs | {plain:.0f} µs | {ratio:.2f}× |"
    yield f"| … beside clear with the search index that encryption leaves out | | {index:.0f} µs | {against:.2f}× |"


def waiting(folder: Path, runs: int, seconds: int, many: int) -> Iterator[str]:
    taken = [measured(lambda url: rates.at_rate(url, 300, max(2, seconds)), folder) for _ in range(runs)]
    p50, p99 = median(t.p50 for t in taken), median(t.p99 for t in taken)
    yield f"| wait for the acknowledgement at 300/s, p99 (p50) | {p99:.1f} ms ({p50:.1f}) | goal | 15 ms |"
    claims = [measured(lambda url: rates.claims(url, many), folder) for _ in range(runs)]
    p50, p99 = (median(rates.percentile(c, p) for c in claims) for p in (50, 99))
    yield f"| a claim, one after the other, p99 (p50) | {p99:.1f} ms ({p50:.1f}) | | |"


def with_a_history(folder: Path, runs: int, size: int) -> Iterator[str]:
    full = folder / "big.db"
    asyncio.run(big.fill(full, big.MESSAGES // size, big.OF_ONE // size))
    many = 6_400 // size
    pairs = []
    for _ in range(runs):
        empty = measured(lambda url: rates.burst(url, many), folder)
        with copied(full) as database:
            pairs.append((asyncio.run(rates.burst(f"sqlite:///{database}", many)), empty))
    then, first = median(p.handled for p, _ in pairs), median(p.handled for _, p in pairs)
    ratio = median(p.handled / e.handled for p, e in pairs)
    count = f"{big.MESSAGES // size:,}"
    yield f"| … at {count} messages, beside none | {then:,.0f}/s | {first:,.0f}/s | {ratio:.2f}×, goal 0.9× |"
    done = []
    for _ in range(runs):
        with copied(full) as database:
            done.append(asyncio.run(rights.measure(database)))
    whose = f"{big.OF_ONE // size:,} of {count} messages"
    for name, goal, each in (("export", 3, [e for e, _ in done]), ("deletion", 5, [d for _, d in done])):
        seconds, p99 = median(one.seconds for one in each), median(one.p99 for one in each)
        yield f"| `/mydata` {name}, {whose} | {seconds:.1f} s | goal | {goal} s |"
        yield f"| … others' wait meanwhile at {rights.OTHERS}/s, p99 | {p99:.1f} ms | goal | 50 ms |"


def on_postgresql(runs: int, many: int) -> Iterator[str]:
    taken = []
    os.environ.update(DURABLE)
    with cluster() as base:
        for n in range(runs):
            with fresh_database(base, f"bench{n}", build=build) as url:
                taken.append(asyncio.run(rates.burst(url, many)))
    handled = median(t.handled for t in taken)
    yield f"| PostgreSQL, one process: stored and acknowledged | {handled:,.0f}/s | goal | 500/s |"


def many(folder: Path, runs: int, size: int) -> Iterator[str]:
    """Processes beside each other on one PostgreSQL, all on this machine, the server as well."""
    os.environ.update(DURABLE)
    first = 0.0
    for processes in (1, 2, 4):
        taken = []
        with cluster() as base:
            for n in range(runs):
                with fresh_database(base, f"many{processes}_{n}", build=build) as url:
                    taken.append(several.rate(url, processes, 6_400 // size))
        handled, relayed = (median(one[n] for one in taken) for n in (0, 1))
        first = first or handled
        what = f"PostgreSQL, {processes} process{'es' if processes > 1 else ''}: stored and acknowledged"
        yield f"| {what} (relayed) | {handled:,.0f}/s ({relayed:,.0f}/s) | beside one | {handled / first:.2f}× |"


def with_a_history_on_postgresql(messages: int, folder: Path, runs: int, size: int) -> Iterator[str]:
    os.environ.update(DURABLE)
    needed, free = messages * grown.BYTES, shutil.disk_usage(tempfile.gettempdir()).free
    if needed * 2 > free:
        yield f"| PostgreSQL at {messages:,} messages | not measured: it needs {needed * 2 / 1e9:.0f} GB of disk | | |"
        return
    with cluster() as base, fresh_database(base, "grown", build=build) as full:
        grown.fill(full, messages)
        pairs = []
        for n in range(runs):
            with fresh_database(base, f"empty{n}", build=build) as url:
                empty = asyncio.run(rates.burst(url, 3_200 // size))
            pairs.append((asyncio.run(rates.burst(full, 3_200 // size, name=f"run{n}")), empty))
    then, before = median(p.handled for p, _ in pairs), median(p.handled for _, p in pairs)
    ratio = median(p.handled / e.handled for p, e in pairs)
    beside = f"{then:,.0f}/s | {before:,.0f}/s | {ratio:.2f}×, goal 0.9×"
    yield f"| PostgreSQL at {messages:,} messages, beside none | {beside} |"


def outside(folder: Path, runs: int) -> Iterator[str]:
    started = median(process.start_up(folder) for _ in range(runs))
    yield f"| start, one command, end | {started:.2f} s | goal | 2 s |"
    grown = process.memory_of_open_tickets(folder)
    yield f"| memory for 10,000 open tickets | {grown:.1f} MB | goal | 5 MB |"


def measured(measure: Callable[[str], Coroutine[Any, Any, T]], folder: Path) -> T:
    """Run it on a database of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return asyncio.run(measure(f"sqlite:///{own}/desk.db"))


@contextmanager
def copied(database: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=database.parent) as own:
        yield Path(shutil.copy(database, Path(own) / "desk.db"))


def median(values: Iterable[float]) -> float:
    return statistics.median(list(values))


PARTS = {"core": core, "encrypted": encrypted, "slack": slack, "discord": discord, "many": many}
LONG = ("grown", "start", "soak")

if __name__ == "__main__":
    main()
