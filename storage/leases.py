"""Leases on PostgreSQL: rows of `leases`, by the database's clock, which is the same for everybody.

A process is a lease under its own name, renewed as long as its event loop turns. All that it has in hand is its own as
long as it lives, so nothing else needs renewing. One that was taken for dead comes back under another name.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

LIFE = 6.0  # seconds without a sign of life, after which others take over
FORGOTTEN = 3600.0  # seconds after which rows of the dead are deleted

BEGIN = """
    INSERT INTO leases (name, holder, token, until)
    VALUES (%(me)s, %(me)s, 1, extract(epoch FROM clock_timestamp()) * 1000 + %(life)s)
"""
RENEW = """
    UPDATE leases SET until = extract(epoch FROM clock_timestamp()) * 1000 + %(life)s
    WHERE holder = %(me)s AND until > extract(epoch FROM clock_timestamp()) * 1000 RETURNING name
"""
PROCESSES = "SELECT name FROM leases WHERE name = holder AND until > extract(epoch FROM clock_timestamp()) * 1000"
BURY = """
    DELETE FROM leases WHERE name = holder AND until < extract(epoch FROM clock_timestamp()) * 1000 - %(forgotten)s
"""
END = "DELETE FROM leases WHERE name = holder AND holder = %(me)s"
LET_GO = "UPDATE leases SET until = 0 WHERE name != holder AND holder = %(me)s"

# Whoever has it keeps its token; whoever takes it from the dead gets the next.
HOLD = text(
    """
    INSERT INTO leases AS mine (name, holder, token, until)
    SELECT CAST(:name AS varchar), me.holder, 1, me.until FROM leases me
    WHERE me.name = :me AND me.until > extract(epoch FROM clock_timestamp()) * 1000
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
        token = mine.token + CASE WHEN mine.holder = excluded.holder THEN 0 ELSE 1 END
    WHERE mine.holder = excluded.holder OR mine.until <= extract(epoch FROM clock_timestamp()) * 1000
    RETURNING token
    """
)
RELEASE = text("UPDATE leases SET until = 0 WHERE name = :name AND holder = :me AND token = :token")
HELD = text(
    """
    SELECT 1 FROM leases WHERE name = :name AND holder = :me AND token = :token
    AND until > extract(epoch FROM clock_timestamp()) * 1000 FOR UPDATE
    """
)
HELD_NOW = text(
    """
    SELECT name FROM leases WHERE starts_with(name, :beginning)
    AND until > extract(epoch FROM clock_timestamp()) * 1000 ORDER BY name
    """
)


def hold(connection: Connection, name: str, me: str) -> int | None:
    """The token with which `me` has it now, None if another process does."""
    return connection.execute(HOLD, {"name": name, "me": me}).scalar()


def release(connection: Connection, name: str, me: str, token: int) -> None:
    connection.execute(RELEASE, {"name": name, "me": me, "token": token})


def held(connection: Connection, name: str, me: str, token: int) -> bool:
    """Whether `me` has it, and keeps it until this transaction ends."""
    return connection.execute(HELD, {"name": name, "me": me, "token": token}).first() is not None


def names_held(connection: Connection, beginning: str) -> Sequence[str]:
    """What somebody has now, of what is called so."""
    return connection.execute(HELD_NOW, {"beginning": beginning}).scalars().all()


def milliseconds(me: str) -> dict[str, Any]:
    return {"me": me, "life": int(LIFE * 1000), "forgotten": int(FORGOTTEN * 1000)}


def names(rows: Sequence[Any]) -> set[str]:
    return {row[0] for row in rows}
