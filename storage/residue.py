"""Is anything left of somebody? Looks at bytes, not at what queries find: at whole files, the free pages and the log of
a SQLite database among them, at every row there is, at what the search index knows, and at PostgreSQL's statistics.

It cannot look at a database server's own files and its write-ahead log, at backups kept elsewhere, or at the platforms.
"""

import gzip
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Row, inspect, text

from storage.columns import plain_json
from storage.needles import Needle

CHUNK = 1 << 20  # bytes read at a time
DEEPEST = 3  # archives in archives
MOST_UNPACKED = 1 << 30  # bytes; more than that is no export of ours
ROWS = 2000
STATISTICS = "SELECT tablename, most_common_vals::text, histogram_bounds::text, most_common_elems::text FROM pg_stats"


@dataclass(frozen=True, slots=True)
class Residue:
    """Something that is left: `word` is its label, `where` a file or a table, `how` the way it is written."""

    word: str
    where: str
    how: str


def in_folder(folder: Path, words: Sequence[Needle]) -> Iterator[Residue]:
    """In the names and the content of all files below it."""
    for path in sorted(folder.rglob("*")):
        yield from _in_bytes(str(path.relative_to(folder)).encode("utf-8", "replace"), words, "a file's name")
        if path.is_file():
            yield from in_file(path, words, str(path.relative_to(folder)))


def in_file(path: Path, words: Sequence[Needle], called: str) -> Iterator[Residue]:
    with path.open("rb") as file:
        yield from _in_stream(file, words, called, 0)


def _in_stream(file: IO[bytes], words: Sequence[Needle], called: str, depth: int) -> Iterator[Residue]:
    found, overlap, before, left = dict[str, Residue](), max((w.longest for w in words), default=1), b"", MOST_UNPACKED
    start = b""
    while left > 0 and (chunk := file.read(CHUNK)):
        start = start or chunk[:4]
        left -= len(chunk)
        for each in _in_bytes(before + chunk, words, called):
            found.setdefault(each.word, each)
        before = (before + chunk)[-overlap:]
    yield from found.values()
    if depth < DEEPEST and start[:2] in (b"PK", b"\x1f\x8b") and file.seekable():
        file.seek(0)
        yield from _in_archive(file, start, words, called, depth + 1)


def _in_archive(file: IO[bytes], start: bytes, words: Sequence[Needle], called: str, depth: int) -> Iterator[Residue]:
    try:
        if start.startswith(b"PK"):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield from _in_bytes(name.encode(), words, f"{called}, a name in it")
                    with archive.open(name) as member:
                        yield from _in_stream(member, words, f"{called}, packed", depth)
        else:
            with gzip.GzipFile(fileobj=file) as member:
                yield from _in_stream(io.BufferedReader(member), words, f"{called}, packed", depth)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError):
        return  # it only looked like one; its bytes were looked at


def _in_bytes(data: bytes, words: Sequence[Needle], where: str) -> Iterator[Residue]:
    lowered = data.lower()
    for word in words:
        if how := word.found_in(data, lowered):
            yield Residue(word.label, where, how)


def in_database(connection: Connection, words: Sequence[Needle]) -> Iterator[Residue]:
    """In every row of every table, whatever page it lies on, in the search index's words, and in statistics."""
    for table in inspect(connection).get_table_names():
        found = dict[str, Residue]()
        quoted = connection.dialect.identifier_preparer.quote(table)
        for rows in connection.execute(text(f"SELECT * FROM {quoted}")).partitions(ROWS):  # noqa: S608 (its own name)
            for each in _in_bytes(_row_bytes(rows), words, f"table {table}"):
                found.setdefault(each.word, each)
        yield from found.values()
    if connection.dialect.name == "postgresql":
        rows = connection.execute(text(STATISTICS)).all()
        yield from _in_bytes(_row_bytes(rows), words, "statistics")


def _row_bytes(rows: Sequence[Row[Any]]) -> bytes:
    """As text in JSON, and what is bytes as it is."""
    lines = list[bytes]()
    for row in rows:
        values = tuple(row)
        lines.append(plain_json([None if isinstance(v, bytes) else v for v in map(_plain, values)]).encode())
        lines += [value for value in values if isinstance(value, bytes)]
    return b"\n".join(lines)


def _plain(value: object) -> object:
    if isinstance(value, memoryview):
        return bytes(value)
    return value if isinstance(value, str | bytes | int | float | dict | list | type(None)) else str(value)


def in_search(database: Path, words: Sequence[Needle]) -> Iterator[Residue]:
    """In the words of SQLite's search index: on disk it writes of each only where it differs from the one before."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'search'").fetchone():
            return
        connection.execute("CREATE VIRTUAL TABLE temp.words_of_search USING fts5vocab('main', 'search', 'row')")
        terms = "\n".join(row[0] for row in connection.execute("SELECT term FROM words_of_search"))
        yield from _in_bytes(json.dumps(terms, ensure_ascii=False).encode(), words, "search index")
