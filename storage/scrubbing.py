"""PostgreSQL keeps what was deleted in three places: dead rows, until vacuumed, if no old transaction still sees them;
statistics, until analysed; and the statistics of empty tables, which analysing does not touch."""

from sqlalchemy import Connection, text

from storage.rows import Base

HELD = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid() AND backend_type = 'client backend'
    AND xact_start < clock_timestamp() - interval '1 second'
""")
# Giving a column the type it has forgets its statistics, and those of indexes on it. Nothing is rewritten.
STALE = text("""
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_attribute a
    WHERE a.attrelid = to_regclass(:name) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
    AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'json'::regtype)
    AND EXISTS (SELECT FROM pg_stats s WHERE s.tablename = :name OR s.tablename = :search)
""")


def scrub_postgresql(connection: Connection) -> bool:
    """Make deleted rows unreadable in tables and statistics; false if an old transaction still sees them.

    `connection` commits each statement by itself. The write-ahead log and backups are not ours to change.
    """
    for limit in ("statement_timeout", "lock_timeout"):
        connection.exec_driver_sql(f"SET {limit} = 0")
    try:
        if connection.execute(HELD).scalar_one():
            return False
        connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(Base.metadata.tables)}")
        for table in Base.metadata.tables.values():
            if connection.execute(table.select().limit(1)).first() is None:
                _forget_statistics(connection, table.name)
        return True
    finally:
        for limit in ("statement_timeout", "lock_timeout"):
            connection.exec_driver_sql(f"RESET {limit}")


def _forget_statistics(connection: Connection, table: str) -> None:
    stale = connection.execute(STALE, {"name": table, "search": f"ix_{table}_search"}).all()
    if stale:
        changes = ", ".join(f'ALTER COLUMN "{column.attname}" TYPE {column.type}' for column in stale)
        connection.exec_driver_sql("SET lock_timeout = 2000")
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {changes}')
