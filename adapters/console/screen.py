"""What is shown, on a terminal: the room on the left, what happens in it on the right, cards as cards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TextIO

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Rich

from adapters.console import words
from adapters.console.parts import asides_dim, button_of, card_now, fields_of, mark_of, rich_text, speaker
from adapters.console.safe import one_line, visible
from adapters.console.shown import Kind, Shown, plain
from bot.message import File, Message
from bot.ports import Files

WIDEST = 100  # columns: longer lines are hard to read
CARD = 64
ROOM = 12


class ScreenView:
    """`is_agents` tells the agents' rooms from the others, by the room's name."""

    def __init__(self, files: Files, stdout: TextIO, is_agents: Callable[[str], bool]) -> None:
        self.files = files
        self.is_agents = is_agents
        self.console = Console(file=stdout, force_terminal=True, highlight=False, markup=False, emoji=False)

    def show(self, shown: Shown) -> str:
        """All of it with its colours, to be written at once."""
        with self.console.capture() as capture:
            self.console.print(self._laid_out(shown), width=min(WIDEST, self.console.width))
        return capture.get()

    def _laid_out(self, shown: Shown) -> RenderableType:
        if shown.kind is Kind.HELP:
            return Padding(asides_dim(Rich(plain(shown.message.text))), (0, 1))
        row = Table.grid(padding=(0, 2))
        row.add_column(min_width=ROOM, no_wrap=True)
        row.add_column(overflow="fold")
        row.add_row(Rich(one_line(shown.room), self._colour(shown)), self._content(shown))
        return row

    def _colour(self, shown: Shown) -> str:
        if shown.room.startswith("@"):
            return "cyan"
        return "yellow" if shown.card or self.is_agents(shown.room) else "blue"

    def _content(self, shown: Shown) -> RenderableType:
        message = shown.message
        match shown.kind:
            case Kind.MARK if shown.mark:
                return mark_of(shown.mark, shown.reason)
            case Kind.FORM if shown.form:
                return Rich.assemble((one_line(shown.form.title), "bold"), (f"  {words.HOW_TO_FILL}", "dim"))
            case Kind.ERROR:
                return Rich.assemble(("! ", "bold yellow"), rich_text(message.text))
            case Kind.ROOM | Kind.ADMIT | Kind.REMOVE | Kind.ECHO:
                return Rich(visible(plain(message.text)), "dim italic")
            case Kind.CARD:
                return self._card(message)
            case Kind.REWRITE if shown.card:
                return card_now(message)
            case Kind.REWRITE:
                return Group(*self._body(message, Rich("  now", "dim italic")))
        alone = not shown.to or shown.room == f"@{shown.to}"
        return Group(*self._body(message, Rich("" if alone else f"  {words.only(one_line(shown.to))}", "dim")))

    def _card(self, message: Message) -> RenderableType:
        """Its title stands in the frame, where it fits; nothing is cut off."""
        title: Rich | None = Rich(one_line(message.title), "bold not dim")
        width = min(CARD, self.console.width - ROOM - 4)
        if title and title.cell_len > width - 6:
            title = None
        body = Group(*self._body(replace(message, title="") if title else message, Rich()))
        return Panel(
            body, title=title, title_align="left", box=ROUNDED, border_style="dim", width=width, padding=(0, 1)
        )

    def _body(self, message: Message, aside: Rich) -> Iterator[RenderableType]:
        """`aside` stands behind the first line that is said. Buttons stand in the line, where it is short."""
        if message.title:
            yield Rich.assemble((one_line(message.title), "bold"), aside)
        said = Rich.assemble(speaker(message.speaker), rich_text(message.text))
        buttons = Rich("  ").join(map(button_of, message.buttons))
        if said and message.mark:
            said.append("  ").append_text(mark_of(message.mark))
        if said and not message.title:
            said.append_text(aside)
        if said and buttons and not message.title and "\n" not in said.plain and len(said) + len(buttons) < CARD:
            said.append("  ").append_text(buttons)
            buttons = Rich()
        if said:
            yield said
        if message.fields:
            yield fields_of(message)
        yield from (self._file(file) for file in message.files)
        if buttons:
            yield buttons

    def _file(self, file: File) -> RenderableType:
        path = one_line(str(self.files.path(file)))
        return Rich.assemble(("file  ", "dim"), one_line(file.name), (f"  {words.size(file.size)}  {path}", "dim"))
