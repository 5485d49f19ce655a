"""Filling in a form, one line for each of its fields."""

from collections.abc import Awaitable, Callable

from adapters.console import words
from bot.message import Form, Input

Tell = Callable[[str], None]
ReadLine = Callable[[str], Awaitable[str | None]]  # takes the prompt; None at the end of input


async def fill(form: Form, read: ReadLine, tell: Tell) -> dict[str, str] | None:
    """The values by name, or None if the person stopped. `tell` shows what is wrong with a line."""
    values = {}
    for field in form.inputs:
        value = await _value(field, read, tell)
        if value is None:
            return None
        values[field.name] = value
    return values


async def _value(field: Input, read: ReadLine, tell: Tell) -> str | None:
    while (line := await read(words.prompt(field))) is not None:
        value = line.strip()
        if value == words.CANCEL:
            return None
        if value in ("", words.NOTHING_ENTERED):
            if not field.required:
                return ""
            tell(words.required(field))
        elif len(value) > field.max_length:
            tell(words.too_long(field, len(value)))
        else:
            return value
    return None
