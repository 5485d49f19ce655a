"""Words for a declaration that Discord shows to each person in their own language."""

from collections.abc import Callable, Iterator
from typing import Any

from bot import names as typed
from bot.language import SOURCE, _, best, reading

DESCRIPTION = 100  # characters
LOCALES = (  # Discord's, as of its reference
    "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
)  # fmt: skip


def localised(text: str) -> dict[str, Any]:
    """A description."""
    others = {locale: words[:DESCRIPTION] for locale, words in _others(text).items()}
    return {"description": text[:DESCRIPTION]} | ({"description_localizations": others} if others else {})


def names(text: str) -> dict[str, Any]:
    """A name that is read and not typed: of a menu's entry, of a choice."""
    others = _others(text)
    return {"name": str(text)} | ({"name_localizations": others} if others else {})


def verb(command: str) -> dict[str, Any]:
    """The name of a subcommand. What comes back when it is used is the English one."""
    return _named(command.rpartition(" ")[2], lambda language: typed.verb(command, language))


def option(name: str) -> dict[str, Any]:
    return _named(name, lambda language: typed.option(name, language))


def _named(name: str, called: Callable[[str], str]) -> dict[str, Any]:
    others = {locale: word for locale, language in _translated() if (word := called(language)) != name}
    return {"name": name} | ({"name_localizations": others} if others else {})


def _others(text: str) -> dict[str, str]:
    found = {}
    for locale, language in _translated():
        with reading(language):
            found[locale] = _(text)
    return {locale: words for locale, words in found.items() if words != text}


def _translated() -> Iterator[tuple[str, str]]:
    """Discord's locales for which there is a catalogue, and whose."""
    return ((locale, language) for locale in LOCALES if (language := best((locale,))) != SOURCE)
