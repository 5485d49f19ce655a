"""YAML as plain values, together with the line where each of them stands.

All that is written is text here: `no` is not False and 08 no broken number; whoever reads the values knows what
they should be. A key with nothing behind it counts as left out. Tags are refused, and so is whatever is made to
fill the memory: the limits are far above any honest desk file.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from bot.desks.sheet import Loc

MOST_BYTES = 256 * 1024
MOST_NODES = 20_000  # what an alias stands for counts each time
DEEPEST = 10
PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")}
TOO_MUCH = "there is too much in it; does an alias repeat itself?"
QUOTE = {
    "?": "between { } or [ ] a text with ? has to stand in quotes",
    "!": "what begins with ! has to stand in quotes",
    "@": "what begins with @ has to stand in quotes",
    "%": "what begins with % has to stand in quotes",
    "*": "what begins with * has to stand in quotes (or its anchor has to come first)",
}


class YamlWrong(Exception):
    """`problems` are lines (from 1) and what is wrong there."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__("; ".join(text for _, text in problems))
        self.problems = problems


@dataclass
class Document:
    """`values` are dicts, lists, texts and None; `lines` and `keys` say where a value and its key stand."""

    values: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    keys: dict[Loc, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def line(self, loc: Loc, of_key: bool = False) -> int:
        """The line of what stands at `loc`, or of the nearest thing around it."""
        if of_key and loc in self.keys:
            return self.keys[loc]
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


def read_yaml(data: bytes) -> Document:
    """Raises `YamlWrong` with one line where it is no YAML, with several where it is YAML that we do not take."""
    document = Document()
    try:
        node = _composed(data)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlWrong([((mark.line if mark else 0) + 1, _plainly(error))]) from error
    except ReaderError as error:
        before = data.decode("utf-8-sig", "replace")[: error.position]
        raise YamlWrong([(before.count("\n") + 1, "there is a character that no text file should hold")]) from error
    if node is None:
        raise YamlWrong([(1, "there is nothing in it")])
    document.values = _Walk(document).value(node, ())
    if document.problems:
        raise YamlWrong(document.problems)
    return document


def _composed(data: bytes) -> yaml.Node | None:
    if len(data) > MOST_BYTES:
        raise YamlWrong([(1, f"it is larger than {MOST_BYTES // 1024} kB")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlWrong([(data[: error.start].count(b"\n") + 1, "this is not UTF-8")]) from error
    depth = 0  # looked at before anything is composed, which would recurse
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or count > MOST_NODES:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise YamlWrong([(line, "this is nested too deeply" if depth > DEEPEST else TOO_MUCH)])
    return yaml.compose(text, Loader=yaml.SafeLoader)


class _Walk:
    """Turns nodes into values. What is wrong on the way is noted, and reading goes on behind it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = 0

    def value(self, node: yaml.Node, loc: Loc) -> Any:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MOST_NODES or len(loc) > DEEPEST:
            raise YamlWrong([(line, TOO_MUCH)])
        self.document.lines[loc] = line
        if node.tag not in PLAIN:
            self.document.problems.append((line, QUOTE["!"]))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, loc)
            case yaml.SequenceNode():
                return [self.value(child, (*loc, i)) for i, child in enumerate(node.value)]
            case _:
                return None if node.tag.endswith(":null") else node.value

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.document.problems.append((line, "a key has to be one word"))
                continue
            here = (*loc, key.value)
            if here in self.document.keys and key.value in values:
                self.document.problems.append((line, f"{key.value[:40]} is here twice"))
            self.document.keys[here] = line
            value = self.value(child, here)
            if value is not None:
                values[key.value] = value
        return values


def _plainly(error: MarkedYAMLError) -> str:
    """PyYAML's words are for those who know how it works; these are for those who wrote the file."""
    problem, context = error.problem or "", error.context or ""
    if "'\\t'" in problem:
        return "there is a tab; indent with spaces"
    if "but got '?'" in problem:
        return QUOTE["?"]
    if "cannot start any token" in problem:
        return QUOTE.get(problem.split("'")[1], f"this is not YAML: {problem}")
    if "tag" in problem + context:
        return QUOTE["!"]
    if "undefined alias" in problem or "alias" in context:
        return QUOTE["*"]
    if "document" in problem + context:
        return "only one document may be in it; take out the lines --- and ..."
    since = f", in what begins in line {error.context_mark.line + 1}" if error.context_mark else ""
    return f"this is not YAML: {problem}{since}"
