"""`make torture ARGS="--kills 20 --on slack discord both"`: the program, killed while people go on writing."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from tests.torture.run import torture

ON = {"slack": ["slack"], "discord": ["discord"], "both": ["slack", "discord"]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--kills", type=int, default=20, help="how many, of each kind")
    parser.add_argument("--on", nargs="+", choices=[*ON], default=[*ON], help="the platforms it talks on")
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second of all customers together")
    parser.add_argument("--batch", type=int, default=25, help="kills between two counts")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)), help="when it is killed")
    asked = parser.parse_args()
    failed = 0
    for place in asked.on:
        for number, kills in enumerate(_batches(asked.kills, asked.batch)):
            with tempfile.TemporaryDirectory(prefix="torture-") as folder:
                wrong, told = asyncio.run(torture(Path(folder), ON[place], kills, asked.seed + number, asked.rate))
                print(told, *wrong[:10], sep="\n  ", flush=True)
                failed += bool(wrong)
                if wrong:
                    print(f"  seed {asked.seed + number}; the end of its log:\n{_log(Path(folder))}", flush=True)
    return min(failed, 1)


def _batches(kills: int, most: int) -> list[int]:
    return [most] * (kills // most) + ([kills % most] if kills % most else [])


def _log(folder: Path) -> str:
    return "\n".join((folder / "log0").read_text().splitlines()[-20:])


if __name__ == "__main__":
    raise SystemExit(main())
