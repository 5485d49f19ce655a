"""A small SQLite file beside the database, for what must not be in its backups: tombstones, keys."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

PRAGMAS = ("journal_mode=DELETE", "synchronous=FULL", "busy_timeout=5000", "secure_delete=ON")


def side_engine(path: Path, **more: Any) -> Engine:
    """What is committed is on disk, one process writes at a time, and what is deleted is overwritten. `more` goes to
    `create_engine`. The file is made, readable by its owner only. Raises `OSError` if it cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    arguments = {"check_same_thread": False, "isolation_level": None}
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **more)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def shown(url: URL) -> str:
    """Where it is, without a password."""
    return str(url.database) if url.drivername == "sqlite" else url.render_as_string(hide_password=True)
