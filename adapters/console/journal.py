"""What the console must still know after a restart: what was shown already, and which button is where.

One JSON object a line, each added by a single `write`, so that a process killed at any moment leaves whole
lines behind (a torn last line is skipped). It survives the process, not a power cut: nothing is lost then
either, but something may be shown again.

Nothing in it is anybody's: no words, no names, no ids of people. Private rooms and the labels of buttons,
which may quote a subject, are sealed: three bytes of a keyed hash, enough to find them again by what a
person types, too few to tell who or what it was.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]
SEAL_BYTES = 3


class Journal:
    """`read` first, then `add`. With `path` None everything is forgotten at the end."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.key = secrets.token_hex(16)
        self.file: int | None = None

    def seal(self, text: str) -> str:
        key = bytes.fromhex(self.key)
        return hashlib.blake2b(text.encode("utf-8", "replace"), key=key, digest_size=SEAL_BYTES).hexdigest()

    def read(self) -> Iterator[Record]:
        """What was added, oldest first. What is not ours in the file is skipped."""
        if self.path is None or not self.path.exists():
            return
        for line in self.path.read_bytes().splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                self.key = record.pop("key", self.key)
                yield record

    def add(self, record: Record) -> None:
        if self.file is not None:
            os.write(self.file, _line(record))

    def rewrite(self, records: Iterable[Record]) -> None:
        """Replace all of it, at once or not at all, and go on adding to the new one."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_bytes(_line({"key": self.key}) + b"".join(map(_line, records)))
        fresh.chmod(0o600)
        fresh.replace(self.path)
        self.close()
        self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    def close(self) -> None:
        if self.file is not None:
            os.close(self.file)
            self.file = None


def _line(record: Record) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"
