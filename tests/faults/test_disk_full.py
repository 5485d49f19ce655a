"""The disk is full in the middle of a day, and then has room again: people are told that nothing was kept, health is
red, and the same process goes on."""

import json
import os
import resource
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.network import free_port

ROOT = Path(__file__).parents[2]
ENOUGH = 30  # seconds
UNLIMITED = resource.RLIM_INFINITY


class Bot:
    """The console as a process. Of what it may write, the kernel can be told to refuse more, and to allow it again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "data", free_port()
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        env |= {"DATA_DIR": str(self.folder), "OPS_PORT": str(self.port)}
        pipe = subprocess.PIPE
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "console"],
                cwd=folder, env=env, stdin=pipe, stdout=pipe, stderr=log, text=True,
            )  # fmt: skip
        self.said: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.said += []
        for line in self.process.stdout:
            self.said.append(line.rstrip())

    def type(self, line: str, answer: str) -> None:
        """And wait for the answer, or for what is shown because of it."""
        before = len(self.said)
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        until(lambda: any(answer in each for each in self.said[before:]), lambda: self.said[before:])

    def health(self) -> tuple[int, dict[str, str]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status, json.load(answer)["wrong"]
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)["wrong"]

    def room_on_disk(self, limit: int) -> None:
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, UNLIMITED))

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(ENOUGH) == 0
        self.reader.join()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    found = Bot(tmp_path)
    yield found
    found.process.kill()
    found.process.wait()


def until(check: Callable[[], Any], told: Callable[[], Any] = str) -> None:
    end = time.monotonic() + ENOUGH
    while not check():
        assert time.monotonic() < end, f"it takes too long {told()}"
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux lets one process limit another")
def test_it_is_told_and_goes_on_when_there_is_room_again(bot: Bot):
    bot.type("carla: my printer is on fire", "[#agents/1] carla: my printer is on fire")
    bot.type("agent: /ticket show 1", "Status: open, unclaimed")  # by then all of that is delivered and noted
    assert bot.health() == (200, {})
    bot.room_on_disk(4096)
    bot.type("carla: can anybody hear me?", "this was not stored. Please send it again.")
    bot.type("agent: /ticket note 1 lost", "Nothing was changed")
    until(lambda: bot.health()[0] == 503)
    assert set(bot.health()[1]) == {"database"}
    bot.room_on_disk(UNLIMITED)
    until(lambda: bot.health() == (200, {}))
    bot.type("carla: and now?", "[#agents/1] carla: and now?")
    bot.end()
    everything = "\n".join(bot.said)
    assert "[#agents/1] carla: can anybody hear me?" not in everything, "they were told that it was not kept"
