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
