"""Stores whose words are encrypted."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

from storage.opening import postgresql_url, sqlite_path
from storage.plans import plans
from storage.settling import Encryption

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def encryption(folder: Path, key: bytes = KEY, old: bytes | None = None) -> Encryption:
    return Encryption(key, folder / "desk.keys", old)


def plainly(database_url: str) -> Engine:
    """An engine that knows nothing of encryption."""
    path = sqlite_path(database_url)
    return create_engine(f"sqlite:///{path}" if path else postgresql_url(database_url))


def stored(database_url: str) -> list[Any]:
    """What is stored in every column that is to be sealed, as a thief would see it."""
    engine = plainly(database_url)
    with engine.connect() as connection:
        found = [
            value
            for plan in plans().values()
            for column in plan.columns
            for value in connection.scalars(text(f'SELECT "{column.name}" FROM {plan.table.name}'))  # noqa: S608
        ]
    engine.dispose()
    return found


def execute(database_url: str, statement: str, **values: Any) -> None:
    engine = plainly(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
