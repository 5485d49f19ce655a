"""Rows for every table, made from the types of its columns, with a word in each personal column that is nowhere else.

Words begin and end differently from each other, because a search index stores of a word only where it differs from
the one before; so its end alone is looked for.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Engine, insert, select, text

from bot.effects import Post, codec
from bot.message import UserRef, say
from storage.columns import User, Utc
from storage.datamap import Sheet, sheets
from storage.rows import Base

LATER = datetime(2030, 1, 1, tzinfo=UTC)
FACTS = {
    ("timeline", "kind"): "replied",
    ("tickets", "state"): "closed",
    ("tickets", "room_kind"): "direct",
    ("outbox", "state"): "due",
    ("requests", "asked"): "export",
    ("requests", "stage"): "expired",
    ("members", "rank"): 0,
    ("spots", "platform"): "fake",
    ("people", "restricted_at"): None,  # or everyone keeps their words from the others
}
STATISTICS = """
    SELECT most_common_vals::text, histogram_bounds::text, most_common_elems::text FROM pg_stats
    WHERE schemaname = 'public'
"""
SILENT = "silent"  # a platform that is never connected


@dataclass
class Canaries:
    """`made` is every word: where it is, and the row's people by their part in it."""

    salt: str = "canary"
    made: dict[str, tuple[str, str, dict[str, UserRef]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)  # by their hash
    ids: Iterator[int] = field(default_factory=lambda: count(1000))

    def word(self, table: str, column: str, people: dict[str, UserRef]) -> str:
        word = hashlib.sha256(f"{self.salt} {len(self.made)}".encode()).hexdigest()[:20]
        self.made[word] = (table, column, people)
        return word

    def fill(self, connection: Connection, customers: Sequence[UserRef], agents: Sequence[UserRef]) -> None:
        """For each table rows in which each person has each part they can have."""
        for sheet in sorted(sheets(), key=lambda sheet: sheet.table.name != "tickets"):
            for people in parts(sheet, customers, agents):
                values = {c.name: self._value(connection, sheet, c, people) for c in sheet.table.c}
                connection.execute(insert(sheet.table), values)

    def _value(self, connection: Connection, sheet: Sheet, column: Column[Any], people: dict[str, UserRef]) -> Any:
        table, holds = sheet.table.name, column.info["holds"]
        if isinstance(column.type, User):
            return people.get(column.name)
        if column.info.get("secret"):
            return False if isinstance(column.type, Boolean) else ""  # no encrypted files, nothing unsaid
        if holds == "payload":
            return codec.dump_python(
                Post(f"key{next(self.ids)}", SILENT, "room", say(self.word(table, column.name, people))), mode="json"
            )
        if holds in ("words", "remark", "trace"):
            return self._text(connection, table, column, people)
        if column.info.get("blob"):
            return self._file(self.word(table, column.name, people))
        return self._fact(connection, table, column)

    def _text(self, connection: Connection, table: str, column: Column[Any], people: dict[str, UserRef]) -> str:
        """Words of an agent name the customer they are to, by id and by name, as agents do."""
        if column.info.get("names"):
            return name(people["who"])
        word = self.word(table, column.name, people)
        if column.info["holds"] != "words" or "owner" in kinds(table, people) or "about" not in people:
            return word
        return f"{word} dear {name(people['about'])}, {people['about'].id}!"

    def _file(self, word: str) -> str:
        content = f"scanned: {word}".encode()
        sha = hashlib.sha256(content).hexdigest()
        self.files[sha] = content
        return sha

    def _fact(self, connection: Connection, table: str, column: Column[Any]) -> Any:
        if (table, column.name) in FACTS:
            return FACTS[table, column.name]
        if column.foreign_keys:
            [key] = column.foreign_keys
            newest = select(key.column).order_by(key.column.desc())
            if [column] == list(column.table.primary_key):  # one row for each
                newest = newest.where(key.column.not_in(select(column)))
            return connection.scalar(newest)
        if isinstance(column.type, Utc):
            return LATER
        if isinstance(column.type, Boolean):
            return False
        if isinstance(column.type, JSON):
            return {}
        if column.nullable:
            return None
        if column.type.python_type is int:
            return next(self.ids)
        return SILENT if column.name in ("platform", "source_platform") else "code"


def name(who: UserRef) -> str:
    """Of two words that nobody else has."""
    one, two = (hashlib.sha256(f"{part} {who}".encode()).hexdigest()[:10] for part in ("given", "family"))
    return f"x{one} y{two}"


def kinds(table: str, people: dict[str, UserRef]) -> set[str]:
    return {Base.metadata.tables[table].c[column].info["holds"] for column in people}


def theirs(who: UserRef, table: str, column: str, people: dict[str, UserRef]) -> bool:
    """Whether the word must go with them, said once more and without looking at how it is done: what they own, what
    is about them and nobody's else; of agents also where they wrote. Words of others stay."""
    by_kind = {Base.metadata.tables[table].c[part].info["holds"]: ref for part, ref in people.items()}
    owner, about, staff = by_kind.get("owner"), by_kind.get("about"), by_kind.get("staff")
    mine = who == (owner or about)
    if Base.metadata.tables[table].info["erase"] == "delete":
        return mine
    match Base.metadata.tables[table].c[column].info["holds"]:
        case "words":
            return owner == who
        case "remark":
            return about == who
    return mine or (owner is None and staff == who)


def parts(sheet: Sheet, customers: Sequence[UserRef], agents: Sequence[UserRef]) -> Iterator[dict[str, UserRef]]:
    """Who is who in a row: its owner alone; an agent about a customer; a customer in another one's; somebody named."""
    owner, about = sheet.one("owner"), sheet.one("about")
    staff, named = sheet.one("staff"), sheet.one("person")
    both = list(zip(customers, agents, strict=True))
    for customer, agent in both:
        if owner is not None:
            yield _row((owner, customer), (about, customer))
            if owner.name in ("who",):  # agents have profiles and memberships
                yield _row((owner, agent), (about, agent))
        if about is not None and (owner is None or owner.nullable):
            yield _row((about, customer), (staff, agent))
        for other in customers:
            if owner is not None and about is not None and other != customer:
                yield _row((owner, other), (about, customer))
        if staff is not None and owner is not None and not owner.nullable:
            yield _row((owner, customer), (staff, agent))
        if named is not None:
            whose = owner if owner is not None and not owner.nullable else None
            for one in (*customers, *agents):
                if one not in (customer, agent):
                    yield _row((whose, customer), (about, customer), (staff, agent), (named, one))


def _row(*who: tuple[Column[Any] | None, UserRef]) -> dict[str, UserRef]:
    return {column.name: ref for column, ref in who if column is not None}


def everything(engine: Engine) -> dict[tuple[str, str], str]:
    """All rows of all tables as JSON, by table and key."""
    found = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                key = "/".join(str(row[column.name]) for column in table.primary_key.columns)
                found[table.name, key] = json.dumps(dict(row), default=str, sort_keys=True)
    return found


def traces(engine: Engine, folder: Path) -> bytes:
    """All bytes that are left on disk: of the database's files, and of everything beside them. A database server's
    files cannot be read from here: for one, all that it tells, statistics included."""
    found = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            found += [row.encode() for row in everything(engine).values()]
            stats = connection.execute(text(STATISTICS))
            found += [str(row).encode() for row in stats]
    return b"\n".join(found)
