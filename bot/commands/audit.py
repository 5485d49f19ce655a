"""What was done with people's data."""

from typing import Annotated

import typer

from bot.commands.common import HOW, configured, office

audit = typer.Typer(help="What was done with people's data, as it was written down.", **HOW)

Year = Annotated[int, typer.Argument(help="The year it served.")]


@audit.command()
def verify(
    anchor: Annotated[list[str], typer.Option(help="NUMBER:HASH, as you noted it elsewhere.")] = [],  # noqa: B006
) -> None:
    """Look whether the audit log is as it was written. Names the first line that is not."""
    from bot.operating import database, office

    settings = configured()
    print(database.in_loop(lambda: office.verify_audit(settings, anchor)))


@audit.command("show")
def show_audit(
    about: Annotated[str, typer.Option(help="Only about this account: PLATFORM/WORKSPACE/ID.")] = "",
    last: Annotated[int, typer.Option(help="So many lines.", min=1, max=10_000)] = 50,
) -> None:
    """Show the newest lines of the audit log: what was done with people's data, in codes."""
    office("audit.show", about, str(last))


@audit.command()
def destroy(year: Year) -> None:
    """Destroy the key of a year: from then on nobody can tell whom its lines are about. It cannot be undone."""
    office("audit.destroy", str(year))
