"""What people write, as Slack's own client sends it: the text in Slack's encoding, and a rich_text block of it."""

import html
import re

from .model import Json

MARKUP = re.compile(r"<(?P<kind>[@#!]?)(?P<what>[^<>|]+)(?:\|(?P<label>[^<>]*))?>|:(?P<emoji>[a-z0-9_+'-]+):")


def rich_text(text: str) -> Json:
    elements: list[Json] = []
    end = 0
    for match in MARKUP.finditer(text):
        elements += _plain(text[end : match.start()])
        elements.append(_element(match))
        end = match.end()
    elements += _plain(text[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": "rt", "elements": [section]}


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": html.unescape(text)}] if text else []


def _element(match: re.Match[str]) -> Json:
    if match["emoji"]:
        return {"type": "emoji", "name": match["emoji"]}
    what = match["what"]
    if match["kind"] == "@":
        return {"type": "user", "user_id": what}
    if match["kind"] == "#":
        return {"type": "channel", "channel_id": what}
    if match["kind"] == "!":
        return {"type": "broadcast", "range": what}
    return {"type": "link", "url": html.unescape(what)} | ({"text": match["label"]} if match["label"] else {})
