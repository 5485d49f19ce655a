"""The console as a chat platform: for a person at a terminal, and for scripts.

After each line the answer comes first, then everything the bot does because of it, then the next line is
read: a script has the same output each time. At the end of input all that is waiting is delivered.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TextIO

from adapters.console import lines, words
from adapters.console.board import Board
from adapters.console.commands import Commands
from adapters.console.conversation import Conversation
from adapters.console.delivery import delivery
from adapters.console.finding import PLATFORM, Channels, Finder
from adapters.console.inbound import Inbound
from adapters.console.journal import Journal
from adapters.console.json_view import JsonView
from adapters.console.keyboard import Keyboard, terminal_as_it_was
from adapters.console.persona import Persona
from adapters.console.plain import PlainView
from adapters.console.recent import Recent
from adapters.console.screen import ScreenView
from adapters.console.shown import Kind, Shown
from adapters.console.stage import Stage, View
from bot.effects import Effect, SetMark
from bot.errors import Problem
from bot.message import say
from bot.ports import Files, Handle, Spot, TryLater
from bot.router import Router

AWAY = 5.0  # seconds until output is tried again that nobody reads
log = logging.getLogger(__name__)


class ConsoleChat:
    """`settle` waits until all that can be delivered now is delivered, `finish` is for the end of input.

    `state` is the file that survives a restart (None: nothing does); `channels` says which channels there are and
    which are the agents', so that a mistyped one can be told (None: any may exist).
    """

    platform = PLATFORM

    def __init__(
        self,
        router: Router,
        files: Files,
        agents: Sequence[str],
        stdin: TextIO,
        stdout: TextIO,
        *,
        settle: Callable[[], Awaitable[object]],
        finish: Callable[[], Awaitable[object]],
        state: Path | None,
        new_id: Callable[[], str],
        json: bool = False,
        terminal: bool = False,
        channels: Callable[[], Awaitable[Channels]] | None = None,
    ) -> None:
        self.settle = settle
        self.finish = finish
        self.terminal = terminal and not json
        self.keyboard = Keyboard(stdin, editing=self.terminal)
        self.board = Board(Journal(state))
        self.board.load()
        self.stage = Stage(self._view(files, stdout, json), stdout, self.keyboard)
        self.recent = Recent()
        finder = Finder(self.board, agents)
        self.inbound = Inbound(Commands(router, agents, new_id), finder, files, self.recent, channels)
        self.persona = Persona(agents)
        self.turn = asyncio.Lock()

    def _view(self, files: Files, stdout: TextIO, json: bool) -> View:
        if self.terminal:
            return ScreenView(files, stdout, self._is_agents)
        return JsonView(files) if json else PlainView(files)

    async def run(self, handle: Handle) -> None:
        """Take lines until there are no more, or nobody reads the output any more."""
        conversation = Conversation(self.inbound, self.board, self.stage, self.keyboard, self.turn, handle)
        try:
            with terminal_as_it_was(self.keyboard.stdin):
                await self._greet()
                while await self._next_line(conversation):
                    await self.settle()
            await self.finish()
        except BrokenPipeError:
            log.warning("nobody reads the output any more")
        self.board.tidy()
        self.board.journal.close()

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        async with self.turn:
            author = self.recent.author(effect.on.message) if isinstance(effect, SetMark) else ""
            result = delivery(effect, at, token, self.board, author)
            if token not in self.board.tokens:
                self._show(result.shown)
                self.board.note(result.record | {"token": token})
            return result.spot

    def _show(self, shown: Shown | None) -> None:
        try:
            if shown is not None:
                self.stage.show(shown)
        except (OSError, ValueError) as error:  # closed, or full
            raise TryLater(AWAY, "the console cannot be written to") from error

    async def _greet(self) -> None:
        """First what was left to say the last time."""
        await self.settle()
        if self.terminal:
            self.stage.show(Shown(Kind.HELP, "help", say(words.GREETING)))

    async def _next_line(self, conversation: Conversation) -> bool:
        """Take one line; false at the end of input."""
        try:
            line = await self.keyboard.line(self._prompt())
            if line is None:
                return False
            if line.strip() and (self.terminal or not line.startswith("#")):
                await self._take(line, conversation)
        except Problem as problem:
            conversation.tell(str(problem), self.persona.name)
        return True

    async def _take(self, line: str, conversation: Conversation) -> None:
        match line.split():
            case ["help"]:
                self._help("\n".join(words.TOUR))
            case ["help", "all"]:
                self._help(words.GRAMMAR)
            case ["/as", *who] if self.terminal:
                self._help(self.persona.become(" ".join(who)))
            case _:
                await self._said(line, conversation)

    async def _said(self, line: str, conversation: Conversation) -> None:
        said = None if self.terminal and line.startswith(" ") else lines.read(line)
        if said is None and self.terminal:
            said = self.persona.saying(line)
        if said is None:
            raise Problem(words.NOT_A_LINE)
        await conversation.take(said)

    def _help(self, text: str) -> None:
        self.stage.show(Shown(Kind.HELP, "help", say(text)))

    def _is_agents(self, room: str) -> bool:
        return self.board.is_agents(room.removeprefix("#").partition("/")[0])

    def _prompt(self) -> str:
        if not self.terminal:
            return ""
        if not self.keyboard.edited:
            self.stage.write(self.persona.prompt)
        return self.persona.prompt
