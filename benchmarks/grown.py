"""PostgreSQL with a history: as many messages as asked, made by the server itself, as closed tickets of a hundred
messages each with the places of their posts."""

import asyncio
import time

import psycopg

from benchmarks.scene import now, set_up
from storage.opening import open_store

MESSAGES = 10_000_000
PER_TICKET = 100
PEOPLE = 20_000
AT_A_TIME = 1_000_000  # messages in a transaction
BYTES = 900  # of disk for each, with its indexes, in all of these tables
START = int(time.time() - 30 * 86_400) * 1000  # ms; lately enough not to be past its time

TICKETS = """
    INSERT INTO tickets (id, desk, number, subject, customer, opened_at, last_at, room_kind, state, assignee, priority,
        closed_at, prior, shared, restricted, entries, version)
    SELECT t, %(desk)s, t, 'printer burns', 'null/w/p' || t %% %(people)s, %(start)s + t, %(start)s + t, 'direct',
        'closed', NULL, 2, %(start)s + t, NULL, false, false, %(each)s, 1
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) t
"""
ENTRIES = """
    INSERT INTO timeline (id, kind, at, about, author, staff, person, text, remark, detail, source_platform,
        source_conversation, source_thread, source_message, mark, refers, edited_at, deleted_at, files)
    SELECT (t << 20) | n, 'said', %(start)s + t + n, 'null/w/p' || t %% %(people)s, 'null/w/p' || t %% %(people)s, NULL,
        NULL, 'the printer burns again and smells of coffee since somebody touched tray ' || n || ' of ticket ' || t
        || ', the printer burns again and smells of coffee since somebody touched it', '', '', 'null', '@p', '',
        'm' || t || '-' || n, NULL, NULL, NULL, NULL, 0
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) t, generate_series(1, %(each)s) n
"""
SPOTS = """
    INSERT INTO spots (key, about, room, platform, conversation, thread, message, ticket, agents)
    SELECT 'message:' || ((t << 20) | n) || ':agents', 'null/w/p' || t %% %(people)s, 'ticket:' || t || ':agents',
        'null', 'agents', t, 'x' || t || '-' || n, NULL, false
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) t, generate_series(1, %(each)s) n
"""
PERSONS = """
    INSERT INTO people (who, name, language, last_seen, block_reason, own_name, own_language, notice_at)
    SELECT 'null/w/p' || n, 'p' || n, '', %(start)s, '', false, false, 0 FROM generate_series(0, %(people)s - 1) n
"""


def fill(url: str, messages: int) -> None:
    """What a desk has after that many. Takes minutes and `BYTES` of disk for each message."""
    asyncio.run(_desk(url))
    count = messages // PER_TICKET
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        row = connection.execute("SELECT min(id) FROM desks").fetchone()
        given = {"desk": row and row[0], "people": PEOPLE, "start": START, "each": PER_TICKET}
        connection.execute(PERSONS, given)
        step = AT_A_TIME // PER_TICKET
        for first in range(1, count + 1, step):
            some = given | {"first": first, "last": min(count, first + step - 1)}
            for statement in (TICKETS, ENTRIES, SPOTS):
                connection.execute(statement, some)
        connection.execute("UPDATE desks SET next_number = %s", [count + 1])
        connection.execute("SELECT setval(pg_get_serial_sequence('tickets', 'id'), %s)", [count + 1])
        for table in ("tickets", "timeline", "spots", "people"):
            connection.execute(psycopg.sql.SQL("VACUUM ANALYZE {}").format(psycopg.sql.Identifier(table)))


async def _desk(url: str) -> None:
    store = open_store(url, now)
    await set_up(store)
    await store.close()
