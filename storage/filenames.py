"""File names that people chose, made safe to write, to show and to open on every system."""

import re
import unicodedata

LONGEST = 100  # characters
LONGEST_BYTES = 200  # most file systems stop at 255, and browsers add " (1)"
LONGEST_ENDING = 20  # characters, with its dot
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])( *\..*)?", re.IGNORECASE)  # devices of Windows
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, overrides of direction, halves of characters, …


def safe_name(name: str) -> str:
    """A name with no folder, nothing invisible and no meaning to any system; its ending stays. Never empty."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(char for char in name if unicodedata.category(char) not in INVISIBLE)
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split()))
    name = name.lstrip(". ").rstrip(". ")
    if RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name) or "file"


def ending(name: str) -> str:
    """What comes after the last dot, in lower case; empty if there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if stem and dot else ""


def _shortened(name: str) -> str:
    last = ending(name)
    tail = name[-len(last) - 1 :] if last and len(last) < LONGEST_ENDING else ""
    stem = name[: len(name) - len(tail)][: LONGEST - len(tail)]
    while len((stem + tail).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return stem.rstrip(". ") + tail
