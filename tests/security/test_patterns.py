"""No pattern of ours holds up the loop: each one there is, against whatever 50 kB somebody may send.

They are found by themselves: those that modules hold, by importing them; those that are written where they are used, by
reading the source. Whoever makes one out of something else must say so in `MADE`.
"""

import ast
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
ROOT = Path(bot.__path__[0]).parent
LOOKING = ("search", "sub", "subn", "split", "findall", "finditer")
DOES = [f"re.{does}" for does in ("compile", "match", "fullmatch", *LOOKING)]
MADE = {
    "bot/privacy/exporting/disguise.py": "of words to be hidden, escaped; see tests/privacy/test_disguise.py",
    "adapters/console/conversation.py": "of a number",
}


def written() -> Iterator[tuple[str, ast.Call]]:
    """Each call of `re` in the source, with its file."""
    for package in ("bot", "storage", "adapters"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in DOES:
                    yield str(path.relative_to(ROOT)), node


def inline() -> dict[str, tuple[re.Pattern[str], str]]:
    """Those that no module holds, with what is done with them."""
    held, found = {pattern.pattern for pattern in PATTERNS.values()}, {}
    for file, call in written():
        pattern, does = call.args[0], call.func.attr  # type: ignore[attr-defined]
        if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str) and pattern.value not in held:
            flags = next((ast.unparse(word.value) for word in call.keywords if word.arg == "flags"), "0")
            flag = eval(flags, {"re": re})  # noqa: S307 (of our own source)
            found[f"{file}: {pattern.value}"] = (re.compile(pattern.value, flag), str(does))
    return found


INLINE = inline()
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


@pytest.mark.parametrize("name", INLINE)
def test_no_pattern_that_is_written_where_it_is_used_takes_long(name: str):
    pattern, does = INLINE[name]
    look = pattern.search if does in (*LOOKING, "compile") else pattern.match
    for piece in PIECES:
        text = (piece * (SIZE // len(piece)))[:SIZE]
        for hostile in (f"{text}\x01", f'"{text}]'):
            assert _least(lambda h=hostile: look(h)) < MOST, (name, piece)


def test_every_pattern_in_the_source_is_one_of_these():
    """One that is put together at run time is seen by nobody, unless a module holds it."""
    held = {name.rpartition(".")[2] for name in PATTERNS}
    for file, call in written():
        if not isinstance(call.args[0], ast.Constant) and file not in MADE:
            assert _given_name(file, call) in held, f"{file}:{call.lineno} {ast.unparse(call)}"


def test_one_that_takes_long_is_noticed():
    slow = re.compile("(a+)+b")
    assert _least(lambda: slow.search("a" * 22)) > MOST


def _given_name(file: str, call: ast.Call) -> str:
    """The module's name for it."""
    for node in ast.parse((ROOT / file).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(call) in ast.unparse(node.value):
            return ast.unparse(node.targets[0])
    return ""


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
