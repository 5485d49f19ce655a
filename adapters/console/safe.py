"""People's text made harmless and visible: a terminal must not obey it, and nobody must be fooled by it."""

import unicodedata

JOINERS = "\u200c\u200d"  # part of how Persian, Hindi and emoji are written
BREAKS = {"\u2028": "\n", "\u2029": "\n"}


def visible(text: str) -> str:
    """The text with its line breaks; what controls a terminal or turns the writing direction is shown by its name."""
    text = text.replace("\r\n", "\n")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _shown(c) for c in text)


def one_line(text: str) -> str:
    """The same for names, titles and labels, which have no line breaks."""
    return visible(text).replace("\n", "␊")


def _shown(char: str) -> str:
    if char in "\n\t" or char in JOINERS:
        return char
    if char in BREAKS:
        return BREAKS[char]
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if unicodedata.category(char) in {"Cc", "Cf", "Cs"}:
        return f"⟨U+{code:04X}⟩"
    return char
