"""The vocabulary of columns: what a column holds about people is part of its type.

View, export and erasure (`storage.people`) are derived from these types; no table is exempt.

Owner     whose row it is: on erasure the row loses their name and words, or goes, as the table says
About     the customer the row is about, whoever wrote it
Staff     an agent acting by role: on erasure the row stays and the agent becomes a ghost
Person    somebody else named in it: becomes a ghost
Words     free text of the owner; without an owner, of staff to the customer the row is about
Secret    words of ours that open what is theirs: nobody is shown them
Name      what the owner is called: words by which other texts may name them
Remark    free text about the customer the row is about: goes with them, and with nobody else
Trace     a platform id that leads to the owner: goes with the owner
Payload   JSON that carries words and names about the row's subject; its table deletes such rows
Alias     a code for somebody that leads to them only with a key kept elsewhere, as long as there is that key
Unsaid    a fact, or (UnsaidStaff) a colleague, that the person it is about is never shown
Number, Code, When, Flag, Data, Digest    nothing about people
Blob      the hash of a file on disk, which goes when no row refers to it

JSON (Payload, Data) says of each key what it holds, with `keys`.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Boolean, Integer, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeEngine

from bot.message import UserRef

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Utc(TypeDecorator[datetime]):
    """Milliseconds since 1970 in UTC, the same integer on every database. Refuses naive times."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


class User(TypeDecorator[UserRef]):
    """`platform/realm/id`."""

    impl = String(200)
    cache_ok = True

    def process_bind_param(self, value: UserRef | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> UserRef | None:
        return None if value is None else UserRef.parse(value)


def clean(text: str) -> str:
    """Without what PostgreSQL cannot store and no platform takes: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


class Clean(TypeDecorator[str]):
    """Text as people type it, made `clean`. Where words are encrypted, `storage.sealing` says how it is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        sealing = getattr(dialect, "sealing", None)
        return sealing.text if sealing else super().load_dialect_impl(dialect)


class Json(TypeDecorator[dict[str, Any]]):
    """JSON that may carry words. Where words are encrypted, `storage.sealing` says how it is stored."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        sealing = getattr(dialect, "sealing", None)
        return sealing.json if sealing else super().load_dialect_impl(dialect)


UNCLEAN = re.compile("\\\\u0000|[\ud800-\udfff]")  # as JSON has it: NUL escaped, halves as they are


def plain_json(value: Any) -> str:
    """The JSON of a value, with its texts made `clean`; other than in ASCII, so that words are found as they are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(_cleaned(value), ensure_ascii=False, separators=(",", ":")) if UNCLEAN.search(text) else text


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case list() | tuple():
            return [_cleaned(item) for item in value]
        case dict():
            return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value


def holds(kind: str, **more: Any) -> dict[str, Any]:
    return {"holds": kind} | more


def keys(**kinds: str) -> dict[str, Any]:
    """What each key of a JSON column holds: facts, words, trace, or person (one account, or several)."""
    return {"keys": kinds}


ANY_KEY = "*"  # in place of a key: whatever it is called


BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite's rowid must be called INTEGER

Id = Annotated[int, mapped_column(BIG, primary_key=True, info=holds("facts"))]
Number = Annotated[int, mapped_column(BIG, info=holds("facts"))]
Code = Annotated[str, mapped_column(String(200), info=holds("facts"))]
Blob = Annotated[str, mapped_column(String(200), info=holds("facts", blob=True))]
Digest = Annotated[str, mapped_column(String(64), info=holds("facts"))]
Alias = Annotated[str, mapped_column(String(64), info=holds("alias"))]
When = Annotated[datetime, mapped_column(Utc, info=holds("facts"))]
Flag = Annotated[bool, mapped_column(Boolean, info=holds("facts"))]
Data = Annotated[dict[str, Any], mapped_column(JSON, info=holds("facts"))]
Unsaid = Annotated[str, mapped_column(String(200), info=holds("facts", secret=True))]
UnsaidFlag = Annotated[bool, mapped_column(Boolean, info=holds("facts", secret=True))]
UnsaidStaff = Annotated[UserRef, mapped_column(User, info=holds("staff", secret=True))]
Owner = Annotated[UserRef, mapped_column(User, info=holds("owner"))]
About = Annotated[UserRef, mapped_column(User, info=holds("about"))]
Staff = Annotated[UserRef, mapped_column(User, info=holds("staff"))]
Person = Annotated[UserRef, mapped_column(User, info=holds("person"))]
Words = Annotated[str, mapped_column(Clean, info=holds("words"))]
Name = Annotated[str, mapped_column(Clean, info=holds("words", names=True))]
Secret = Annotated[str, mapped_column(Clean, info=holds("words", secret=True))]
Remark = Annotated[str, mapped_column(Clean, info=holds("remark"))]
Trace = Annotated[str, mapped_column(String(200), info=holds("trace"))]
Payload = Annotated[dict[str, Any], mapped_column(Json, info=holds("payload"))]
