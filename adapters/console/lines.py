"""One line of input, and what was meant by it. Pure: knows no ticket, no router and no file."""

import re
import unicodedata
from dataclasses import dataclass

from adapters.console import words
from adapters.console.safe import one_line
from bot.errors import Problem

LONGEST_NAME = 64
HEAD = re.compile(r"(?P<name>[^\s:@/\[#!\"][^\s:@]*)(?:@(?P<place>[^\s:@]*))?:(?:\s+(?P<text>.*))?", re.DOTALL)
PLACE = re.compile(r"#?(?:(?P<number>[0-9]{1,9})|(?P<channel>[^\s/#]{1,80})(?:/#?(?P<thread>[0-9]{1,9}))?)")
PRESS = re.compile(r"\[(?P<label>[^\]\n]{1,200})\](?:\s*#?(?P<number>[0-9]{1,9}))?\s*")
ADDRESS = re.compile(r"@bot\b[,:]?\s*(?P<text>.*)", re.DOTALL | re.IGNORECASE)
FILE = re.compile(r'(?:^|(?<=\s))@file:(?:"(?P<quoted>[^"]+)"|(?P<plain>\S+))[ \t]?')
COMMENT = "   # "
NOT_IN_NAMES = frozenset('@:/[]#"\ufffd')  # the last stands for bytes that were no text


@dataclass(frozen=True, slots=True)
class Where:
    """A channel, a ticket's room (by number, and by channel if that is said), or nothing: in private."""

    channel: str = ""
    number: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.channel, self.number) if part)


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    where: Where
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slash:
    line: str  # without the slash


@dataclass(frozen=True, slots=True)
class Address:
    """Said to the bot by name: a command without its slash, if it is one."""

    line: str
    whole: Words


@dataclass(frozen=True, slots=True)
class Press:
    label: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    pass


Body = Words | Slash | Address | Press | Edit | Delete


def read(line: str) -> Line | None:
    """`NAME: TEXT` or `NAME@PLACE: TEXT`; None if it is neither. Raises `Problem` if the name cannot be one."""
    match = HEAD.fullmatch(line)
    if match is None:
        return None
    where = Where() if match["place"] is None else place(match["place"])
    return Line(name(match["name"]), where, (match["text"] or "").strip())


def without_comment(line: str) -> str:
    """The line without what stands behind three spaces and a #, as examples are annotated."""
    text, comment, _ = line.partition(COMMENT)
    return text.rstrip() if comment else line


def who(text: str) -> tuple[str, Where]:
    """`NAME` or `NAME@PLACE`. Raises `Problem`."""
    first, at, where = text.strip().partition("@")
    return name(first), place(where) if at else Where()


def name(text: str) -> str:
    """A person's name in one spelling. Raises `Problem` if it has signs that hide something or mean something here."""
    normal = unicodedata.normalize("NFC", text)
    hidden = any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"} or c.isspace() for c in normal)
    if not normal or hidden or NOT_IN_NAMES.intersection(normal) or len(normal) > LONGEST_NAME:
        raise Problem(words.bad_name(one_line(text[:80])))
    return normal


def place(text: str) -> Where:
    match = PLACE.fullmatch(text)
    if match is None:
        raise Problem(words.NOT_A_LINE)
    return Where(match["channel"] or "", match["number"] or match["thread"] or "")


def body(text: str) -> Body:
    """What a person does by writing this. Raises `Problem` if there is nothing in it."""
    if not text.strip():
        raise Problem(words.NOTHING)
    if match := PRESS.fullmatch(text):
        return Press(match["label"].strip(), (match["number"] or "").lstrip("0"))
    if text.startswith("/"):
        return _slash(text[1:])
    said = Words(FILE.sub("", text).strip(), tuple(m["quoted"] or m["plain"] for m in FILE.finditer(text)))
    if match := ADDRESS.fullmatch(text):
        return Address(match["text"], said)
    return said


def _slash(line: str) -> Slash | Edit | Delete:
    command, _, rest = line.partition(" ")
    if command == "edit":
        if not rest.strip():
            raise Problem(words.NOTHING)
        return Edit(rest.strip())
    return Delete() if line.strip() == "delete" else Slash(line)
