"""The console as a chat platform: for a person at a terminal, and for scripts.

After each line the answer comes first, then everything the bot does because of it, then the next line is
read: a script has the same output each time. At the end of input all that is waiting is delivered.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TextIO

from adapters.console.board import Board
from adapters.console.commands import Commands
from adapters.console.conversation import Conversation
from adapters.console.delivery import delivery
from adapters.console.finding import PLATFORM, Channels, Finder
from adapters.console.inbound import Inbound
from adapters.console.journal import Journal
from adapters.console.json_view import JsonView
from adapters.console.keyboard import Keyboard
from adapters.console.persona import Persona
from adapters.console.plain import PlainView
from adapters.console.recent import Recent
from adapters.console.records import Records
from adapters.console.screen import ScreenView
from adapters.console.session import Session
from adapters.console.shown import Shown
from adapters.console.stage import Stage, View
from bot.effects import Effect, SetMark
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
        journal = Journal(state)
        self.records = Records(journal)
        self.board = Board(journal)
        self.board.load()
        self.stage = Stage(self._view(files, stdout, json), stdout, self.keyboard)
        self.recent = Recent()
        finder = Finder(self.board, self.records, agents)
        self.inbound = Inbound(Commands(router, agents, new_id), finder, files, self.recent, channels)
        self.persona = Persona(agents) if self.terminal else None
        self.turn = asyncio.Lock()

    def _view(self, files: Files, stdout: TextIO, json: bool) -> View:
        if self.terminal:
            return ScreenView(files, stdout, self._is_agents)
        return JsonView(files) if json else PlainView(files)

    async def run(self, handle: Handle) -> None:
        """Take lines until there are no more, or nobody reads the output any more."""
        conversation = Conversation(
            self.inbound, self.board, self.records, self.stage, self.keyboard, self.turn, handle
        )
        session = Session(conversation, self.stage, self.keyboard, self.persona, self.settle)
        try:
            await session.run()
            await self.finish()
        except BrokenPipeError:
            log.warning("nobody reads the output any more")
        self.board.tidy()

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        async with self.turn:
            author = self.recent.author(effect.on.message) if isinstance(effect, SetMark) else ""
            result = delivery(effect, at, token, self.records, author)
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

    def _is_agents(self, room: str) -> bool:
        return self.board.is_agents(room.removeprefix("#").partition("/")[0])
