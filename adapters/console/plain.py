"""What is shown, as lines of text: each begins with its room in brackets, whatever people wrote."""

from collections.abc import Iterator

from adapters.console import words
from adapters.console.safe import one_line, visible
from adapters.console.shown import Kind, Shown, plain
from bot.message import File, Message
from bot.ports import Files


class PlainView:
    def __init__(self, files: Files) -> None:
        self.files = files

    def show(self, shown: Shown) -> str:
        """The lines, each with its end, to be written at once."""
        room = f"[{one_line(shown.room)}]"
        return "".join(f"{room} {line}".rstrip() + "\n" for line in self._lines(shown))

    def _lines(self, shown: Shown) -> Iterator[str]:
        alone = shown.to and shown.room != f"@{shown.to}" and shown.kind is not Kind.ECHO
        aside = words.only(one_line(shown.to)) if alone else ""
        match shown.kind:
            case Kind.MARK if shown.mark:
                lines = iter(
                    [words.marked(one_line(shown.message.speaker), words.mark(shown.mark, one_line(shown.reason)))]
                )
            case Kind.FORM if shown.form:
                lines = iter([f"{one_line(shown.form.title)} ({words.HOW_TO_FILL})"])
            case Kind.HELP | Kind.ECHO:
                lines = iter(plain(shown.message.text).split("\n"))
            case Kind.REWRITE:
                lines = _marked_first("(now)", self.message(shown.message))
            case _:
                lines = self.message(shown.message)
        yield from _marked_first(aside, lines) if aside else lines

    def message(self, message: Message) -> Iterator[str]:
        """The first line says it; what belongs to it is set in, so that no text can look like another message."""
        said = visible(plain(message.text))
        if message.title:
            yield one_line(message.title)
            yield from (f"  {line}" for line in (said.split("\n") if said else ()))
        else:
            first, *rest = said.split("\n")
            speaker = f"{one_line(message.speaker)}: " if message.speaker else ""
            mark = f" ({words.mark(message.mark)})" if message.mark else ""
            yield f"{speaker}{first}{mark if not rest else ''}"
            yield from (f"  {line}" for line in rest)
            if rest and mark:
                yield f" {mark}"
        for field in message.fields:
            value = visible(plain(field.value)).split("\n")
            yield f"  {one_line(field.name)}: {value[0]}"
            yield from (f"    {line}" for line in value[1:])
        yield from (f"  {self.file(file)}" for file in message.files)
        if message.buttons:
            yield "  " + " ".join(f"[{one_line(button.label)}]" for button in message.buttons)

    def file(self, file: File) -> str:
        return f"file: {one_line(file.name)} ({words.size(file.size)}) {one_line(str(self.files.path(file)))}"


def _marked_first(mark: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"{mark} {next(lines, '')}"
    yield from lines
