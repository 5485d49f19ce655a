"""What people type, in their language: verbs of commands and names of options, from `languages/*/commands.toml`.

Inside the bot everything has its English name; a name that a language does not say is the English one there, too.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from bot.language import FOLDER, SOURCE, available, current

OPTIONS = "options"
COMMAND = re.compile(r"/(?P<group>[a-z]+) (?P<verb>[a-z]+(?:-[a-z]+)*)")


def verb(command: str, language: str) -> str:
    """Of "ticket claim" the word for "claim"."""
    group, _, own = command.rpartition(" ")
    return _names(language).get(group, {}).get(own, own)


def option(name: str, language: str) -> str:
    return _names(language).get(OPTIONS, {}).get(name, name)


def command(typed: str) -> str:
    """The English name of what was typed in any language: "ticket übernehmen" is "ticket claim"."""
    return _known().get(typed, typed)


def spoken(text: str) -> str:
    """Our words with the commands in them called as the reader finds them, on a platform that translates names."""
    if "/" not in text or current() == SOURCE:
        return text
    language = current()
    return COMMAND.sub(lambda found: f"/{found['group']} {verb(found[0][1:], language)}", text)


@cache
def _names(language: str) -> Mapping[str, Mapping[str, str]]:
    path = FOLDER / language.replace("-", "_") / "commands.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def _known() -> Mapping[str, str]:
    return {
        f"{group} {word}": f"{group} {own}"
        for language in available().values()
        for group, verbs in _names(language).items()
        for own, word in verbs.items()
    }
