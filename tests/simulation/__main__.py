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
    start, failed, messages, deaths = time.perf_counter(), 0, 0, 0
    for outcome in _outcomes(range(asked.seed, asked.seed + asked.seeds), asked.jobs):
        messages, deaths = messages + outcome.messages, deaths + outcome.deaths
        if outcome.broken:
            failed += 1
            print(told(outcome), flush=True)
        elif asked.seeds == 1:
            print("\n".join([outcome.sky, *outcome.trace]))
    took = time.perf_counter() - start
    print(
        f"{asked.seeds} seeds from {asked.seed}: {failed} failed; {messages} messages, {deaths} ends of a process, "
        f"{asked.seeds / took * 60:,.0f} seeds a minute"
    )
    return min(failed, 1)


def told(outcome: Outcome) -> str:
    """What broke, and how to see it again."""
    again = f'make simulate ARGS="--seeds 1 --seed {outcome.seed}"'
    return "\n".join([f"seed {outcome.seed}: {'; '.join(outcome.broken[:3])}", outcome.sky, *outcome.trace, again, ""])


def _outcomes(seeds: range, jobs: int) -> Iterator[Outcome]:
    if jobs == 1 or len(seeds) <= MANY:
        _begin()
        yield from map(simulate, seeds)
    else:
        with ProcessPoolExecutor(jobs, initializer=_begin) as pool:
            yield from pool.map(simulate, seeds, chunksize=MANY)


def _begin() -> None:
    quiet()
    gc.set_threshold(100_000, 20, 20)  # what a run leaves behind is soon too old to be looked at each time


if __name__ == "__main__":
    raise SystemExit(main())
