"""The program as a process: started, fed, stopped, killed with manners."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENOUGH = 30  # seconds, on a machine under load


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(tmp_path / "data")}


def helpthread(environment: dict[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "bot", *arguments]
    folder = Path(environment["DATA_DIR"]).parent
    return subprocess.run(
        command, cwd=folder, env=environment, input=typed, capture_output=True, text=True, timeout=ENOUGH
    )


def started(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "bot", "console"],
        cwd=Path(environment["DATA_DIR"]).parent, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def interrupted(environment: dict[str, str], typed: str, number: signal.Signals) -> list[str]:
    """What a console said that was stopped as soon as it had begun to answer."""
    with started(environment) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(typed)
        process.stdin.flush()
        said = [process.stdout.readline()]
        process.send_signal(number)
        said += process.stdout.read().splitlines()
        assert process.stderr.read() == ""
        assert process.wait(ENOUGH) == 0
    return said


def test_a_script_opens_answers_and_closes_a_ticket_and_the_next_one_finds_it(environment: dict[str, str]):
    first = helpthread(
        environment, "console",
        typed="carla: my printer is on fire\nagent: /ticket claim 1\nagent@1: !r try water\nagent: [Close] 1\n",
    )  # fmt: skip
    lines = first.stdout.splitlines()
    assert first.returncode == 0
    assert first.stderr == ""
    assert any(line.startswith("[@carla]") and "try water" in line for line in lines)
    assert "[@carla] Ticket #1 is closed." in lines
    second = helpthread(environment, "console", "--json", typed="agent: /ticket show 1\n")
    assert second.returncode == 0
    (shown,) = [json.loads(line) for line in second.stdout.splitlines()]
    assert {"room", "to", "kind", "text", "buttons", "files"} <= set(shown)
    assert "my printer is on fire" in json.dumps(shown)


def test_signals_end_it_cleanly_and_what_was_not_said_yet_is_said_the_next_time(environment: dict[str, str]):
    said = interrupted(environment, "carla: my printer is on fire\n", signal.SIGTERM)
    said += interrupted(environment, "agent: /ticket list\n", signal.SIGINT)
    rest = helpthread(environment, "console")
    said += rest.stdout.splitlines()
    assert sum("Your ticket #1 is open" in line for line in said) == 1
    assert sum(line.startswith("[#agents/1] carla: my printer is on fire") for line in said) == 1


def test_nobody_reading_the_output_is_no_error(environment: dict[str, str]):
    command = f"{sys.executable} -m bot --help | true"
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=ENOUGH)
    assert done.stderr == ""


def test_help_comes_quickly(environment: dict[str, str]):
    """In under 0.2 s of the processor's time: the clock on the wall also counts what else the machine does."""
    before = os.times()
    assert helpthread(environment, "--help").returncode == 0
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 0.2
