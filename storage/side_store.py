"""A small SQLite file beside the database, for what must not be in its backups: tombstones, keys."""

import os
import re
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from storage.errors import CannotOpen

MOUNTS = Path("/proc/self/mountinfo")  # of Linux; elsewhere nobody says
NETWORK = re.compile(r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|glusterfs|lustre|gfs2|ocfs2|beegfs|gpfs|fuse\..*")
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


def on_this_machine(path: Path, what: str, setting: str) -> None:
    """Raises `CannotOpen` for a file in a folder of another machine. SQLite has several processes take turns by locks
    on the file, and over a network those are not to be relied on (https://www.sqlite.org/faq.html#q5)."""
    kind = filesystem(path)
    if NETWORK.fullmatch(kind):
        raise CannotOpen(
            f"{what} at {path} are on a network file system ({kind}), where several processes cannot safely share a "
            f"SQLite file: set {setting} to a PostgreSQL database, another one than DATABASE_URL"
        )


def filesystem(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system that the folder of a file is on, such as ext4; "" where that is not known."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    folder, found = path.absolute().parent.resolve(), ("", "")
    for line in lines:
        left, _, right = line.partition(" - ")
        at = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), left.split()[4])
        if folder.is_relative_to(at) and len(at) >= len(found[0]):  # of two on the same folder the later one counts
            found = at, right.split()[0]
    return found[1]
