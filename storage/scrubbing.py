"""PostgreSQL keeps what was deleted in three places: dead rows, until vacuumed, if no old transaction still sees them;
statistics, until analysed; and the statistics of empty tables, which analysing does not touch."""

import time

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.rows import Base

SECONDS_TO_FINISH = 2.0  # that transactions get which began before a scrub
LOOKS = 40
NOW = text("SELECT CAST(pg_current_xact_id() AS text)")
OLDER = text("""
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()
    AND age(backend_xmin) > age(CAST(CAST(:now AS xid8) AS xid))
""")
# Two vacuums of one table wait for each other, 5 s at a time.
ALONE = text("SELECT pg_try_advisory_lock(20260104)")
DONE = text("SELECT pg_advisory_unlock(20260104)")
# Giving a column the type it has forgets its statistics, and those of indexes on it. Nothing is rewritten.
STALE = text("""
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(:name) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
    AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'json'::regtype)
    AND EXISTS (SELECT FROM pg_stats s WHERE s.tablename = :name OR s.tablename = :search)
""")
LOCKED = "55P03"  # lock_not_available
LOCK_MILLISECONDS = 20
LIMITS = ("statement_timeout", "lock_timeout")


def scrub_postgresql(connection: Connection) -> bool:
    """Make deleted rows unreadable in tables and statistics; false while an old transaction may still see them, or
    another process is at it.

    `connection` commits each statement by itself. The write-ahead log and backups are not ours to change.
    """
    if not connection.scalar(ALONE):
        return False
    try:
        return _nobody_sees_it(connection) and _scrub(connection)
    finally:
        connection.scalar(DONE)


def _nobody_sees_it(connection: Connection) -> bool:
    now = connection.scalar(NOW)
    for _ in range(LOOKS):
        if not connection.scalar(OLDER, {"now": now}):
            return True
        time.sleep(SECONDS_TO_FINISH / LOOKS)
    return False


def _scrub(connection: Connection) -> bool:
    for limit in LIMITS:
        connection.exec_driver_sql(f"SET {limit} = 0")
    try:
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(Base.metadata.tables)}")
        tables = Base.metadata.tables.values()
        empty = [table.name for table in tables if connection.execute(table.select().limit(1)).first() is None]
        return all(_forget_statistics(connection, name) for name in empty)
    finally:
        for limit in LIMITS:
            connection.exec_driver_sql(f"RESET {limit}")


def _forget_statistics(connection: Connection, table: str) -> bool:
    """False if others are never out of the table for a moment. Waiting longer at a time would hold them up."""
    stale = connection.execute(STALE, {"name": table, "search": f"ix_{table}_search"}).all()
    if not stale:
        return True
    changes = ", ".join(f'ALTER COLUMN "{column.attname}" TYPE {column.type}' for column in stale)
    connection.exec_driver_sql(f"SET lock_timeout = {LOCK_MILLISECONDS}")
    for _ in range(LOOKS):
        try:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" {changes}')
            return True
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCKED:
                raise
            time.sleep(LOCK_MILLISECONDS / 1000)
    return False
