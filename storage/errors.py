"""Why a database cannot be used; each is one line for the person who runs the desk, without a password in it.

CannotOpen          it is not there, not ours, or broken
├── DatabaseInUse   another process writes this file
└── NewerSchema     a newer version of the program made it
"""


class CannotOpen(Exception):
    """The text says which database, what is wrong and what to do."""


class DatabaseInUse(CannotOpen):
    """Another process writes this file."""


class NewerSchema(CannotOpen):
    """A newer version of the program made it."""


# What SQLite's error names begin with, and PostgreSQL's SQLSTATEs.
REASONS = {
    "SQLITE_BUSY": "busy: another program holds it",
    "SQLITE_LOCKED": "busy: another program holds it",
    "SQLITE_READONLY": "it cannot be written: read-only",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk does not do what it is asked to",
    "SQLITE_CANTOPEN": "its file cannot be opened",
    "SQLITE_CORRUPT": "it is damaged: go back to a backup",
    "SQLITE_NOTADB": "it is damaged: go back to a backup",
    "25006": "it cannot be written: read-only",
    "53100": "the disk is full",
    "53300": "too many connections",
    "55P03": "busy: a lock is not given",
    "57014": "busy: a statement took too long",
    "57P": "it is stopping or starting",
}


def trouble(error: BaseException) -> str:
    """What an error of the database means for the person who runs the desk: a few words, and nobody's data."""
    cause = getattr(error, "orig", error)
    code = str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
    for beginning, reason in REASONS.items():
        if code.startswith(beginning):
            return reason
    return "it cannot be reached" if not code else f"it refuses ({code})"
