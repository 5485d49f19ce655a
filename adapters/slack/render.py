"""Our messages as Block Kit. Pure.

Limits are Slack's: 50 blocks and about 13,200 characters in a message (measured by users, not documented; we stay
below 12,000), 150 in a header, 75 on a button, 2,000 in its value, 25 buttons in a row. What does not fit in one
message goes on in the next; nothing is cut.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.slack import words
from adapters.slack.text import escape, one_line, safe, shortened
from bot.language import here, reading
from bot.message import Bold, Button, Mention, Message, Span, Style, Text

Json = dict[str, Any]
HEADER = 150
ONE_BLOCK = 2_800  # characters
ONE_MESSAGE = 11_000
NOTIFICATION = 2_500  # characters of the plain text that notifications show; the blocks have all of it
BUTTONS = 25
USERNAME = 80
LINK = re.compile(r"https?://[^\s<>|\"]{1,1000}")
SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,}")
LINK_ENDS = ").,;:!?'\"]}"


@dataclass
class Part:
    """One message on Slack."""

    text: str
    blocks: list[Json] = field(default_factory=list)


def parts(message: Message, *, speaker: bool = False) -> list[Part]:
    """The messages that show it all, in order. `speaker` writes the speaker's name before the text."""
    with reading(message.language):
        return _parts(message, speaker)


def _parts(message: Message, speaker: bool) -> list[Part]:
    spans: list[Span] = [Bold(f"{one_line(message.speaker)}: ")] if speaker and message.speaker else []
    title = one_line(message.title)
    if len(title) > HEADER:
        spans.append(Bold(f"{title}\n"))
    spans += message.text
    for number, line in enumerate(message.fields):
        spans += ["\n" if spans or number else "", Bold(f"{one_line(line.name)}: "), *line.value]
    pages = list(_pages(list(_elements(tuple(spans)))))
    header = [{"type": "header", "text": plain_text(title)}] if title and len(title) <= HEADER else []
    if not (pages or header):
        filler = words.files_line(message.files) if message.files else here(words.EMPTY)
        pages = [[_section([{"type": "text", "text": filler}])]]
    found = [Part("", page) for page in pages] or [Part("")]
    found[0].blocks[:0] = header
    found[-1].blocks += _ending(message)
    for part, text in zip(found, _notifications(message, len(found)), strict=True):
        part.text = text
    return found


def username(speaker: str) -> str:
    """The name over words carried over: always marked, so nobody can look like somebody who writes here."""
    via = words.via()
    return shortened(one_line(speaker), USERNAME - len(via)) + via


def plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def buttons(given: Sequence[Button]) -> list[Json]:
    """Rows of buttons. An action_id is the action and a number, because Slack wants each to be there once."""
    elements = [_button(button, number) for number, button in enumerate(given)]
    rows = [elements[start : start + BUTTONS] for start in range(0, len(elements), BUTTONS)]
    return [{"type": "actions", "elements": row} for row in rows]


def _button(button: Button, number: int) -> Json:
    shown: Json = {
        "type": "button",
        "text": plain_text(shortened(one_line(button.label), 75) or "…"),
        "action_id": f"{button.action}:{number}",
        "value": button.arg or "-",
    }
    return shown if button.style is Style.NORMAL else shown | {"style": button.style.value}


def _ending(message: Message) -> list[Json]:
    line = here(words.MARK_LINES[message.mark]) if message.mark else ""
    context = [{"type": "context", "elements": [plain_text(line)]}] if line else []
    return [*context, *buttons(message.buttons)]


def _elements(spans: Text) -> Iterator[Json]:
    for span in spans:
        match span:
            case str():
                yield from _linked(safe(span))
            case Bold(text=text):
                yield from ({"type": "text", "text": part, "style": {"bold": True}} for part in _cut(safe(text)))
            case Mention(user=user, name=name):
                if user.platform == "slack" and SLACK_USER.fullmatch(user.id):
                    yield {"type": "user", "user_id": user.id}
                else:
                    yield from ({"type": "text", "text": part} for part in _cut(f"@{one_line(name) or user.id}"))


def _linked(text: str) -> Iterator[Json]:
    """Text, with addresses as links that say where they lead."""
    end = 0
    for found in LINK.finditer(text):
        url = found[0].rstrip(LINK_ENDS)
        yield from ({"type": "text", "text": part} for part in _cut(text[end : found.start()]))
        yield {"type": "link", "url": url}
        end = found.start() + len(url)
    yield from ({"type": "text", "text": part} for part in _cut(text[end:]))


def _cut(text: str) -> Iterator[str]:
    """Pieces that fit into a block, cut where a line or a word ends, if there is such a place."""
    while len(text) > ONE_BLOCK:
        at = max(text.rfind("\n", ONE_BLOCK // 2, ONE_BLOCK), text.rfind(" ", ONE_BLOCK // 2, ONE_BLOCK)) + 1
        at = at or ONE_BLOCK
        yield text[:at]
        text = text[at:]
    if text:
        yield text


def _pages(elements: list[Json]) -> Iterator[list[Json]]:
    """Blocks for one message after the other."""
    page: list[Json] = []
    size = 0
    for block in _blocks(elements):
        length = sum(map(_length, block))
        if page and size + length > ONE_MESSAGE:
            yield page
            page, size = [], 0
        page.append(_section(block))
        size += length
    if page:
        yield page


def _blocks(elements: list[Json]) -> Iterator[list[Json]]:
    block: list[Json] = []
    size = 0
    for element in elements:
        if block and size + _length(element) > ONE_BLOCK:
            yield block
            block, size = [], 0
        block.append(element)
        size += _length(element)
    if block and any(element.get("text", "x").strip() for element in block):
        yield block


def _length(element: Json) -> int:
    return len(element.get("text") or element.get("url") or element["user_id"])


def _section(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _notifications(message: Message, count: int) -> list[str]:
    """The text beside the blocks: for notifications, which show its beginning."""
    said = "".join(_read(span) for span in message.text)
    whole = one_line(" ".join(part for part in (message.title, said) if part)) or here(words.EMPTY)
    if not said and message.files:
        whole = words.files_line(message.files)
    return [escape(shortened(one_line(whole), NOTIFICATION))] + ["…"] * (count - 1)


def _read(span: Span) -> str:
    match span:
        case str():
            return span
        case Bold(text=text):
            return text
        case Mention(user=user, name=name):
            return f"@{name or user.id}"
