"""Desks from a file, and to one."""

import sys
from typing import Annotated

import typer

from bot.commands.common import HOW, configured

desk = typer.Typer(help="Set up desks from a file, or write one.", **HOW)

File = Annotated[str, typer.Argument(help="A YAML file, or - for standard input or output.")]


@desk.command("export")
def export_desks(file: File) -> None:
    """Write what every desk is set to."""
    from bot.operating import database, desks

    settings = configured()
    text = database.in_loop(lambda: desks.export_desks(settings))
    if file == "-":
        sys.stdout.buffer.write(text.encode())  # the file is UTF-8, whatever the terminal is
        return
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)


@desk.command("import")
def import_desks(file: File) -> None:
    """Set desks to what a file says, all of it or nothing. Desks that it does not name stay as they are."""
    from bot.operating import database, desks

    settings, data = configured(), desks.file_bytes(file)
    name = "standard input" if file == "-" else file
    print("\n".join(database.in_loop(lambda: desks.import_desks(settings, data, name))))
