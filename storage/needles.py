"""Looking for somebody's words in bytes, however they may be written there."""

import base64
import binascii
import html
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

SHORTEST = 4  # characters; anything shorter is found everywhere


@dataclass(frozen=True)
class Needle:
    """`label` is what it is called in a report, which never repeats the word."""

    label: str
    word: str

    @cached_property
    def forms(self) -> Sequence[tuple[str, bytes]]:
        """How it may be written, each with what that is called; letters without capitals where there are any."""
        found = dict[bytes, str]()
        for text in dict.fromkeys(unicodedata.normalize(form, self.word) for form in ("NFC", "NFD")):
            for how, written in _written(text):
                found.setdefault(written.lower(), how)
            for how, written in _base64(text):
                found.setdefault(written, how)
        return [(how, written) for written, how in found.items()]

    @property
    def longest(self) -> int:
        return max(len(written) for _, written in self.forms)

    def found_in(self, exact: bytes, lowered: bytes) -> str:
        """How it is written there, "" if it is not. `lowered` is the same without capitals."""
        for how, written in self.forms:
            if written in (exact if how == "base64" else lowered):
                return how
        return ""


def needles(words: Sequence[str]) -> tuple[list[Needle], list[str]]:
    """And the labels of those that are too short to be looked for."""
    given = [Needle(f"word {number}", word) for number, word in enumerate(words, 1)]
    return [each for each in given if len(each.word) >= SHORTEST], [n.label for n in given if len(n.word) < SHORTEST]


def _written(text: str) -> Iterator[tuple[str, bytes]]:
    for one in dict.fromkeys((text, text.casefold(), text.upper(), text.title())):
        yield "plain", one.encode()
        yield "UTF-16", one.encode("utf-16-le")
        yield "UTF-16", one.encode("utf-16-be")
        yield "JSON", json.dumps(one)[1:-1].encode()
        yield "HTML", html.escape(one).encode()
        yield "HTML", html.escape(one, quote=False).encode()
        yield "URL", quote(one, safe="").encode()
        yield "hexadecimal", binascii.hexlify(one.encode())


def _base64(text: str) -> Iterator[tuple[str, bytes]]:
    """The part that does not depend on what stands around it, for each of the three ways it may begin."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + text.encode()).rstrip(b"=")
        middle = coded[(0, 2, 3)[before] : len(coded) - (1 if (before + len(text.encode())) % 3 else 0)]
        yield "base64", middle
        yield "base64", middle.translate(bytes.maketrans(b"+/", b"-_"))
