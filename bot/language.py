"""Every text stands in English where it is said, and reaches its reader in their language.

`with reading(languages):` says who reads; `_`, `several` and `bot.message.told` look words up for that reader. Words
that are said in one place and read in another (why a delivery was refused) are a `Phrase` until somebody reads them.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.catalogue import compiled

SOURCE = "en"
FOLDER = Path(__file__).with_name("languages")
CATALOGUE = "LC_MESSAGES/helpthread.po"


class Reader:
    """Whoever reads what is said now. `languages` are those to try, in order; asked for when the first word is needed,
    so it may be an iterator that looks them up, and words carried over cost no look-up."""

    __slots__ = ("_chosen", "_languages")

    def __init__(self, languages: Iterable[str]) -> None:
        self._languages = languages
        self._chosen = ""

    @property
    def language(self) -> str:
        if not self._chosen:
            self._chosen = best(self._languages)
        return self._chosen

    @property
    def known(self) -> str:
        """Their language if it was needed already, else nothing."""
        return self._chosen


ENGLISH = Reader((SOURCE,))
_reader: ContextVar[Reader] = ContextVar("reader", default=ENGLISH)


class reading:  # noqa: N801 (it is used like a function, and a generator would cost each message some microseconds)
    """What is said meanwhile is read by somebody of these languages: the first that there is a catalogue of."""

    __slots__ = ("_before", "_who")

    def __init__(self, languages: str | Iterable[str]) -> None:
        self._who = Reader((languages,) if isinstance(languages, str) else languages)

    def __enter__(self) -> None:
        self._before = _reader.set(self._who)

    def __exit__(self, *error: object) -> None:
        _reader.reset(self._before)


def current() -> str:
    """The reader's language, as catalogues are called: "de", "pt-BR"."""
    return _reader.get().language


def known() -> str:
    """The same if it was needed already, else empty: to note it beside words without looking it up for that."""
    return _reader.get().known


def best(languages: Iterable[str]) -> str:
    """The first there is a catalogue of, be it of the language alone ("de" for "de-AT"); English if there is none."""
    return next(filter(None, map(_catalogued, languages)), SOURCE)


@lru_cache(1000)
def _catalogued(language: str) -> str:
    """The catalogue for it, or nothing."""
    whole, there = language.replace("_", "-").lower(), available()
    return there.get(whole) or there.get(whole.partition("-")[0], "")


@cache
def available() -> dict[str, str]:
    """By their names in small letters."""
    folders = [path.parent.parent.name for path in sorted(FOLDER.glob(f"*/{CATALOGUE}"))]
    return {name.lower(): name for name in (SOURCE, *(folder.replace("_", "-") for folder in folders))}


@cache
def catalogue(language: str) -> NullTranslations:
    """Read once, when it is first needed."""
    if language == SOURCE:
        return NullTranslations()
    path = FOLDER / language.replace("-", "_") / CATALOGUE
    return GNUTranslations(BytesIO(compiled(path.read_text(encoding="utf-8"))))


def _(text: str, /, **values: object) -> str:
    """The reader's words for `text`, with `values` in place of the {names} in it."""
    words = catalogue(current()).gettext(text) if text else ""
    return words.format(**values) if values else words


def several(one: str, many: str, number: int, /, **values: object) -> str:
    """The reader's words for `number` things; {number} is in them."""
    return catalogue(current()).ngettext(one, many, number).format(number=number, **values)


class Phrase(str):
    """Words that are read elsewhere: English for logs and operators, and for `here` the way into other languages."""

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: object) -> "Phrase":
        self = super().__new__(cls, template.format(**values) if values else template)
        self.template, self.values = template, values
        return self


def here(text: str) -> str:
    """A phrase in the reader's language; any other text as it is."""
    if not isinstance(text, Phrase):
        return text
    return _(text.template, **{k: here(v) if isinstance(v, str) else v for k, v in text.values.items()})
