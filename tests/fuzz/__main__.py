"""`make fuzz ARGS="--seconds 60 --only slack-words"`: each target in turn, in a process of its own. What broke one is
kept in build/fuzz, and tried again with `--only NAME --again FILE`, which needs no fuzzer."""

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

KEPT = Path("build/fuzz")
NAMES = [
    "slack-payloads",
    "slack-modals",
    "slack-words",
    "slack-messages",
    "slack-commands",
    "discord-payloads",
    "discord-ids",
    "discord-words",
    "discord-messages",
    "lines",
    "desk-files",
    "pages",
    "cleaning",
]  # as in `targets`, which may be imported only by whoever watches it


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--again", type=Path, help="a file with the input that broke the one target of --only")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.again:
        from tests.fuzz.targets import TARGETS

        TARGETS[asked.only[0]](asked.again.read_bytes())
        print("nothing went wrong")
        return 0
    if asked.inside:
        return _fuzz(asked.only[0], asked.seconds)
    return max([_in_a_process(name, asked.seconds) for name in asked.only])


def _in_a_process(name: str, seconds: int) -> int:
    corpus = KEPT / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    before = set(KEPT.glob(f"{name}-*"))
    command = [sys.executable, "-m", "tests.fuzz", "--inside", "--seconds", str(seconds), "--only", name]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        print(f"{name}: {_told(done.stderr)}", flush=True)
        return 0
    print(f"{name}: BROKEN\n{_error(done.stdout + done.stderr)}", flush=True)
    for file in sorted(set(KEPT.glob(f"{name}-*")) - before):
        print(f'again: make fuzz ARGS="--only {name} --again {file}"', flush=True)
    return 1


def _fuzz(name: str, seconds: int) -> int:
    atheris = import_module("atheris")  # installed by `make fuzz` alone

    with atheris.instrument_imports(include=["bot", "adapters"]):
        from tests.fuzz.targets import TARGETS
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={KEPT}/{name}-", "-max_len=2000", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options, "-timeout=20", str(KEPT / "corpus" / name)], TARGETS[name])
    atheris.Fuzz()
    return 0


def _told(log: str) -> str:
    return next((line for line in reversed(log.splitlines()) if line.startswith("Done")), "done")


def _error(log: str) -> str:
    """From where Python says what happened, without what the fuzzer adds."""
    lines = log.splitlines()
    start = next((n for n, line in enumerate(lines) if "exception" in line or "Traceback" in line), 0)
    return "\n".join(line for line in lines[start : start + 40] if not line.startswith(("#", "INFO", "MS:")))


if __name__ == "__main__":
    raise SystemExit(main())
