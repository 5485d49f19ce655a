"""The documented limits of a message that Discord's OpenAPI file lacks or has looser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .bits import COMPONENTS_V2
from .errors import Refusal, bad_length, invalid, required, too_long
from .model import JSON

CONTENT = 2000
EMBEDS_TOGETHER = 6000
TEXT_DISPLAYS_TOGETHER = 4000

EMBED = {"title": 256, "description": 4096}


def length(text: str) -> int:
    """Discord counts UTF-16 units no more than Python does: code points."""
    return len(text)


def content(text: Any) -> None:
    if text is not None and not isinstance(text, str):
        raise invalid("content", "BASE_TYPE_STRING", "Could not interpret value as string.")
    if text and length(text) > CONTENT:
        raise too_long("content", CONTENT)


def embeds(items: Sequence[JSON]) -> None:
    if len(items) > 10:
        raise too_long("embeds", 10)
    together = sum(_embed(f"embeds.{i}", item) for i, item in enumerate(items))
    if together > EMBEDS_TOGETHER:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed(path: str, item: JSON) -> int:
    """Its size in characters."""
    size = 0
    for key, most in EMBED.items():
        size += _text(f"{path}.{key}", item.get(key), most)
    size += _text(f"{path}.footer.text", (item.get("footer") or {}).get("text"), 2048)
    size += _text(f"{path}.author.name", (item.get("author") or {}).get("name"), 256)
    fields = item.get("fields") or []
    if len(fields) > 25:
        raise too_long(f"{path}.fields", 25)
    for i, entry in enumerate(fields):
        for key, most in (("name", 256), ("value", 1024)):
            if not (entry.get(key) or "").strip():
                raise required(f"{path}.fields.{i}.{key}")
            size += _text(f"{path}.fields.{i}.{key}", entry[key], most)
    if not size and not any(item.get(k) for k in ("image", "thumbnail", "url", "timestamp")):
        raise required(f"{path}.description")
    return size


def _text(path: str, value: str | None, most: int) -> int:
    if value and length(value) > most:
        raise too_long(path, most)
    return length(value or "")


def name(path: str, value: Any, most: int = 100) -> str:
    """A channel's or thread's name: 1 to 100 characters that are not all blank."""
    if not isinstance(value, str) or not value.strip():
        raise required(path)
    if length(value) > most:
        raise bad_length(path, 1, most)
    return value.strip()


def message(body: JSON, files: int) -> None:
    """Raises 50006 for nothing at all, 50035 for too much of something."""
    content(body.get("content"))
    embeds(body.get("embeds") or [])
    if len(body.get("sticker_ids") or []) > 3:
        raise too_long("sticker_ids", 3)
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        raise too_long("nonce", 25)
    v2 = (body.get("flags") or 0) & COMPONENTS_V2
    if v2 and any(body.get(k) for k in ("content", "embeds", "sticker_ids", "poll")):
        text = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        raise invalid("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    forward = (body.get("message_reference") or {}).get("type") == 1
    something = (body.get("content") or "").strip() or files or forward
    if not something and not any(body.get(k) for k in ("embeds", "sticker_ids", "components", "poll")):
        raise Refusal(50006)
