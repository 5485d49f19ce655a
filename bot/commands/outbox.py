"""What waits to be delivered, and what could not be."""

from typing import Annotated

import typer

from bot.commands.common import HOW, configured

outbox = typer.Typer(help="What could not be delivered.", **HOW)

Ids = Annotated[list[int] | None, typer.Argument(help="Numbers from helpthread outbox list.")]
All = Annotated[bool, typer.Option("--all", help="All that was given up.")]


@outbox.command("list")
def list_outbox() -> None:
    """List what was given up, and why; nobody's words are shown."""
    from bot.operating import database, outbox

    settings = configured()
    print("\n".join(database.in_loop(lambda: outbox.list_outbox(settings))))


@outbox.command()
def retry(ids: Ids = None, everything: All = False) -> None:
    """Try these again."""
    from bot.operating import database, outbox

    settings, chosen = configured(), _some(ids, everything)
    print("\n".join(database.in_loop(lambda: outbox.retry(settings, chosen))))


@outbox.command()
def discard(ids: Ids = None, everything: All = False) -> None:
    """Give these up for good."""
    from bot.operating import database, outbox

    settings, chosen = configured(), _some(ids, everything)
    print("\n".join(database.in_loop(lambda: outbox.discard(settings, chosen))))


@outbox.command("hold")
def hold_back() -> None:
    """Hold back all that waits, as after a PostgreSQL database was restored: nothing is said before you retry it."""
    from bot.operating import database, outbox

    settings = configured()
    print(database.in_loop(lambda: outbox.hold(settings)))


def _some(ids: list[int] | None, everything: bool) -> list[int] | None:
    """Numbers, or None for all of them. Raises `Problem` unless it was said which."""
    from bot.errors import Problem

    if bool(ids) == everything:
        raise Problem("say which: numbers from helpthread outbox list, or --all")
    return ids or None
