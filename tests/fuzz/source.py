"""Bytes as texts, choices and payloads: the same bytes give the same again, and any bytes will do."""

from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 60  # pieces in one text
PIECES = [
    *("", " ", "\n", "\t", "\x00", "\"", "'", "&", "<", ">", "@", "#", ":", "/", "|", "\\", "`", "*", "_", "~"),
    *("-", "+", "[", "]", "(", ")", "{", "}", "=", "1.", "7", "#7", "a", "\u00e9", "\u202e", "\u200b"),
    *("\ud83d", "\udcff", "😀", "- ", "> ", "<@U1>", "<@U1|a>", "<!channel>", "<!date^1^a|b>"),
    *("<#C1|c>", "<http://a|b>", "&lt;", "&amp;", "everyone", "@here", "<@1>", "<@&1>", "<#1>", "<a:b:1>"),
    *("https://a.example/", "http://", "javascript:", "<script>", "</p>", "onerror=", "ticket", "claim"),
    *("reply", "list", "desk", "block", "mydata", "open", "for:", "text:", "ticket:7", "a" * 400),
]  # fmt: skip


class Source:
    """What has run out gives zeros."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1] if self.at <= len(self.data) else 0

    def number(self) -> int:
        return self.byte() << 8 | self.byte()

    def chance(self) -> bool:
        return bool(self.byte() & 1)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.byte() % len(choices)]

    def text(self) -> str:
        return "".join(self._piece() for _ in range(self.byte() % MOST))

    def _piece(self) -> str:
        kind = self.byte()
        return chr(self.number()) if kind > 230 else chr(kind) if kind > 128 else PIECES[kind % len(PIECES)]

    def leaf(self) -> Any:
        """Anything that JSON can hold that holds nothing itself."""
        return self.pick([None, True, 0, -1, self.number(), 1.5, "", self.text()])

    def some(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Most of these fields; some are left out, some are null."""
        kept = {name: (value, self.byte() % 12) for name, value in fields.items()}
        return {name: None if how == 1 else value for name, (value, how) in kept.items() if how != 2}
