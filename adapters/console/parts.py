"""The pieces that things on a screen are made of."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Rich

from adapters.console import words
from adapters.console.safe import one_line, visible
from adapters.console.shown import plain
from bot.message import Bold, Button, Mark, Mention, Message, Style, Text

BUTTONS = {Style.NORMAL: "bold", Style.PRIMARY: "bold green", Style.DANGER: "bold red"}
MARKS = {
    Mark.INTERNAL: ("○", "dim"),
    Mark.SENDING: ("…", "dim"),
    Mark.DELIVERED: ("✓", "green"),
    Mark.FAILED: ("✗", "bold red"),
}


def asides_dim(text: Rich) -> Rich:
    text.highlight_regex(r"\([^)]*\)", "dim")
    return text


def card_now(message: Message) -> RenderableType:
    """A card that changed, in two lines: the whole of it has been seen before."""
    fields = [Rich.assemble((f"{one_line(f.name)} ", "dim"), rich_text(f.value)) for f in message.fields]
    buttons = [button_of(button) for button in message.buttons]
    parts = [rich_text(message.text), Rich(" · ", "dim").join(fields), Rich("  ").join(buttons)]
    title = Rich.assemble((one_line(message.title), "bold"), ("  now", "dim italic"))
    return Group(title, Rich("   ").join(part for part in parts if part))


def fields_of(message: Message) -> RenderableType:
    fields = Table.grid(padding=(0, 2))
    for field in message.fields:
        fields.add_row(Rich(one_line(field.name), "dim"), rich_text(field.value))
    return fields


def speaker(name: str) -> tuple[str, str]:
    return (f"{one_line(name)}  " if name else "", "bold")


def rich_text(text: Text) -> Rich:
    return Rich.assemble(*(_span(span) for span in text))


def _span(span: str | Bold | Mention) -> tuple[str, str]:
    style = "bold" if isinstance(span, Bold) else "bold cyan" if isinstance(span, Mention) else ""
    return visible(plain((span,))), style


def mark_of(mark: Mark, reason: str = "") -> Rich:
    sign, style = MARKS[mark]
    return Rich(f"{sign} {words.mark(mark, one_line(reason))}", style)


def button_of(button: Button) -> Rich:
    return Rich(f"[{one_line(button.label)}]", BUTTONS[button.style])
