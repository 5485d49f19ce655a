"""Full-text search over the timeline: FTS5 on SQLite, tsvector on PostgreSQL. The index is kept by the database.

Newest first, never by rank: ranking a common word reads every hit (5.5 s at 2 million). Words are first taken as they
are: the index then yields the newest hits at once. Only where these are few are they taken as beginnings of words,
which the index must first put together (0.3 s for a word that is in every message of a million).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, column, func, literal_column, or_, select, table, text
from sqlalchemy.exc import OperationalError

from bot.message import UserRef
from bot.privacy.exporting.disguise import UNSPACED
from bot.tickets.timeline import FOR_CUSTOMERS, SEQUENCE_BITS
from storage.rows import EntryRow, ParticipantRow, TicketRow
from storage.settling import DISK, how_searched

timeline = EntryRow.__table__
tickets = TicketRow.__table__
participants = ParticipantRow.__table__

WORD = re.compile(r"[^\W_]+")
LONGEST_QUERY = 10  # words
LEAST_BEGINNING = 3  # letters that begin a word; fewer begin almost every one
MOST_HITS = 20_000  # of all desks, looked through for those of the agent's
SOME = 200  # entries read at a time where there is no index
MOST_OWN = 5_000  # newest entries of a customer's, looked through
# As in the migration. PostgreSQL would take an address or a path for one word, and a tag for none: it gets them apart.
INDEXED = (
    "to_tsvector('simple', translate(left(timeline.text || ' ' || timeline.remark, 100000), '@./_:-+~&=?#<>', "
    "'              '))"
)
DERIVED = frozenset({"search", "search_config", "search_data", "search_docsize", "search_idx", "ix_timeline_search"})


def words_of(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFC", text))


def of_desks(connection: Connection, words: Sequence[str], desks: Sequence[int], limit: int) -> Sequence[int]:
    """Ids of the newest entries at these desks that have all the words, or words that begin so."""
    if not words or not desks:
        return []
    if how_searched(connection.dialect) != DISK:
        return _read_through(connection, words, desks, limit)
    dialect = connection.dialect.name
    try:
        exact = connection.scalars(_found(dialect, words, desks, limit, beginnings=False)).all()
        if len(exact) >= limit or not any(map(_may_begin, words)):
            return exact
        return connection.scalars(_found(dialect, words, desks, limit, beginnings=True)).all()
    except OperationalError as error:
        if "phrase queries are not supported" in str(error.orig):
            return []  # SQLite knows a few letters less, and takes such a word for several
        raise


def of_customer(connection: Connection, words: Sequence[str], customer: UserRef, limit: int) -> Sequence[int]:
    """Ids of the newest such entries in a customer's tickets that they may read.

    These are few and lie together, so they are read: a word that all customers use costs one of them nothing.
    """
    rows: Iterable[Any] = connection.execute(_own(customer)) if words else ()
    return _having(rows, words, limit, shortest=0)


def _having(rows: Iterable[Any], words: Sequence[str], limit: int, shortest: int = LEAST_BEGINNING) -> list[int]:
    """Ids of the first rows in which each word is, or begins one; if it is shorter than that, it must be whole."""
    wanted = [(word.casefold(), len(word) >= shortest or _may_begin(word)) for word in words]
    hits: list[int] = []
    for row in rows:
        there = {word.casefold() for word in words_of(f"{row.text} {row.remark}")}
        if all(one in there or (begins and any(w.startswith(one) for w in there)) for one, begins in wanted):
            hits.append(row.id)
            if len(hits) == limit:
                break
    return hits


def _read_through(connection: Connection, words: Sequence[str], desks: Sequence[int], limit: int) -> Sequence[int]:
    """Without an index: the newest entries at these desks are read, some at a time, and looked into in memory."""
    return _having(_newest(connection, desks), words, limit)


def _newest(connection: Connection, desks: Sequence[int]) -> Iterator[Any]:
    said = or_(timeline.c.text != "", timeline.c.remark != "")
    query = (
        select(timeline.c.id, timeline.c.text, timeline.c.remark)
        .join(tickets, tickets.c.id == timeline.c.id // 2**SEQUENCE_BITS)
        .where(tickets.c.desk.in_(desks), ~tickets.c.restricted, said)
        .order_by(timeline.c.id.desc())
        .limit(SOME)
    )
    left, before = MOST_HITS, None
    while left > 0:
        rows = connection.execute(query if before is None else query.where(timeline.c.id < before)).all()
        if not rows:
            return
        yield from rows
        left, before = left - len(rows), rows[-1].id


def _found(dialect: str, words: Sequence[str], desks: Sequence[int], limit: int, beginnings: bool) -> Select[Any]:
    hits = (_sqlite_hits if dialect == "sqlite" else _postgresql_hits)(words, beginnings)
    return (
        select(hits.c.id)
        .join_from(hits, tickets, tickets.c.id == hits.c.id // 2**SEQUENCE_BITS)
        .where(tickets.c.desk.in_(desks), ~tickets.c.restricted)
        .order_by(hits.c.id.desc())
        .limit(limit)
    )


def _sqlite_hits(words: Sequence[str], beginnings: bool) -> Any:
    """A subquery that FTS5 walks from the newest on, so a limit ends it early."""
    index = table("search", column("rowid"))
    phrase = " ".join(f'"{word}"{"*" if beginnings and _may_begin(word) else ""}' for word in words)
    match = text("search MATCH :phrase").bindparams(phrase=phrase)
    newest = select(index.c.rowid.label("id")).where(match).order_by(index.c.rowid.desc()).limit(MOST_HITS)
    return newest.subquery("hits")


def _postgresql_hits(words: Sequence[str], beginnings: bool) -> Any:
    """Materialised, or the planner walks the primary key for a rare word (3.2 s instead of 40 ms)."""
    query = " & ".join(f"{word}{':*' if beginnings and _may_begin(word) else ''}" for word in words)
    matching = literal_column(INDEXED).op("@@")(func.to_tsquery(text("'simple'"), query))
    every = select(timeline.c.id).where(matching).cte("every_hit").prefix_with("MATERIALIZED", dialect="postgresql")
    return select(every.c.id).order_by(every.c.id.desc()).limit(MOST_HITS).subquery("hits")


def _own(customer: UserRef) -> Select[Any]:
    joined = (
        select(participants.c.ticket)
        .join(tickets, tickets.c.id == participants.c.ticket)
        .where(participants.c.who == customer, ~tickets.c.restricted)
    )
    opened = select(tickets.c.id).where(tickets.c.customer == customer)
    own = opened.union(joined).subquery("own")
    first = own.c.id * 2**SEQUENCE_BITS
    return (
        select(timeline.c.id, timeline.c.text, timeline.c.remark)
        .join_from(own, timeline, timeline.c.id.between(first, first + (2**SEQUENCE_BITS - 1)))
        .where(timeline.c.kind.in_([kind.value for kind in FOR_CUSTOMERS]))
        .where(or_(timeline.c.text != "", timeline.c.remark != ""))
        .order_by(timeline.c.id.desc())
        .limit(MOST_OWN)
    )


def _may_begin(word: str) -> bool:
    """Scripts that put no spaces between words have a whole sentence as one, so there any beginning counts."""
    return len(word) >= LEAST_BEGINNING or UNSPACED.search(word) is not None
