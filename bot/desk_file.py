"""Desks as a file: `helpthread desk export` writes it, `helpthread desk import` reads it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.desk_yaml import Document, YamlWrong, read_yaml
from bot.desks import views
from bot.desks.importing import SheetsWrong
from bot.desks.model import Settings
from bot.desks.naming import Naming, written_place, written_principal
from bot.desks.panel import Category, Panel, Question
from bot.desks.sheet import Loc, Sheet
from bot.macros import views as macro_views

MOST_ERRORS = 20
SHAPES = {
    "desks": "desks has to be a list: - name: …",
    "settings": "settings have to be keys and values: language: en",
    "panel": "panel has to be keys and values: text: …",
    "macros": macro_views.IN_FILE,
    "agents_channel": "agents_channel has to be one channel, written as platform:workspace/channel",
}
HEADER = """\
# What the desks are set to. Give it back with: helpthread desk import FILE
# A desk becomes what is written here: whoever and whatever is left out, goes. Desks left out stay as they are.
# Settings left out are:
"""


class DeskFileError(Exception):
    """The file cannot be taken. The text is a line for each thing that is wrong, with its place in the file."""

    def __init__(self, name: str, problems: Sequence[tuple[int, str]]) -> None:
        shown = [f"{name}:{line}: {text}" for line, text in sorted(set(problems))]
        more = [f"… and {len(shown) - MOST_ERRORS} more"] if len(shown) > MOST_ERRORS else []
        super().__init__("\n".join(shown[:MOST_ERRORS] + more))


@dataclass(frozen=True)
class DeskFile:
    """A file that was read: its desks, and the lines, for what turns out wrong only later."""

    name: str
    document: Document
    sheets: Sequence[Sheet]

    def error(self, error: SheetsWrong) -> DeskFileError:
        return DeskFileError(self.name, [(self.document.line(loc), text) for loc, text in error.problems])


def read(data: bytes, name: str, platforms: Mapping[str, Naming]) -> DeskFile:
    """The desks in a file called `name`. Raises `DeskFileError` with all that is wrong in it."""
    try:
        document = read_yaml(data)
    except YamlWrong as error:
        raise DeskFileError(name, error.problems) from error
    sheets, problems = [], list(_outside_desks(document))
    for i, values in enumerate(_desks(document)):
        try:
            sheets.append(Sheet.model_validate(values, context=platforms))
        except ValidationError as error:
            found = error.errors(include_url=False)
            problems += [_explained(each, ("desks", i, *each["loc"]), document) for each in found]
    if problems:
        raise DeskFileError(name, problems)
    return DeskFile(name, document, sheets)


def write(sheets: Sequence[Sheet]) -> str:
    """The file that `read` turns into `sheets` again."""
    every = Settings.model_fields.items()
    unset = "".join(f"#   {name}: {json.dumps(info.default)}  # {info.description}\n" for name, info in every)
    desks = [dict(_written(sheet)) for sheet in sheets]
    body = yaml.dump({"desks": desks}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return HEADER + unset + body


def _written(sheet: Sheet) -> Iterator[tuple[str, Any]]:
    yield "name", sheet.name
    yield "intake", [written_place(place) for place in sheet.intake]
    if sheet.agents_channel is not None:
        yield "agents_channel", written_place(sheet.agents_channel)
    for name in ("agents", "leads", "admins", "privacy_officers"):
        if principals := getattr(sheet, name):
            yield name, [written_principal(principal) for principal in principals]
    if panel := sheet.panel.model_dump(mode="json", exclude_defaults=True):
        yield "panel", panel
    if sheet.macros:
        yield "macros", sheet.macros
    if settings := sheet.settings.model_dump(exclude_defaults=True):
        yield "settings", settings


class _Dumper(yaml.SafeDumper):
    """Writes line breaks and the like as escapes: PyYAML's other styles lose the rarer ones."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=None if data.isprintable() else '"')


_Dumper.add_representer(str, _Dumper.represent_str)


def _outside_desks(document: Document) -> Iterator[tuple[int, str]]:
    values = document.values
    if not isinstance(values, dict):
        yield 1, SHAPES["desks"]
        return
    for key in values:
        if key != "desks":
            yield document.line((key,), of_key=True), f"unknown key {key[:40]}; allowed: desks"
    if not isinstance(values.get("desks", []), list):
        yield document.line(("desks",)), SHAPES["desks"]
    elif not values.get("desks"):
        yield document.line(("desks",), of_key=True), "there are no desks in it"


def _desks(document: Document) -> Sequence[Any]:
    values = document.values.get("desks") if isinstance(document.values, dict) else None
    return values if isinstance(values, list) else []


def _explained(error: ErrorDetails, loc: Loc, document: Document) -> tuple[int, str]:
    """The line and the words for what pydantic found."""
    name, inside, kind = str(loc[-1]), loc[-2] if len(loc) > 3 else "", error["type"]
    fields = _fields(loc)
    if kind == "extra_forbidden":
        close = get_close_matches(name, fields, n=1)
        hint = f"did you mean {close[0]}?" if close else f"allowed: {', '.join(fields)}"
        return document.line(loc, of_key=True), f"unknown key {name[:40]}; {hint}"
    return document.line(loc), _wrong_value(error, name, inside == "settings", loc)


def _fields(loc: Loc) -> Mapping[str, object]:
    """What may stand beside the key at `loc`."""
    if "panel" not in loc:
        return Settings.model_fields if len(loc) > 3 and loc[-2] == "settings" else Sheet.model_fields
    names = [part for part in loc[:-1] if isinstance(part, str)]
    return {"questions": Question.model_fields, "categories": Category.model_fields}.get(names[-1], Panel.model_fields)


def _wrong_value(error: ErrorDetails, name: str, is_setting: bool, loc: Loc) -> str:
    kind = error["type"]
    if kind == "missing":
        return f"{name} is missing"
    if is_setting:
        return f"{name} has to be {views.allowed(Settings.model_fields[name])}"
    if kind == "value_error":
        return str(error.get("ctx", {}).get("error", error["msg"]))
    if name in SHAPES:
        return SHAPES[name]
    if "macros" in loc[:-1]:
        return macro_views.wrong_in_file(str(loc[loc.index("macros") + 1]))
    if "panel" in loc[:-1]:
        return views.panel_wrong(name)
    if name == "name":
        return "name has to be 1 to 32 of a-z, 0-9 and -, and not begin with -"
    if kind == "tuple_type":
        return f"{name} has to be a list, such as [platform:workspace/…]"
    return "a desk has to be keys and values: - name: …" if len(loc) == 2 else "this has to be one word"
