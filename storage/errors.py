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
    code = _first_code(error)
    return _meaning(code) or _unknown(code)


def known_trouble(error: BaseException) -> str:
    """The same of any error; empty if it is none of the database's."""
    return _meaning(_first_code(error))


def _first_code(error: BaseException) -> str:
    code, each = _code(error), error.__cause__ or error.__context__
    while each is not None:  # where a transaction was undone, what failed first says why
        code = found if (found := _code(each)) and _meaning(found) else code
        each = each.__cause__ or each.__context__
    return code


def _code(error: BaseException) -> str:
    cause = getattr(error, "orig", error)
    return str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")


def _meaning(code: str) -> str:
    return next((reason for beginning, reason in REASONS.items() if code.startswith(beginning)), "")


def _unknown(code: str) -> str:
    return "it cannot be reached" if not code else f"it refuses ({code})"
