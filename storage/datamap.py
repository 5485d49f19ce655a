"""The map of what the tables hold about people, read from their columns. `gaps` says where it has holes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
)
from sqlalchemy.types import TypeEngine

from bot.privacy.model import Role, Topic
from bot.privacy.retaining.retention import RULES
from bot.privacy.uses import Use
from storage.columns import ANY_KEY, Clean, Json, User, Utc
from storage.rows import Base

LINKS = ("owner", "about", "staff", "person")
PERSONAL = ("words", "remark", "trace", "payload")
KINDS = ("facts", "alias", *LINKS, *PERSONAL)
KEY_KINDS = ("facts", "words", "trace", "person")
TEXTS = (Text, Clean, JSON, Json, LargeBinary)
PHASES = ("", "posts", "names", "receipt")  # in this order an erasure goes; see `until` in `storage.rows`
ROLES = {"owner": Role.YOURS, "about": Role.ABOUT, "staff": Role.AGENT, "person": Role.NAMED}


@dataclass(frozen=True)
class Sheet:
    """A table, and which of its columns hold what."""

    table: Table

    @cached_property
    def by_kind(self) -> dict[str, list[Column[Any]]]:
        found: dict[str, list[Column[Any]]] = {}
        for column in self.table.c:
            found.setdefault(column.info.get("holds", ""), []).append(column)
        return found

    def holding(self, *kinds: str) -> list[Column[Any]]:
        return [column for kind in kinds for column in self.by_kind.get(kind, ())]

    def flagged(self, flag: str) -> list[Column[Any]]:
        return [column for column in self.table.c if column.info.get(flag)]

    def one(self, kind: str) -> Column[Any] | None:
        return next(iter(self.holding(kind)), None)

    @cached_property
    def links(self) -> list[Column[Any]]:
        return self.holding(*LINKS)

    @cached_property
    def key(self) -> list[Column[Any]]:
        return list(self.table.primary_key.columns)

    def says(self, what: str) -> str:
        return str(self.table.info[what])

    @property
    def roles(self) -> tuple[Role, ...]:
        kinds = dict.fromkeys(column.info["holds"] for column in self.links)
        return tuple(ROLES[kind] for kind in LINKS if kind in kinds)


@cache
def sheets() -> tuple[Sheet, ...]:
    """Every table that holds something about people, in the order in which they are erased."""
    held = [sheet for sheet in map(Sheet, Base.metadata.sorted_tables) if sheet.links]
    return tuple(sorted(held, key=lambda sheet: PHASES.index(sheet.says("until"))))


@cache
def topics() -> tuple[Topic, ...]:
    """What is held about people. Where they stand under a code only, they have no part that could be shown to them."""
    coded = [sheet for sheet in map(Sheet, Base.metadata.sorted_tables) if sheet.holding("alias") and not sheet.links]
    return tuple(map(_topic, (*sheets(), *coded)))


def uses(column: Column[Any]) -> tuple[Use, ...]:
    """For what it may be read. What is no fact about people may be read for anything; an export reads what it shows,
    and whose rows it counts; who decides on something may know what other officers do."""
    if column.info["holds"] == "facts":
        return tuple(Use)
    found: tuple[Use, ...] = column.info.get("uses") or column.table.info.get("uses", ())
    found += (Use.EXPORT,) if Use.RIGHTS in found and _is_exported(column) else ()
    return (*found, Use.REVIEW) if Use.OFFICE in found else found


def _is_exported(column: Column[Any]) -> bool:
    kind, rows = column.info["holds"], column.table.info.get("export") == "rows"
    return kind in (*LINKS, "alias") or (rows and kind != "payload")


def columns() -> Mapping[str, str]:
    """What each column holds, of all tables."""
    tables = sorted(Base.metadata.sorted_tables, key=lambda table: table.name)
    return {f"{table.name}.{column.name}": column.info["holds"] for table in tables for column in table.c}


def _topic(sheet: Sheet) -> Topic:
    rows = sheet.says("export") == "rows"
    what, why, keep = (sheet.says(name) for name in ("what", "why", "keep"))
    return Topic(sheet.table.name, what, why, keep, sheet.roles, rows, rows and _portable(sheet), _schema(sheet))


def _portable(sheet: Sheet) -> bool:
    """Whether people gave us what is in it: words of their own."""
    return sheet.one("owner") is not None and any(map(_is_shown, sheet.holding("words")))


def _schema(sheet: Sheet) -> dict[str, Any]:
    """JSON Schema of an exported row. What a role may not see is left out of the row, so only the key is required."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": sheet.says("what"),
        "type": "object",
        "properties": {"role": {"enum": [str(role) for role in sheet.roles]}}
        | {column.name: _property(column) for column in sheet.table.c if _is_shown(column)},
        "required": ["role", *(column.name for column in sheet.key if column.info["holds"] == "facts")],
        "additionalProperties": False,
    }


def _is_shown(column: Column[Any]) -> bool:
    return column.info["holds"] != "payload" and not column.info.get("secret")


def _property(column: Column[Any]) -> dict[str, Any]:
    kind, more = next(shape for type_, shape in SHAPES if isinstance(column.type, type_))
    return {"type": [kind, "null"] if column.nullable else kind, "description": column.info["holds"], **more}


SHAPES: tuple[tuple[type[TypeEngine[Any]], tuple[str, dict[str, Any]]], ...] = (
    (Utc, ("string", {"format": "date-time"})),
    (User, ("string", {})),
    (Boolean, ("boolean", {})),
    (Integer, ("integer", {})),
    (BigInteger, ("integer", {})),
    (JSON, ("object", {})),
    (Json, ("object", {})),
    (Clean, ("string", {})),
    (String, ("string", {})),
)


def gaps(metadata: MetaData) -> list[str]:
    """What the tables do not say about themselves, one line each. A table with a gap cannot be shown or erased."""
    found = []
    for table in metadata.sorted_tables:
        unsaid = [f"{table.name}.{column.name}: {gap}" for column in table.c if (gap := _column_gap(column))]
        found += unsaid or [f"{table.name}: {gap}" for gap in _table_gaps(Sheet(table))]
    return found


def _column_gap(column: Column[Any]) -> str:
    kind = column.info.get("holds")
    if kind not in KINDS:
        return "does not say what it holds about people"
    if isinstance(column.type, User) != (kind in LINKS):
        return "an account is linked by its kind: owner, about, staff or person"
    if isinstance(column.type, JSON | Json):
        return _json_gap(column)
    if isinstance(column.type, TEXTS) and kind == "facts":
        return "free text is never facts"
    if column.primary_key and kind in ("words", "about", "staff", "person"):
        return "is part of the key, and could not be blanked"
    return ""


def _json_gap(column: Column[Any]) -> str:
    keys = column.info.get("keys")
    if not keys or not set(keys.values()) <= set(KEY_KINDS):
        return "does not say what each of its keys holds"
    if column.info["holds"] == "facts" and set(keys.values()) != {"facts"}:
        return "is facts, but a key of it is not"
    return ""


def _table_gaps(sheet: Sheet) -> list[str]:
    info = sheet.table.info
    found = []
    if not (info.get("what") and info.get("why")):
        found.append("does not say what its rows are and why they are kept")
    if info.get("erase") not in ("blank", "delete") or info.get("export") not in ("rows", "count"):
        found.append("does not say what erasing and exporting its rows means")
    if (sheet.links or sheet.holding("alias")) and info.get("keep") not in RULES:
        found.append("does not say how long its rows are kept")
    if info.get("until") not in PHASES:
        found.append("does not say until when an erasure needs it")
    found += [f"{column.name} is nobody's" for column in sheet.holding(*PERSONAL) if not _belongs(sheet, column)]
    found += [f"does not say for what {column.name} may be read" for column in sheet.table.c if not uses(column)]
    found += [f"has two columns for {kind}" for kind in ("owner", "about") if len(sheet.holding(kind)) > 1]
    found += [f"{column.name} has no index that begins with it" for column in sheet.links if not _indexed(column)]
    if sheet.flagged("names") and not (info.get("until") == "names" and sheet.one("owner") is not None):
        found.append("holds names, so it is erased last and has an owner")
    if sheet.links and info.get("erase") == "delete" and _referred_to(sheet.table):
        found.append("its rows are deleted, but others refer to them")
    return found


def _belongs(sheet: Sheet, column: Column[Any]) -> bool:
    """Whether the row says whose the content of the column is."""
    owner, about = sheet.one("owner"), sheet.one("about")
    match column.info["holds"]:
        case "remark":
            return about is not None
        case "payload":
            return (owner is not None or about is not None) and sheet.table.info.get("erase") == "delete"
    return owner is not None or about is not None


def _indexed(column: Column[Any]) -> bool:
    first_of_key = next(iter(column.table.primary_key.columns), None) is column
    return (
        first_of_key
        or bool(column.unique)
        or any(next(iter(index.columns)) is column for index in column.table.indexes)
    )


def _referred_to(table: Table) -> bool:
    keys = [key for other in table.metadata.tables.values() for key in other.foreign_keys]
    return any(key.column.table is table for key in keys)


def unmapped(connection: Connection, derived: Collection[str]) -> list[str]:
    """Tables and columns that the database has and the map does not know, but for those that are `derived`."""
    there, found = inspect(connection), []
    for name in sorted(set(there.get_table_names()) - set(derived) - {"alembic_version"}):
        known = Base.metadata.tables.get(name)
        if known is None:
            found.append(name)
        else:
            found += [f"{name}.{column['name']}" for column in there.get_columns(name) if column["name"] not in known.c]
    return found


def strange_keys(connection: Connection) -> list[str]:
    """What stands in JSON columns under keys that nobody said anything about, as of now."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, JSON):
                values = connection.scalars(select(column).where(column.is_not(None)))
                found += [
                    f"{table.name}.{column.name}: {key}" for value in values for key in unknown_keys(column, value)
                ]
    return sorted(set(found))


def unknown_keys(column: Column[Any], value: dict[str, Any]) -> set[str]:
    """Keys of a JSON value that its column does not know."""
    known = column.info["keys"]
    return set() if ANY_KEY in known else set(value) - set(known)
