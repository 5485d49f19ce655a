"""Where somebody's words are: in the database and all files, in what the platforms show of what the bot posted."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from storage.datamap import LINKS, PERSONAL, sheets
from storage.needles import needles
from tests.canaries.life import Life
from tests.canaries.stage import Stage
from tests.privacy.canaries import everything, traces

# Which page they were shown, of those that change with other people's tickets; and when: each day anew.
WHATEVER = {"home", "last_seen"}


def rows(stage: Stage) -> dict[str, str]:
    """All rows, by table and key."""
    return {"/".join(key): row for key, row in everything(stage.running.store.engine).items()}


def on_disk(stage: Stage) -> bytes:
    return traces(stage.running.store.engine, stage.folder)


def text_of(shown: Any) -> str:
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def showing(stage: Stage, word: str) -> list[str]:
    """Which posts of ours, however it is written there."""
    [looked], _ = needles([word])
    texts = ((where, text_of(what).encode()) for where, what in stage.ours())
    return [where for where, text in texts if looked.found_in(text, text.lower())]


def left_in(data: bytes, words: Sequence[str]) -> list[str]:
    """Which of the words, however they are written; canaries also without their beginning, as a search index cuts
    them."""
    lowered = data.lower()
    cut = [word for word in words if word.isalpha() and word[3:].encode() in data]
    return [*cut, *(each.word for each in needles(words)[0] if each.found_in(data, lowered))]


def held_of(life: Life, but: Life) -> dict[str, str]:
    """Rows, files and posts in which there is anything of theirs, as they are; not those in which there is something of
    the other one as well, nor what only that one sees."""
    found = {name: text for name, text in _everything(life.stage) if _is_of(life, text) and not _is_of(but, text)}
    elsewhere = life.stage.private(but.user)
    return {name: text for name, text in found.items() if not name.startswith(elsewhere)}


def _everything(stage: Stage) -> Iterator[tuple[str, str]]:
    for name, row in rows(stage).items():
        if not name.startswith("watermarks/"):  # how far is read: that moves on
            yield name, text_of({key: value for key, value in json.loads(row).items() if key not in WHATEVER})
    for path in (stage.folder / "files").rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")
    for where, shown in stage.ours():
        if not where.startswith("home of"):  # drawn anew whenever something changes
            yield where, text_of(shown)


def _is_of(life: Life, text: str) -> bool:
    return any(mark in text for mark in life.marks)


def never_filled(stage: Stage) -> set[str]:
    """Personal columns of the data map in which no row has anything."""
    with stage.running.store.engine.connect() as connection:
        return {
            f"{sheet.table.name}.{column.name}"
            for sheet in sheets()
            for column in sheet.holding(*LINKS, *PERSONAL)
            if not any(connection.scalars(select(column)))
        }
