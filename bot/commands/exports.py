"""Exports that go another way than through chat, and what was given to whom."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import HOW, configured, office
from bot.commands.privacy import Account, Number, Source, privacy

disclosure = typer.Typer(help="What was given to whom and when, in codes.", **HOW)
Export = Annotated[str, typer.Argument(help="The file.")]


@privacy.command()
def export_for(person: Account, source: Source) -> None:
    """Have an export made for somebody who cannot fetch it in chat. The passphrase goes to their account alone."""
    office("export-for", person, source)


@privacy.command()
def sealed(number: Number, file: Annotated[str, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Copy a sealed export into a file, to hand it on. Nobody but whom it is about can open it."""
    from bot.operating import database, exports

    settings = configured()
    print(database.in_loop(lambda: exports.hand_out(settings, number, Path(file))))


@privacy.command("open")
def open_sealed(
    file: Export,
    to: Annotated[str, typer.Option(help="Where to; without it, beside the file and without .age.")] = "",
) -> None:
    """Open a sealed export, with the passphrase from your account. Needs no desk."""
    from bot.operating import exports

    asked = typer.prompt("Passphrase", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    print(exports.open_sealed(Path(file), Path(to) if to else None, asked.strip()))


@privacy.command()
def verify_export(
    file: Export,
    key: Annotated[str, typer.Option(help="As /mydata policy shows it; without it, the key of this desk.")] = "",
) -> None:
    """Look whether an export is one of this desk, and as it was made. Names the first thing that is not."""
    from bot.operating import exports

    print(exports.verify(configured, Path(file), key))


@privacy.command()
def report(
    due: Annotated[int, typer.Option(help="Only what is due within so many days.", min=0, max=3650)] = -1,
) -> None:
    """Show what became of requests in a year; with --due, what has to be answered or looked at soon."""
    office("report", str(due) if due >= 0 else "")


@disclosure.command("log")
def disclosure_log(
    about: Annotated[str, typer.Option(help="Only about this account: PLATFORM/WORKSPACE/ID.")] = "",
) -> None:
    """Show what was given to whom and when: exports, and what was written down by hand."""
    office("disclosures", about)


@disclosure.command()
def add(
    person: Account,
    to: Annotated[str, typer.Argument(help="Who got it; a wrong word shows those there are.")],
    reason: Annotated[str, typer.Argument(help="Why; a wrong word shows those there are.")],
) -> None:
    """Write down that somebody outside got a person's data, such as a court."""
    office("given", person, to, reason)
