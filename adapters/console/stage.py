"""Where things are shown: one `write` for each, flushed, and never into the line somebody is typing."""

from typing import Protocol, TextIO

from adapters.console.keyboard import Keyboard
from adapters.console.shown import Shown

CLEAR_LINE = "\r\x1b[2K"


class View(Protocol):
    def show(self, shown: Shown) -> str:
        """All of it as text, ready to be written."""


class Stage:
    def __init__(self, view: View, stdout: TextIO, keyboard: Keyboard) -> None:
        self.view = view
        self.stdout = stdout
        self.keyboard = keyboard

    def show(self, shown: Shown) -> None:
        """Raises `OSError` or `ValueError` if nobody can read it any more."""
        if text := self.view.show(shown):
            self.write(text)

    def write(self, text: str) -> None:
        prompt = self.keyboard.waiting
        if prompt and self.keyboard.edited:
            bare = prompt.replace("\x01", "").replace("\x02", "")
            text = f"{CLEAR_LINE}{text}{bare}{self.keyboard.typed()}"
        self.stdout.write(text)
        self.stdout.flush()
