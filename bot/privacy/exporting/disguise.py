"""How other people look in an export, and what stands for an erased person: words for names and ids.

Names in free text cannot all be found. What is found: ids, full names and their parts of three characters or
more, as whole words, however they are written in capitals.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from bot.language import Phrase, _
from bot.message import UserRef
from bot.privacy.model import GONE, Other

SHORTEST = 3  # characters; replacing shorter names would make texts unreadable
SHORTEST_UNSPACED = 2  # in scripts that put no space between words, where two characters are a name
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"\w+")
ERASED = "[erased]"
IN_TEXTS, ACCOUNTS = "names_in_texts", "accounts"  # what was replaced
KINDS = {
    "agent": Phrase("Agent {number}"),
    "customer": Phrase("Customer {number}"),
    "person": Phrase("Person {number}"),
}


def called(who: UserRef, name: str) -> set[str]:
    """What texts may call a person."""
    words = {str(who), who.id, name, *WORD.findall(name)}
    forms = {unicodedata.normalize(form, word) for word in words for form in ("NFC", "NFD")}
    return {form for form in forms if len(form) >= (SHORTEST_UNSPACED if UNSPACED.search(form) else SHORTEST)}


class Replacer:
    """Replaces names by words, and counts how often. A text without any of them costs one look at its words."""

    def __init__(self, names: Mapping[str, str], counted: Counter[str] | None = None) -> None:
        self.counted = Counter() if counted is None else counted
        self.words = {name.casefold(): word for name, word in names.items()}
        self.by_first: dict[str, list[str]] = {}
        self.anywhere: list[str] = []
        for name in names:
            first = WORD.search(name)
            if first is None or UNSPACED.search(name):
                self.anywhere.append(name)
            else:
                self.by_first.setdefault(first[0].casefold(), []).append(name)

    def __call__(self, text: str) -> str:
        if not text or not self.words:
            return text
        flat = text.casefold()
        words = {*WORD.findall(flat)} & self.by_first.keys()
        hits = [name for word in words for name in self.by_first[word]]
        hits += [name for name in self.anywhere if name.casefold() in flat]
        if not hits:
            return text
        forms = {form for name in hits for form in (name, name.upper(), name.casefold())}
        longest_first = sorted(forms, key=len, reverse=True)
        return re.sub("|".join(map(_whole, longest_first)), self._word, text, flags=re.IGNORECASE)

    def _word(self, match: re.Match[str]) -> str:
        self.counted[IN_TEXTS] += 1
        return self.words.get(match[0].casefold(), ERASED)


def _whole(name: str) -> str:
    before = r"(?<!\w)" if _bounded(name[0]) else ""
    after = r"(?!\w)" if _bounded(name[-1]) else ""
    return before + re.escape(name) + after


def _bounded(char: str) -> bool:
    return WORD.match(char) is not None and not UNSPACED.match(char)


class Disguise:
    """Everyone else under a label: "Agent 1", "Customer 2". The salt shuffles the numbers, so that two exports
    cannot be laid side by side to see who is who.

    `selves` are the person's own accounts, and what they are called there.
    """

    def __init__(self, selves: Mapping[UserRef, str], others: Iterable[Other], salt: str) -> None:
        self.selves = frozenset(selves)
        self.own = {word.casefold() for who, name in selves.items() for word in called(who, name)}
        self.labels: dict[UserRef, str] = {}
        self.numbers: dict[str, int] = {}
        self.counted: Counter[str] = Counter()
        self.others = tuple(others)
        for other in sorted(self.others, key=lambda o: hashlib.sha256(f"{salt} {o.who}".encode()).digest()):
            self.meet(other)

    def meet(self, other: Other) -> None:
        """Somebody new; later numbers for those who were not known at first."""
        if other.who not in self.selves and other.who not in self.labels:
            self.labels[other.who] = self._label(other)

    def _label(self, other: Other) -> str:
        if other.who.platform == GONE:
            return _("Erased person")
        self.numbers[other.kind] = self.numbers.get(other.kind, 0) + 1
        return _(KINDS[other.kind], number=self.numbers[other.kind])

    def label(self, who: UserRef) -> str:
        """Their own id for the person themselves, a label for everyone else."""
        if who in self.selves:
            return str(who)
        self.counted[ACCOUNTS] += 1
        self.meet(Other(who, "person"))
        return self.labels[who]

    def replacer(self, beside: Iterable[Other]) -> Replacer:
        """Finds these others, and every agent, in texts. What they share with the person's own name stays."""
        names: dict[str, str] = {}
        for other in (*beside, *(other for other in self.others if other.kind == "agent")):
            if other.who in self.selves or other.who.platform == GONE:
                continue
            self.meet(other)
            for name in sorted(called(other.who, other.name)):
                if name.casefold() not in self.own:
                    names.setdefault(name, self.labels[other.who])
        return Replacer(names, self.counted)


def eraser(who: UserRef, name: str) -> Replacer:
    return Replacer(dict.fromkeys(called(who, name), ERASED))
