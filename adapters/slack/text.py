"""Slack's encoding of text, in both directions. Pure.

Slack escapes & < > and writes mentions, links and channels as <…>. Inside the bot text is plain, so everything is
decoded on the way in. On the way out people's words go into rich text elements, which Slack never parses; only the
short `text` of notifications is markup, and there everything is escaped.
"""

import re
from collections.abc import Mapping

TOKEN = re.compile(r"<(?P<sign>[@#!]?)(?P<what>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
PERSON = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^<>]*)?>")
# Control characters (but for line ends and tabs) and those that turn the direction of writing round.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: str, names: Mapping[str, str]) -> str:
    """What a person reads. `names` are display names by user id; who is not in it is shown by id."""
    return unescape(TOKEN.sub(lambda found: _read(found, names), text))


def mentioned(text: str) -> list[str]:
    """The ids of everybody it names, once each."""
    return list(dict.fromkeys(found["id"] for found in PERSON.finditer(text)))


def addressed(text: str, bot: str) -> str | None:
    """What follows if the text begins with a mention of the bot; else None."""
    found = PERSON.match(text.lstrip())
    return text.lstrip()[found.end() :].strip() if found and found["id"] == bot else None


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def safe(text: str) -> str:
    """Without what gives orders to a screen."""
    return UNSAFE.sub("", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    return " ".join(safe(text).split())


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _read(found: re.Match[str], names: Mapping[str, str]) -> str:
    what, label = found["what"], found["label"] or ""
    match found["sign"]:
        case "@":
            return f"@{names.get(what) or label or what}"
        case "#":
            return f"#{label or what}"
        case "!":
            return _special(what, label)
    target = what.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (target, what) or target in (f"http://{label}", f"https://{label}"):
        return target
    return f"{label} ({target})"


def _special(what: str, label: str) -> str:
    if what.startswith("date^"):
        return label
    return label if label.startswith("@") else f"@{label or what.partition('^')[0]}"
