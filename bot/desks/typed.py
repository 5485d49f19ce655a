"""Questions as somebody types them, with semicolons between.

Order number; What happened? [long]; Device [phone|tablet]; Photo [file, optional]
"""

import re

from bot.desks.panel import Kind, Question

MARKED = re.compile(r"(?P<ask>.*)\[(?P<marks>[^\[\]]*)\]", re.DOTALL)
KINDS = {kind.value: kind for kind in (Kind.TEXT, Kind.LONG, Kind.FILE)}
OPTIONAL = "optional"


def questions(line: str) -> tuple[Question, ...]:
    """Raises `ValueError`, pydantic's included, where they cannot be asked like that."""
    return tuple(_question(part.strip()) for part in line.split(";") if part.strip())


def written(each: Question) -> str:
    """The opposite of `questions`, for one."""
    marks = ["|".join(each.choices)] if each.choices else [each.kind.value] if each.kind is not Kind.TEXT else []
    marks += [] if each.required else [OPTIONAL]
    return f"{each.ask} [{', '.join(marks)}]" if marks else each.ask


def _question(text: str) -> Question:
    match = MARKED.fullmatch(text)
    if match is None:
        return Question(ask=text)
    marks = [mark.strip() for mark in match["marks"].split(",") if mark.strip()]
    kind, choices = Kind.TEXT, tuple[str, ...]()
    for mark in marks:
        if "|" in mark:
            kind, choices = Kind.CHOICE, tuple(choice.strip() for choice in mark.split("|"))
        elif mark.lower() in KINDS:
            kind = KINDS[mark.lower()]
        elif mark.lower() != OPTIONAL:
            raise ValueError("unknown mark")
    return Question(
        ask=match["ask"].rstrip(), kind=kind, choices=choices, required=OPTIONAL not in map(str.lower, marks)
    )
