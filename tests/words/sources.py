"""What the source says to people, read from its syntax: whatever a tool makes of it, we know what has to be there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Which argument of a call is a text: the same for the standard library's `ngettext` and for `make words`.
TEXTS = {"_": 1, "several": 1, "told": 1, "about": 1, "Phrase": 1, "command": 2, "Option": 2}
FOR_OPERATORS = ("bot/cli.py", "bot/commands/", "bot/operating/")
PROSE = re.compile(r"[A-Z][a-z]|[A-Za-z]{2,}\s|\s[A-Za-z]{2,}")


def files(pattern: str = "**/*.py") -> Iterator[Path]:
    for package in ("bot", "storage", "adapters"):
        for path in sorted((ROOT / package).glob(pattern)):
            if not str(path.relative_to(ROOT)).startswith(FOR_OPERATORS):
                yield path


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""


def texts(path: Path) -> Iterator[str]:
    """Every text that is looked up in a catalogue."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and (at := TEXTS.get(name_of(node))):
            match node.args[at - 1 : at]:
                case [ast.Constant(value=str(text))]:
                    yield text


def untranslated(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of everything that reads like prose and is looked up nowhere. Docstrings are for us."""
    whole = tree(path)
    known = {id(argument) for argument in _looked_up(whole)} | {id(doc) for doc in _docstrings(whole)}
    for node in ast.walk(whole):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in known:
            continue
        if PROSE.search(node.value) and not node.value.startswith("/") and node.value != "Helpthread":
            yield node.lineno, node.value


def _looked_up(whole: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(whole):
        if isinstance(node, ast.Call) and (at := TEXTS.get(name_of(node))):
            yield from node.args[at - 1 : at + (name_of(node) == "several")]


def _docstrings(whole: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(whole):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                match node.body[:1]:
                    case [ast.Expr(value=ast.Constant() as text)]:
                        yield text
