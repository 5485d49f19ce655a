"""One sitting at the console: line after line, until the input ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.console import lines, words
from adapters.console.conversation import Conversation
from adapters.console.keyboard import Keyboard, bare, terminal_as_it_was
from adapters.console.lines import Line
from adapters.console.persona import Persona
from adapters.console.shown import HERE, Kind, Shown, room_name
from adapters.console.stage import Stage
from bot.errors import Problem
from bot.message import say


@dataclass(frozen=True, slots=True)
class Session:
    """`persona` is there for a person at a terminal; a script says in each line who writes."""

    conversation: Conversation
    stage: Stage
    keyboard: Keyboard
    persona: Persona | None
    settle: Callable[[], Awaitable[object]]

    async def run(self) -> None:
        """First comes what was left to say the last time; then a line, its answer, what the bot does; the next line."""
        with terminal_as_it_was(self.keyboard.stdin):
            await self.settle()
            if self.persona:
                self._help(words.GREETING)
            while await self._next_line():
                pass
            if self.persona:
                self.stage.write("\n")

    async def _next_line(self) -> bool:
        """Take one line; false at the end of input."""
        try:
            line = await self.keyboard.line(self._prompt())
            if line is None:
                return False
            if line.strip():
                await self._take(lines.without_comment(line))
        except Problem as problem:
            self.conversation.tell(str(problem), self.persona.name if self.persona else "")
        return True

    async def _take(self, line: str) -> None:
        match line.split():
            case ["#", *_] if self.persona:  # "#1 is broken" is a sentence
                self._help(words.A_COMMENT)
            case [str(first), *_] if first.startswith("#") and not self.persona:
                pass
            case ["help"]:
                self._help("\n".join(words.TOUR))
            case ["help", "all"]:
                self._help(words.GRAMMAR)
            case ["/as", *who] if self.persona:
                self._help(self.persona.become(" ".join(who)))
            case _:
                await self._act(self._said(line, self.persona))

    async def _act(self, line: Line) -> None:
        """To its end: until everything is delivered that the bot does because of it."""
        before = self.stage.count
        place = await self.conversation.take(line)
        await self.settle()
        if place and self.stage.count == before:
            self.stage.show(Shown(Kind.ECHO, room_name(place), say(words.NOTHING_MORE), line.name))

    def _said(self, line: str, persona: Persona | None) -> Line:
        """Raises `Problem` if nobody said it."""
        said = None if persona and line.startswith(" ") else lines.read(line)
        if persona is None:
            if said is None:
                raise Problem(words.NOT_A_LINE)
            return said
        if said and persona.meets(said.name):
            self._help(words.somebody_new(said.name))
        return said or persona.saying(line)

    def _prompt(self) -> str:
        if self.persona is None:
            return ""
        self.stage.gap()
        if not self.keyboard.edited:
            self.stage.write(bare(self.persona.prompt))
        return self.persona.prompt

    def _help(self, text: str) -> None:
        self.stage.show(Shown(Kind.HELP, HERE, say(text)))
