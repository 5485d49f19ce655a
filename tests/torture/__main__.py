"""`make torture ARGS="--kills 20 --on slack discord both"`: the program, killed while people go on writing. With
`--processes 3` so many of them on one PostgreSQL, of which one at a time is killed, frozen or cut off from it."""

import argparse
import asyncio
import os
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.postgres import cluster, fresh_database
from tests.torture.run import torture
from tests.torture.several import several

ON = {"slack": ["slack"], "discord": ["discord"], "both": ["slack", "discord"]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--kills", type=int, default=20, help="how many, of each kind")
    parser.add_argument("--on", nargs="+", choices=[*ON], default=[*ON], help="the platforms it talks on")
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second of all customers together")
    parser.add_argument("--batch", type=int, default=25, help="kills between two counts")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)), help="when it is killed")
    parser.add_argument("--processes", type=int, default=1, help="more than one: on PostgreSQL")
    parser.add_argument("--within", type=float, default=30.0, help="seconds in which others have to take over")
    asked = parser.parse_args()
    try:
        return _all(asked)
    except pytest.skip.Exception as reason:  # as `tests.postgres` says it
        print(f"skipped: {reason}")
        return 0
    except pytest.fail.Exception as reason:
        print(reason)
        return 1


def _all(asked: argparse.Namespace) -> int:
    failed = 0
    with cluster() if asked.processes > 1 else nullcontext("") as base:
        for place in asked.on:
            for number, kills in enumerate(_batches(asked.kills, asked.batch)):
                failed += _batch(asked, base, place, kills, asked.seed + number)
    return min(failed, 1)


def _batch(asked: argparse.Namespace, base: str, place: str, kills: int, seed: int) -> bool:
    """Tell of it. Returns whether something is broken."""
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        if asked.processes > 1:
            with fresh_database(base, f"torture{seed}") as url:
                how = (asked.rate, asked.processes, asked.within)
                wrong, told = asyncio.run(several(Path(folder), url, ON[place], kills, seed, *how))
        else:
            wrong, told = asyncio.run(torture(Path(folder), ON[place], kills, seed, asked.rate))
        print(told, *wrong[:10], sep="\n  ", flush=True)
        if wrong:
            print(f"  seed {seed}; the end of its logs:\n{_log(Path(folder))}", flush=True)
    return bool(wrong)


def _batches(kills: int, most: int) -> list[int]:
    return [most] * (kills // most) + ([kills % most] if kills % most else [])


def _log(folder: Path) -> str:
    return "\n".join(line for log in folder.glob("log?") for line in log.read_text().splitlines()[-20:])


if __name__ == "__main__":
    raise SystemExit(main())
