"""When others may have had access to people's data."""

from typing import Annotated

import typer

from bot.commands.common import HOW, office

breach = typer.Typer(help="When others may have had access to people's data.", **HOW)

Breach = Annotated[str, typer.Argument(help="Its number in helpthread privacy breach list.")]
Moment = "A moment in UTC, such as 2026-01-31T14:30."


@breach.command("open")
def open_breach(
    aware: Annotated[str, typer.Option(help="When we knew. " + Moment)],
    begin: Annotated[str, typer.Option("--from", help="Since when it was possible. " + Moment)],
    end: Annotated[str, typer.Option("--to", help="Until when. " + Moment)],
    stores: Annotated[str, typer.Option(help="database, files, or tables, with a comma between.")] = "database",
    keys: Annotated[
        bool,
        typer.Option("--keys", help="CONTENT_KEY and the key store were within reach, too."),
    ] = False,
    drill: Annotated[bool, typer.Option("--drill", help="An exercise: officers are told, and nobody else.")] = False,
) -> None:
    """Write down a breach: 72 hours begin, and it is counted whom it concerns."""
    office("breach.open", aware, begin, end, stores, "keys" if keys else "", "drill" if drill else "")


@breach.command("list")
def breaches() -> None:
    """Show the register of breaches (GDPR Art. 33(5))."""
    office("breach.list")


@breach.command("show")
def show_breach(number: Breach) -> None:
    """Show a breach, with what it concerns."""
    office("breach.show", number)


@breach.command()
def drafts(number: Breach) -> None:
    """Draft what to write to the authority, to people, and to the platforms."""
    office("breach.drafts", number)


@breach.command()
def reported(number: Breach) -> None:
    """Write down that the authority has the report."""
    office("breach.reported", number)


@breach.command()
def tell(number: Breach) -> None:
    """Have the people it concerns told, some a minute, while the desk runs."""
    office("breach.tell", number)


@breach.command()
def close(number: Breach) -> None:
    """Close a breach. It stays in the register."""
    office("breach.close", number)
