"""Files that were stored in clear are encrypted with the words that came with them, and the way back.

One at a time, in pieces: the new file is on disk before the rows name it, and the old one goes when they do. Whoever is
interrupted goes on with those whose rows still name the old way; what nobody names any more goes at the end.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, select, union, update

from bot.message import File
from storage.files import SHA, DiskFiles, referenced
from storage.opening import begun
from storage.rows import Base, OutboxRow

SOME = 200  # files looked for at a time
outbox = OutboxRow.__table__


def convert_files(engine: Engine, folder: Path, *, encrypted: bool) -> int:
    """Have all files there are encrypted, or in clear; how many were rewritten. The engine opens and seals what it
    reads and writes. Nobody else uses the database or the folder. Blocks."""
    if not folder.is_dir():
        return 0
    files, number, after = DiskFiles(folder, encrypted=encrypted), 0, ""
    posts = _in_effects(engine)
    while some := _next(engine, after, encrypted):
        number += sum(_convert(engine, files, each, posts.get(each.sha, ([], each))[0]) for each in some)
        after = some[-1].sha
    for ids, file in _in_effects(engine).values():  # what waits to be posted, and is in no row
        if bool(file.key) != encrypted:
            number += _convert(engine, files, file, ids)
    _forget(engine, files)
    return number


def _tables() -> list[Table]:
    """Those that name a file, with what opens it."""
    return [table for table in Base.metadata.sorted_tables if {"sha", "key"} <= set(table.c.keys())]


def _next(engine: Engine, after: str, encrypted: bool) -> list[File]:
    """The next ones that are not yet as they should be, each once."""
    found: dict[str, str] = {}
    with begun(engine) as connection:
        shas = union(*(_unlike(table, after, encrypted) for table in _tables())).subquery()
        for sha in connection.scalars(select(shas.c.sha).order_by(shas.c.sha).limit(SOME)).all():
            keys = (connection.execute(select(table.c.key).where(table.c.sha == sha)).first() for table in _tables())
            found[sha] = next((row.key or "" for row in keys if row is not None), "")
    return [File(sha, "", 0, "", key) for sha, key in found.items()]


def _unlike(table: Table, after: str, encrypted: bool) -> Any:
    clear = table.c.key.is_(None) | (table.c.key == "")
    return select(table.c.sha).where(table.c.sha > after, clear if encrypted else ~clear)


def _convert(engine: Engine, files: DiskFiles, old: File, posts: list[int]) -> int:
    """In every row and post that names it, at once."""
    try:
        with files.open(old) as content:
            new = files.store(content, old)
    except FileNotFoundError:  # it is gone, damaged, or nobody's any more
        return 0
    with begun(engine) as connection:
        for table in _tables():
            connection.execute(update(table).where(table.c.sha == old.sha).values(sha=new.sha, key=new.key))
        for id in posts:
            effect = connection.scalar(select(outbox.c.effect).where(outbox.c.id == id))
            connection.execute(update(outbox).where(outbox.c.id == id).values(effect=_renamed(effect, old, new)))
    files.release([new.sha])
    files.drop([old.sha])
    return 1


def _in_effects(engine: Engine) -> dict[str, tuple[list[int], File]]:
    """Files of what waits to be posted: which effects name each, and what opens it."""
    found: dict[str, tuple[list[int], File]] = {}
    with begun(engine) as connection:
        for id, effect in connection.execute(select(outbox.c.id, outbox.c.effect)):
            for named in _files(effect):
                file = File(named["sha"], "", 0, "", named.get("key") or "")
                found.setdefault(file.sha, ([], file))[0].append(id)
    return found


def _files(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and SHA.fullmatch(str(value.get("sha", ""))):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _files(each)


def _renamed(value: Any, old: File, new: File) -> Any:
    if isinstance(value, dict):
        more = {"sha": new.sha, "key": new.key} if value.get("sha") == old.sha else {}
        return {key: _renamed(each, old, new) for key, each in value.items()} | more
    return [_renamed(each, old, new) for each in value] if isinstance(value, list) else value


def _forget(engine: Engine, files: DiskFiles) -> None:
    """What is left of those who were interrupted: half-written files, and what was replaced and not yet deleted."""
    for path in (files.folder / "new").iterdir():
        path.unlink(missing_ok=True)
    there = sorted(path.name for path in files.folder.glob("??/??/*") if SHA.fullmatch(path.name))
    for start in range(0, len(there), SOME):
        some = there[start : start + SOME]
        with begun(engine) as connection:
            named = referenced(connection, some)
        files.drop([sha for sha in some if sha not in named])
