"""No pattern of ours holds up the loop: each one there is, against whatever 50 kB somebody may send."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import adapters
import bot
import storage

SIZE = 50_000  # characters
MOST = 0.05  # seconds of the processor's time
SIDE_EFFECTS = ("bot.__main__", "storage.migrations.env")
PIECES = [
    *("a", "1", " ", "\t", "\n", '"', "-", "#", "/", ":", "@", "<", ">", "[", "]", "|", "*", "_", "`", "\\", "{", "é"),
    *("\x00", '"a', '" ', "a:", "a:b", "a/b", "1.1.", "=&", "<@", "<@U1", "<@U1|", "a|1.1", "[a", "[a](", "http://"),
    *("https://a", "a@b.", "\u202e", "  #", "\n1.", "\n- ", "\\u0000", "con .", "@file:", "section-1-", "support#1 "),
    *("a1-", "{name"),
]  # fmt: skip


def modules() -> Iterator[ModuleType]:
    for package in (bot, storage, adapters):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name not in SIDE_EFFECTS and ".versions." not in found.name:
                yield importlib.import_module(found.name)


def patterns() -> dict[str, re.Pattern[str]]:
    """Those that modules and their classes hold, by name; the same one imported elsewhere is there once."""
    found: dict[str, re.Pattern[str]] = {}
    for module in modules():
        for owner in (module, *(each for each in vars(module).values() if isinstance(each, type))):
            for name, value in vars(owner).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str) and value not in found.values():
                    found[f"{module.__name__}.{name}"] = value
    return found


PATTERNS = patterns()
LOOKED_FOR = r"\b{}\.(search|sub|subn|split|findall|finditer)\b"


def looked_for(name: str) -> bool:
    """Whether somebody looks for it within a text, or only at its beginning."""
    last = name.rpartition(".")[2]
    having = [m for m in modules() if m.__file__ and vars(m).get(last) is PATTERNS[name]]
    return any(re.search(LOOKED_FOR.format(last), Path(str(m.__file__)).read_text()) for m in having)


def test_they_are_found():
    assert {
        "bot.parse.WORD",
        "storage.files.TYPE",
        "adapters.slack.text.TOKEN",
        "adapters.discord.markdown.URL",
    } <= set(PATTERNS)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_long_for_hostile_text(name: str):
    pattern = PATTERNS[name]
    looks = [pattern.fullmatch, pattern.match, *([pattern.search] if looked_for(name) else [])]
    for piece in PIECES:
        text = (piece * (SIZE // len(piece)))[:SIZE]
        for hostile in (f"{text}\x01", f'"{text}]'):
            for look in looks:
                assert _least(lambda look=look, t=hostile: look(t)) < MOST, (name, piece)


def _least(call: object) -> float:
    """The least of some tries, as soon as one is quick: the machine has other things to do, too."""
    taken = float("inf")
    for _ in range(3):
        start = time.thread_time()
        call()  # type: ignore[operator]
        taken = min(taken, time.thread_time() - start)
        if taken < MOST:
            break
    return taken
