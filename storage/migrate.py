"""Brings a database to the schema this version knows, at every start.

When there is nothing to do that takes two queries, and Alembic (half a second to import) is left alone. To write a
migration after changing `storage.rows`: `python -m storage.migrate "why"`, read what it wrote, and raise HEAD.
"""

import os
import re
import sys
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, text

from storage.errors import CannotOpen, NewerSchema
from storage.rows import Base

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"  # the newest in migrations/versions; a test compares them
LOCK = 20260102  # any number, as long as nothing else of ours on PostgreSQL takes it


def migrate(engine: Engine) -> str | None:
    """Bring the database up to HEAD, all the way or not at all; None if it was there, else the old version ("" if new).

    On SQLite the caller holds the `FileLock`, and a database that holds data is copied first (see `copies`). On
    PostgreSQL a lock lets one process in at a time. Raises `NewerSchema`, and `CannotOpen` if the tables are not ours.
    """
    with engine.connect() as connection:
        version = schema_version(connection)
    if version == HEAD:
        return None
    return _on_sqlite(engine, version) if engine.dialect.name == "sqlite" else _on_postgresql(engine)


def schema_version(connection: Connection) -> str:
    """The version of a database of ours, "" if it is empty. Raises `NewerSchema` or `CannotOpen`."""
    tables = set(inspect(connection).get_table_names())
    where = _called(connection.engine.url)
    if "alembic_version" in tables:
        version = str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
    elif theirs := sorted(tables & set(Base.metadata.tables)):
        raise CannotOpen(f"{where} already has a table “{theirs[0]}” that is not ours; use a database of its own")
    else:
        version = ""
    if not re.fullmatch(r"\d{4}|", version):
        raise CannotOpen(f"{where} belongs to another program (schema “{version}”); use a database of its own")
    if version > HEAD:
        raise NewerSchema(
            f"{where} was made by a newer version (schema {version}, this one knows {HEAD}); update first"
        )
    return version


def _called(url: URL) -> str:
    """As it is set up, however it is opened, and without its password."""
    if url.get_backend_name() != "sqlite":
        return url.render_as_string(hide_password=True)
    return f"sqlite:///{unquote((url.database or '').removeprefix('file://'))}"


def copies(database: Path) -> list[Path]:
    """The copies of a SQLite file made before it was migrated. They go with the first erasure, or by hand."""
    return sorted(database.parent.glob(f"{escape(database.name)}.before-*"))


def _on_sqlite(engine: Engine, version: str) -> str:
    with engine.connect() as connection:
        if version:
            _copy(connection, Path(str(engine.url.database)))
        # With foreign keys on, a table altered by making it anew would take along the rows that refer to it.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(connection)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise CannotOpen(f"the migration would leave rows of “{broken[0]}” without what they refer to")
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    return version


def _on_postgresql(engine: Engine) -> str | None:
    with engine.begin() as connection:
        unhurried(connection)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        version = schema_version(connection)
        if version == HEAD:  # another process was first
            return None
        _upgrade(connection)
    return version


def unhurried(connection: Connection) -> None:
    """This transaction on PostgreSQL may take as long as it needs."""
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _copy(connection: Connection, database: Path) -> None:
    """One copy for each target version: a second try replaces it. Readable by us only, like the database."""
    copy = database.with_name(f"{database.name}.before-{HEAD}")
    part = database.with_name(f"{database.name}.copying")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
    connection.exec_driver_sql("VACUUM INTO ?", (str(part),))
    part.replace(copy)


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def _revise(why: str) -> None:
    """Write the next migration: what the tables in `storage.rows` have that the migrations do not make."""
    from alembic import command

    with create_engine("sqlite://").connect() as connection:
        _upgrade(connection)
        command.revision(_config(connection), why, autogenerate=True, rev_id=f"{int(HEAD) + 1:04}")


if __name__ == "__main__":
    _revise(sys.argv[1])
