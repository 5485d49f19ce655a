"""Run many seeds: `make simulate ARGS="--seeds 5000 --seed 1"`. With `--seeds 1` it tells all of one run."""

import argparse
import gc
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.run import Outcome, quiet, simulate

MANY = 25  # seeds at a time for one process


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seeds", type=int, default=2000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    asked = parser.parse_args()
    start, failed, messages, deaths, cpu = time.perf_counter(), 0, 0, 0, 0.0
    for took, outcome in _outcomes(range(asked.seed, asked.seed + asked.seeds), asked.jobs):
        messages, deaths, cpu = messages + outcome.messages, deaths + outcome.deaths, cpu + took
        if outcome.broken:
            failed += 1
            print(told(outcome), flush=True)
        elif asked.seeds == 1:
            print("\n".join([outcome.sky, *outcome.trace]))
    minutes = (time.perf_counter() - start) / 60
    print(
        f"{asked.seeds} seeds from {asked.seed}: {failed} failed; {messages} messages, {deaths} ends of a process, "
        f"{asked.seeds / minutes:,.0f} seeds a minute, {cpu / asked.seeds * 1000:.0f} ms of a processor each"
    )
    return min(failed, 1)


def told(outcome: Outcome) -> str:
    """What broke, and how to see it again."""
    again = f'make simulate ARGS="--seeds 1 --seed {outcome.seed}"'
    return "\n".join([f"seed {outcome.seed}: {'; '.join(outcome.broken[:3])}", outcome.sky, *outcome.trace, again, ""])


def _outcomes(seeds: range, jobs: int) -> Iterator[tuple[float, Outcome]]:
    if jobs == 1 or len(seeds) <= MANY:
        _begin()
        yield from map(_timed, seeds)
    else:
        with ProcessPoolExecutor(jobs, initializer=_begin) as pool:
            yield from pool.map(_timed, seeds, chunksize=MANY)


def _timed(seed: int) -> tuple[float, Outcome]:
    """With the seconds of a processor that it took, which other work on the machine changes little."""
    before = time.process_time()
    outcome = simulate(seed)
    return time.process_time() - before, outcome


def _begin() -> None:
    quiet()
    gc.set_threshold(100_000, 20, 20)  # what a run leaves behind is soon too old to be looked at each time


if __name__ == "__main__":
    raise SystemExit(main())
