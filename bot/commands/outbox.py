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
    from bot import operating

    settings = configured()
    print("\n".join(operating.in_loop(lambda: operating.list_outbox(settings))))


@outbox.command()
def retry(ids: Ids = None, everything: All = False) -> None:
    """Try these again."""
    from bot import operating

    settings, chosen = configured(), _some(ids, everything)
    print("\n".join(operating.in_loop(lambda: operating.retry(settings, chosen))))


@outbox.command()
def discard(ids: Ids = None, everything: All = False) -> None:
    """Give these up for good."""
    from bot import operating

    settings, chosen = configured(), _some(ids, everything)
    print("\n".join(operating.in_loop(lambda: operating.discard(settings, chosen))))


@outbox.command("hold")
def hold_back() -> None:
    """Hold back all that waits, as after a PostgreSQL database was restored: nothing is said before you retry it."""
    from bot import operating

    settings = configured()
    print(operating.in_loop(lambda: operating.hold(settings)))


def _some(ids: list[int] | None, everything: bool) -> list[int] | None:
    """Numbers, or None for all of them. Raises `Problem` unless it was said which."""
    from bot.errors import Problem

    if bool(ids) == everything:
        raise Problem("say which: numbers from helpthread outbox list, or --all")
    return ids or None
