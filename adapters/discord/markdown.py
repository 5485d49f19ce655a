"""Plain words as Discord's markdown: what a person typed is read as typed, formats nothing and pings nobody."""

import re
from collections.abc import Iterator

from adapters.discord.places import PLATFORM
from bot.message import Bold, Mention, Span, Text, UserRef

URL = re.compile(r"https?://[^\s<>\[\]()*`|\\]+")
SPECIAL = re.compile(r"[\\*_~`|\[\]<]")
LINE_START = re.compile(r"^([^\S\n]*)(#|>|-|\+)", re.MULTILINE)
NUMBERED = re.compile(r"^([^\S\n]*\d+)([.)])", re.MULTILINE)
# What has no looks: control codes, and what makes letters run the other way (a name "gnp.exe" read as "exe.png").
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
EVERYBODY = re.compile(r"@(?=everyone|here)")
APART = "@\u200b"
LONGEST_CALL = len("@everyone") - 1


def markdown(text: Text, before: str = "") -> str:
    """`before` is what stands in front of it in the same message: a # means something at the start of a line only."""
    done = before
    for span in text:
        done += _span(span, done)
    return done[len(before) :]


def escape(text: str, before: str = "") -> str:
    """Links stay links; everything else loses its meaning and keeps its looks."""
    done, last = before, 0
    for url in URL.finditer(text):
        done += _plain(text[last : url.start()], done) + url[0]
        last = url.end()
    return (done + _plain(text[last:], done))[len(before) :]


def one_line(text: str) -> str:
    return escape(" ".join(text.split()))


def mentioned(text: Text) -> Iterator[UserRef]:
    """Those whom the text may ping."""
    return (span.user for span in text if isinstance(span, Mention) and _here(span))


def _plain(text: str, before: str) -> str:
    text = UNSEEN.sub("", text)
    text = SPECIAL.sub(r"\\\g<0>", text)
    if not before or before.endswith("\n"):
        text = _line_starts(text)
    else:
        first, newline, rest = text.partition("\n")
        text = first + newline + _line_starts(rest)
    return _apart(EVERYBODY.sub(APART, text), before[-LONGEST_CALL:])


def _apart(text: str, tail: str) -> str:
    """The same for a name of everybody that begins in what stands before, in another span."""
    found = EVERYBODY.search(tail + text)
    return f"\u200b{text}" if found and found.start() < len(tail) else text


def _line_starts(text: str) -> str:
    return NUMBERED.sub(r"\1\\\2", LINE_START.sub(r"\1\\\2", text))


def _span(span: Span, before: str) -> str:
    match span:
        case str():
            return escape(span, before)
        case Bold(text=text):
            return f"**{escape(text, '**')}**"
        case Mention(user=user, name=name):
            return f"<@{user.id}>" if _here(span) else escape(f"@{name or user.id}", before)


def _here(span: Mention) -> bool:
    return span.user.platform == PLATFORM and span.user.id.isdecimal()
