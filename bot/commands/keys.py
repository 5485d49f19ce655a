"""Encryption."""

import typer

from bot.commands.common import HOW, configured

keys = typer.Typer(help="Encrypt what people write, each under a key of their own.", **HOW)


@keys.command("new")
def new_key() -> None:
    """Print a new CONTENT_KEY. Keep a copy where no backup of the database is: without it all is lost."""
    from bot.operating import keys

    print(keys.new_key())


@keys.command()
def encrypt() -> None:
    """Encrypt a database that was written in clear. Stop the desk, and make a backup first."""
    from bot.operating import keys

    print(keys.encrypt(configured()))


@keys.command()
def decrypt() -> None:
    """Write an encrypted database in clear again. Stop the desk, and make a backup first."""
    from bot.operating import keys

    print(keys.decrypt(configured()))


@keys.command()
def rotate() -> None:
    """Wrap all keys with CONTENT_KEY instead of CONTENT_KEY_OLD: then deleted ones are lost in older copies, too."""
    from bot.operating import keys

    print(keys.rotate(configured()))
