"""What others quoted of somebody: lines that begin with ">", as people, mail programs and this bot quote.

How like a quote is to what they wrote is the part of its words that stand in one message of theirs in the same order.
Capitals, accents' forms and signs do not count. Alike enough, it is theirs and goes with them; a little alike, a person
has to look at it; else it is somebody else's. A few words prove nothing: they count where the whole line is theirs, in
a ticket in which they wrote it.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from enum import Enum
from itertools import pairwise

from bot.privacy.exporting.disguise import ERASED, UNSPACED

SAME = 0.8  # of a quote's words: it is theirs
LIKE = 0.5  # it may be
FEWEST = 4  # words; of fewer the whole line has to be theirs
FEWEST_ELSEWHERE = 8  # words, in tickets in which they said nothing: less is said by everybody
NEAREST = 5  # messages of theirs that are compared word for word with a quote
MOST_WORDS = 400  # of a quote, and of a message, that are compared: it takes the square of that
PLACES = 24  # bits for the number of a message, of the 63 of an entry in the index
WORD = re.compile(rf"{UNSPACED.pattern}|[^\W{UNSPACED.pattern[1:]}+")
QUOTE = re.compile(r"^[ \t]*>", re.MULTILINE)
MARKS = re.compile(r"^[ \t>]+")


class Whose(Enum):
    THEIRS = "theirs"
    PERHAPS = "perhaps"
    OTHERS = "others"


def quotes(text: str) -> bool:
    """Whether anything is quoted in it."""
    return QUOTE.search(text) is not None


def quoted(text: str) -> list[str]:
    """The words of each passage that is quoted in it."""
    return [_unmarked(lines) for is_quote, lines in _passages(text) if is_quote]


def without(text: str, goes: Callable[[str], bool]) -> str:
    """The text in which each quoted passage that `goes` is one line that says so; all other lines as they are."""
    kept: list[str] = []
    for is_quote, lines in _passages(text):
        kept += [f"> {ERASED}"] if is_quote and goes(_unmarked(lines)) else lines
    return "\n".join(kept)


def likeness(quote: Sequence[str], said: Sequence[str]) -> float:
    """From 0 to 1: the part of the quote's words that are in what was said, in this order."""
    blocks = SequenceMatcher(None, said[:MOST_WORDS], quote[:MOST_WORDS], autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(quote[:MOST_WORDS])


def words(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


class Sayings:
    """What somebody wrote, each with its ticket's id, to be compared with quotes. For two words that follow each other
    it is known in which messages they do, in 8 bytes each."""

    def __init__(self, said: Iterable[tuple[int, str]]) -> None:
        self.texts: list[str] = []
        self.tickets: set[int] = set()
        self.lines: set[int] = set()
        pairs: list[int] = []
        for ticket, text in said:
            own = "\n".join(line for is_quote, lines in _passages(text) if not is_quote for line in lines)
            pairs += {_key(pair) << PLACES | len(self.texts) for pair in _pairs(words(own))}
            self.lines |= {hash((ticket, *words(line))) for line in own.splitlines()}
            self.tickets.add(ticket)
            self.texts.append(own)
        self.pairs = array("q", sorted(pairs))

    def whose(self, quote: str, ticket: int) -> Whose:
        """`quote` is a passage of a message in `ticket`, without its marks."""
        spoken, there = words(quote), ticket in self.tickets
        if len(spoken) < FEWEST:
            whole = spoken and hash((ticket, *spoken)) in self.lines
            return Whose.THEIRS if whole else Whose.OTHERS
        if not there and len(spoken) < FEWEST_ELSEWHERE:
            return Whose.OTHERS
        best = max((likeness(spoken, words(text)) for text in self._near(spoken)), default=0.0)
        return Whose.THEIRS if best >= SAME else Whose.PERHAPS if best >= LIKE else Whose.OTHERS

    def _near(self, spoken: Sequence[str]) -> list[str]:
        """The messages with which it has most pairs of words in common."""
        hits = Counter[int]()
        for pair in set(_pairs(spoken[:MOST_WORDS])):
            first = _key(pair) << PLACES
            start, end = bisect_left(self.pairs, first), bisect_left(self.pairs, first + (1 << PLACES))
            hits.update(each & ((1 << PLACES) - 1) for each in self.pairs[start:end])
        return [self.texts[number] for number, _ in hits.most_common(NEAREST)]


def _pairs(spoken: Sequence[str]) -> Iterable[tuple[str, str]]:
    return pairwise(spoken)


def _key(pair: tuple[str, str]) -> int:
    return hash(pair) & ((1 << (63 - PLACES)) - 1)


def _passages(text: str) -> list[tuple[bool, list[str]]]:
    """Its lines, those together that are quoted, and those that are not."""
    found: list[tuple[bool, list[str]]] = []
    for line in text.split("\n"):
        is_quote = QUOTE.match(line) is not None
        if not found or found[-1][0] is not is_quote:
            found.append((is_quote, []))
        found[-1][1].append(line)
    return found


def _unmarked(lines: Sequence[str]) -> str:
    return "\n".join(MARKS.sub("", line) for line in lines)
