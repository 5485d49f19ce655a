"""What a person gave us, in forms that other programs read (GDPR Art. 20): CSV for each table, and their messages as
ActivityStreams 2.0. What we worked out, and what others wrote about them, is in the rest of the export only."""

import csv
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from bot.privacy.exporting.archive import Archive
from bot.privacy.model import Topic
from bot.tickets.timeline import Kind, ticket_of

FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")  # a spreadsheet would calculate what begins so
ACTIVITIES = "activities.json"
HEAD = '{"@context": "https://www.w3.org/ns/activitystreams", "type": "Collection", "items": [\n'
Row = Mapping[str, Any]
Files = Mapping[int, Sequence[tuple[str, str]]]


class Portable:
    """Blocking, so used in a thread. It grows in `folder`, beside the archive, which has one member open at a time;
    `close` removes it. `files` are those of an entry: path in the archive, name."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder, self.files = folder, files
        self.parts: list[str] = []
        self.said = 0

    def take(self, topic: Topic, rows: Sequence[Row]) -> None:
        if not topic.portable or not rows:
            return
        self._table(f"{topic.table}.csv", [name for name in topic.schema["properties"] if name != "role"], rows)
        if topic.table == "timeline":
            self._activities(row for row in rows if row["kind"] == Kind.SAID)

    def pack(self, archive: Archive, into: str = "") -> None:
        if self.said:
            self._add(ACTIVITIES, f'\n], "totalItems": {self.said}}}\n')
        for name in self.parts:
            archive.file(f"{into}portability/{name}", partial(_read, self.folder / name), packed=False)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _table(self, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        begun = name in self.parts
        with self._open(name) as file:
            writer = csv.writer(file)
            if not begun:
                writer.writerow(columns)
            writer.writerows([cell(row.get(column)) for column in columns] for row in rows)

    def _activities(self, rows: Iterable[Row]) -> None:
        made = [json.dumps(self._activity(row), ensure_ascii=False) for row in rows]
        if made:
            self._add(ACTIVITIES, (",\n" if self.said else HEAD) + ",\n".join(made))
            self.said += len(made)

    def _activity(self, row: Row) -> Row:
        files = [
            {"type": "Document", "name": name, "url": f"../{path}"} for path, name in self.files.get(row["id"], ())
        ]
        note = {"type": "Note", "mediaType": "text/plain", "content": row["text"], "published": row["at"]}
        note |= {"context": f"ticket:{ticket_of(row['id'])}"} | ({"attachment": files} if files else {})
        return {"type": "Create", "actor": row["author"], "published": row["at"], "object": note}

    def _add(self, name: str, text: str) -> None:
        with self._open(name) as file:
            file.write(text)

    def _open(self, name: str) -> Any:
        if name not in self.parts:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self.parts.append(name)
        return (self.folder / name).open("a", encoding="utf-8", errors="replace", newline="")


def cell(value: Any) -> Any:
    """A value as a spreadsheet may have it. An apostrophe before a text says that it is one, and is not part of it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _read(path: Path) -> BinaryIO:
    return path.open("rb")
