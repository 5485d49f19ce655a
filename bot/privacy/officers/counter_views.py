"""What the command line is told by a desk that runs."""

from bot.language import _


def unknown() -> str:
    return _("Nothing was changed: the desk that runs does not know this command; it may be of another version.")


def broken() -> str:
    return _("Nothing was changed: something went wrong at the desk that runs; its log says more.")


def no_answer(seconds: int) -> str:
    return _(
        "Nothing was changed: another program has the database open and did not answer within {number} seconds. Try "
        "again while the desk runs, or when it is stopped.",
        number=seconds,
    )
