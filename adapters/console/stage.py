"""Where things are shown: one `write` for each, flushed, and never into the line somebody is typing."""

import io
from typing import Protocol, TextIO

from adapters.console.keyboard import Keyboard, bare
from adapters.console.shown import Shown

CLEAR_LINE = "\r\x1b[2K"


class View(Protocol):
    def show(self, shown: Shown) -> str:
        """All of it as text, ready to be written."""


class Stage:
    def __init__(self, view: View, stdout: TextIO, keyboard: Keyboard) -> None:
        if isinstance(stdout, io.TextIOWrapper):
            stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        self.view = view
        self.stdout = stdout
        self.keyboard = keyboard
        self.count = self.at_gap = 0  # things shown: in all, and up to the last empty line

    def show(self, shown: Shown) -> None:
        """Raises `OSError` or `ValueError` if nobody can read it any more."""
        if text := self.view.show(shown):
            self.write(text)
            self.count += 1

    def gap(self) -> None:
        """An empty line, if anything was shown since the last one."""
        if self.count > self.at_gap:
            self.write("\n")
        self.at_gap = self.count

    def write(self, text: str) -> None:
        prompt = self.keyboard.waiting
        if prompt and self.keyboard.edited:
            text = f"{CLEAR_LINE}{text}{bare(prompt)}{self.keyboard.typed()}"
        self.stdout.write(text)
        self.stdout.flush()
