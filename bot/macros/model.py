"""Macros: a desk's canned answers, with places in them for what differs from ticket to ticket."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_MACROS = 200  # of a desk: as many as a list still shows
LONGEST_TEXT = 3000  # characters, as much as a form takes on every platform
NAME = r"^[a-z][a-z0-9-]{0,29}$"  # begins with a letter: a number is a ticket's
PLACEHOLDERS = ("number", "name", "agent")
WITH_BLANKS = re.compile(r"(?<![ \t])(?P<blanks>[ \t]*)\{(?P<which>number|name|agent)\}")

Name = Annotated[str, StringConstraints(pattern=NAME)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]


class Macro(BaseModel):
    """`text` says {number} for the ticket's number, {name} for its customer's first name, {agent} for the agent's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    text: Words


Macros = Annotated[dict[Name, Words], Field(max_length=MOST_MACROS)]  # texts by name, as a desk's file has them


def filled(text: str, number: int, customer: str, agent: str) -> str:
    """The text for one ticket. Nothing is filled into what was filled in, so a customer may be called "{agent}".

    A name that nobody knows is left out together with the blank before it. Any other braces stay as they are.
    """
    values = {"number": str(number), "name": first_name(customer), "agent": agent}
    return WITH_BLANKS.sub(lambda match: _value(match, values), text)


def first_name(name: str) -> str:
    return name.split()[0] if name.split() else ""


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    value = values[match["which"]]
    return match["blanks"] + value if value else ""
