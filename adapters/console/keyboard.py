"""Lines from a person or a script, read beside the event loop."""

import asyncio
import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

from adapters.console import words
from bot.errors import Problem

LONGEST = 1_000_000  # characters; ten times the longest message people paste, and no danger to memory
Answer = str | Problem | None


class Keyboard:
    """`editing`: a person types, with arrow keys. `waiting` is the prompt while a line is waited for, else None."""

    def __init__(self, stdin: TextIO, *, editing: bool = False) -> None:
        if isinstance(stdin, io.TextIOWrapper):
            stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")
        self.stdin = stdin
        self.edited = editing and stdin is sys.stdin and _line_editor()
        self.waiting: str | None = None
        self.fresh = True

    async def line(self, prompt: str = "") -> str | None:
        """The next line without its end, None at the end of input. Raises `Problem` for one that is too long."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        def read() -> None:
            got = self._read(prompt)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_answer, answer, got)

        self.waiting = prompt
        # A daemon: a thread that waits for a person must not keep the process from ending.
        threading.Thread(target=read, name="console", daemon=True).start()
        try:
            got = await answer
        finally:
            self.waiting = None
        if isinstance(got, Problem):
            raise got
        return got

    def typed(self) -> str:
        """What stands behind the prompt right now."""
        if not self.edited:
            return ""
        import readline

        return readline.get_line_buffer()

    def _read(self, prompt: str) -> Answer:
        try:
            return self._edited_line(prompt) if self.edited else self._plain_line()
        except (EOFError, OSError, ValueError):  # ended, hung up, or closed
            return None

    def _edited_line(self, prompt: str) -> Answer:
        line = input(prompt)
        return line if len(line) <= LONGEST else Problem(words.TOO_LONG)

    def _plain_line(self) -> Answer:
        line = self.stdin.readline(LONGEST)
        if len(line) == LONGEST and not line.endswith("\n"):
            while (rest := self.stdin.readline(LONGEST)) and not rest.endswith("\n"):
                pass
            return Problem(words.TOO_LONG)
        if self.fresh:
            self.fresh, line = False, line.removeprefix("\ufeff")
        return line.rstrip("\r\n") if line else None


def bare(prompt: str) -> str:
    """A prompt without the marks that only a line editor understands."""
    return prompt.replace("\x01", "").replace("\x02", "")


def _answer(future: "asyncio.Future[Answer]", got: Answer) -> None:
    if not future.done():
        future.set_result(got)


def _line_editor() -> bool:
    try:
        import readline
    except ImportError:
        return False
    readline.set_auto_history(True)  # of this run only: what people write is kept in no file of ours
    return True


@contextlib.contextmanager
def terminal_as_it_was(stdin: TextIO) -> Iterator[None]:
    """Leave the terminal as it was found, also when a line was being edited."""
    if not stdin.isatty():
        yield
        return
    try:
        import termios
    except ImportError:
        yield
        return
    settings = termios.tcgetattr(stdin)
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, settings)
