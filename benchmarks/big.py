"""A desk with a history: a million messages, ten thousand of them by one person."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.scene import a_scene
from bot.tickets.timeline import SEQUENCE_BITS
from storage.sqlite import PRAGMAS

MESSAGES = 1_000_000
OF_ONE = 10_000  # written by HEAVY
PER_TICKET = 100
HEAVY = "null/w/heavy"
WORDS = "the printer burns again and smells of coffee since somebody touched tray number"
START = int(time.time() - 30 * 86_400) * 1000  # ms; lately enough not to be past its time
ENTRY = (
    "INSERT INTO timeline (id, kind, at, about, author, staff, person, text, remark, detail, source_platform, "
    "source_conversation, source_thread, source_message, mark, refers, edited_at, deleted_at, files) "
    "VALUES (?, 'said', ?, ?, ?, NULL, NULL, ?, '', '', 'null', ?, '', ?, NULL, NULL, NULL, NULL, 0)"
)
TICKET = (
    "INSERT INTO tickets (id, desk, number, subject, customer, opened_at, last_at, room_kind, state, assignee, "
    "priority, closed_at, prior, shared, restricted, entries, version) "
    "VALUES (?, 1, ?, 'printer burns', ?, ?, ?, 'direct', 'closed', NULL, 2, ?, NULL, 0, 0, ?, 1)"
)
PERSON = (
    "INSERT INTO people (who, name, language, last_seen, block_reason, own_name, own_language, notice_at) "
    "VALUES (?, ?, '', ?, '', 0, 0, 0)"
)


async def fill(database: Path, messages: int = MESSAGES, of_one: int = OF_ONE) -> None:
    """Closed tickets of a hundred messages each, interleaved as in life: each row a message of 200 bytes or so."""
    async with a_scene(f"sqlite:///{database}", courier=False):
        pass  # made, migrated, and with its desk
    count = messages // PER_TICKET
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in (*PRAGMAS, "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.executemany(
            PERSON, [(who, who.split("/")[2], START) for who in {_whose(t, messages, of_one) for t in range(count)}]
        )
        connection.executemany(
            TICKET,
            [
                (t + 1, t + 1, _whose(t, messages, of_one), START + t, START, START + t, PER_TICKET)
                for t in range(count)
            ],
        )
        connection.executemany(ENTRY, _entries(count, messages, of_one))
        connection.execute("UPDATE desks SET next_number = ?", (count + 1,))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _whose(ticket: int, messages: int, of_one: int) -> str:
    every = messages // of_one
    return HEAVY if ticket % every == 0 else f"null/w/p{ticket % 20_000}"


def _entries(count: int, messages: int, of_one: int) -> Iterator[tuple[object, ...]]:
    for n in range(PER_TICKET):
        for t in range(count):
            who = _whose(t, messages, of_one)
            text = f"{WORDS} {n} of ticket {t}, {WORDS}"
            yield ((t + 1) << SEQUENCE_BITS | n + 1, START + n, who, who, text, f"@{who}", f"m{t}-{n}")
