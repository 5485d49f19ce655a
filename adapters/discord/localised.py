"""Words for a declaration that Discord shows to each person in their own language."""

from typing import Any

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


def _others(text: str) -> dict[str, str]:
    found = {}
    for locale in LOCALES:
        if (language := best((locale,))) != SOURCE:
            with reading(language):
                found[locale] = _(text)
    return {locale: words for locale, words in found.items() if words != text}
