"""A catalogue as people keep it (.po) in the form that the standard library reads (.mo), made in memory.

So what a checkout holds is what is said: nothing is compiled, nothing can be out of date.
"""

import json
import re
import struct

LINE = re.compile(r'(?:(?P<what>msgctxt|msgid_plural|msgid|msgstr)(?:\[(?P<form>\d+)\])?\s+)?(?P<text>".*")')
MAGIC = 0x950412DE


def compiled(po: str) -> bytes:
    """Raises `ValueError` for what is no catalogue."""
    pairs = sorted((key.encode(), value.encode()) for key, value in _messages(po).items())
    ids, texts = b"", b""
    spans: list[tuple[int, int, int, int]] = []
    for key, value in pairs:
        spans.append((len(key), len(ids), len(value), len(texts)))
        ids, texts = ids + key + b"\0", texts + value + b"\0"
    start = 28 + 16 * len(pairs)
    table = [number for length, at, _, _ in spans for number in (length, start + at)]
    table += [number for _, _, length, at in spans for number in (length, start + len(ids) + at)]
    head = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + struct.pack(f"<{len(table)}I", *table) + ids + texts


def _messages(po: str) -> dict[str, str]:
    """Texts by ids, as a .mo has them: plural forms with NUL between. What is empty or doubtful is not there."""
    found: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", po.replace("\r\n", "\n")):
        parts, fuzzy = _parts(block)
        forms = [parts[key] for key in sorted(key for key in parts if key.startswith("msgstr"))]
        if "msgid" not in parts or not all(forms) or (fuzzy and parts["msgid"]):
            continue
        id = parts["msgid"] + (f"\0{parts['msgid_plural']}" if "msgid_plural" in parts else "")
        found[f"{parts['msgctxt']}\4{id}" if "msgctxt" in parts else id] = "\0".join(forms)
    return found


def _parts(block: str) -> tuple[dict[str, str], bool]:
    parts: dict[str, str] = {}
    key, fuzzy = "", False
    for line in filter(None, map(str.strip, block.split("\n"))):
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif match := LINE.fullmatch(line):
            key = f"{match['what']}{match['form'] or ''}" if match["what"] else key
            parts[key] = parts.get(key, "") + _text(match["text"])
        else:
            raise ValueError(f"not a line of a catalogue: {line}")
    return parts, fuzzy


def _text(quoted: str) -> str:
    """Raises `ValueError` if the quotes do not fit."""
    try:
        return str(json.loads(quoted))
    except ValueError as error:
        raise ValueError(f"not a line of a catalogue: {quoted}") from error
