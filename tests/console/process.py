"""The whole bot in a process of its own, quickly: a server that has imported everything forks one."""

import asyncio
import codecs
import io
import json
import multiprocessing
import os
import re
import select
import sys
import termios
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.operating import serving

Object = dict[str, Any]
PATIENCE = 30  # seconds for a process that has a second's work
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|[\r\x01\x02\x07]")
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.console.process", "adapters.console.chat", "storage.opening", "storage.files"])


def serve(folder: Path, script: Path, output: Path, *, json: bool) -> None:
    """`helpthread console` with its input from one file and its output added to another."""
    sys.stdin = io.TextIOWrapper(script.open("rb"))
    sys.stdout = io.TextIOWrapper(os.fdopen(os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "wb"))
    asyncio.run(serving.console(Settings(data_dir=folder), json))
    sys.stdout.flush()


def start(folder: Path, script: Path, output: Path, *, json: bool = True) -> BaseProcess:
    process = FORKS.Process(target=serve, args=(folder, script, output), kwargs={"json": json}, daemon=True)
    process.start()
    return process


class Console:
    """Runs `helpthread console` again and again over one folder of data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.output = folder / "output"
        self.output.touch()

    def script(self, text: str | bytes) -> Path:
        path = self.folder / "script"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def run(self, text: str | bytes, *, json: bool = False) -> list[str]:
        """The lines it printed. It has to end by itself, with exit code 0."""
        before = self.output.stat().st_size
        process = start(self.data, self.script(text), self.output, json=json)
        process.join(PATIENCE)
        assert process.exitcode == 0
        return self.output.read_bytes()[before:].decode().splitlines()

    def shows(self, text: str | bytes) -> list[Object]:
        return [json.loads(line) for line in self.run(text, json=True)]


def sit_down(folder: Path, terminal: str) -> None:
    """`helpthread console` at a terminal of its own."""
    os.setsid()
    file = os.open(terminal, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(file, number)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    os.environ |= {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    asyncio.run(serving.console(Settings(data_dir=folder), json=False))


class Terminal:
    """A person at a terminal: `type` a line, `read` until something is on the screen."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.theirs = os.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.seen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.process = FORKS.Process(target=sit_down, args=(folder, os.ttyname(self.theirs)), daemon=True)
        self.process.start()

    def type(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def read(self, until: str) -> str:
        """What came on the screen up to there, without colours and without what a line editor does."""
        end = time.monotonic() + PATIENCE
        while until not in (text := CONTROLS.sub("", self.seen)):
            ready, _, _ = select.select([self.ours], [], [], max(0, end - time.monotonic()))
            assert ready, f"{until!r} never came after {text!r}"
            self.seen += self.decoder.decode(os.read(self.ours, 65536))
        self.seen = text.partition(until)[2]
        return text.partition(until)[0] + until

    def leave(self) -> int | None:
        self.process.join(PATIENCE)
        return self.process.exitcode

    def is_as_it_was(self) -> bool:
        return termios.tcgetattr(self.theirs) == self.before

    def close(self) -> None:
        self.process.kill()
        os.close(self.ours)
        os.close(self.theirs)
