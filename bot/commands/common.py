"""What all commands have in common. Nothing of the bot is imported before it is known what is asked."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config import Settings

HOW: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False}


def configured() -> "Settings":
    from bot.config import load_settings

    return load_settings()


def office(command: str, *given: str) -> None:
    """While a desk runs on the same SQLite file, it is the desk that does it."""
    from bot.operating import database, office

    settings = configured()
    print(database.in_loop(lambda: office.do(settings, command, *given)))
