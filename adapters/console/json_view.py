"""What is shown, as one JSON object a line: for scripts and tests."""

import json
import unicodedata
from typing import Any

from adapters.console import words
from adapters.console.shown import Kind, Shown, plain
from bot.message import Button, File, Form, Message
from bot.ports import Files

Object = dict[str, Any]


class JsonView:
    def __init__(self, files: Files) -> None:
        self.files = files

    def show(self, shown: Shown) -> str:
        """One line; text is exact, with what a terminal could obey written as an escape. Prompts are in the form."""
        if shown.kind is Kind.PROMPT:
            return ""
        line = json.dumps(self._object(shown), ensure_ascii=False)
        return (line if line.isprintable() else "".join(map(_escaped, line))) + "\n"

    def _object(self, shown: Shown) -> Object:
        message = shown.message
        found = {
            "room": shown.room,
            "to": shown.to,
            "kind": shown.kind.value,
            "text": _read(message),
            "buttons": [_button(button) for button in message.buttons],
            "files": [self._file(file) for file in message.files],
        }
        return found | _more(shown, message)

    def _file(self, file: File) -> Object:
        return {"name": file.name, "path": str(self.files.path(file)), "size": file.size}


def _read(message: Message) -> str:
    """All that is to be read of it: title, text and fields, a line each."""
    fields = [f"{field.name}: {plain(field.value)}" for field in message.fields]
    return "\n".join(line for line in (message.title, plain(message.text), *fields) if line)


def _more(shown: Shown, message: Message) -> Object:
    """What only some things have."""
    more: Object = {"id": shown.id, "speaker": message.speaker, "title": message.title}
    if message.fields:
        more["fields"] = [{"name": field.name, "value": plain(field.value)} for field in message.fields]
    if mark := shown.mark or message.mark:
        more |= {"mark": mark.value, "reason": shown.reason}
    if shown.kind is Kind.MARK and shown.mark:
        more["text"] = words.mark(shown.mark, shown.reason)
    if shown.form:
        more |= _form(shown.form)
    return {name: value for name, value in more.items() if value != ""}


def _form(form: Form) -> Object:
    fields = [
        {"name": i.name, "label": i.label, "long": i.long, "required": i.required, "max_length": i.max_length}
        for i in form.inputs
    ]
    return {"title": form.title, "text": words.HOW_TO_FILL, "fields": fields}


def _button(button: Button) -> Object:
    return {"label": button.label, "action": button.action, "arg": button.arg}


def _escaped(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) in {"Zs", "Cn", "Co"}:
        return char
    return json.dumps(char)[1:-1]
