"""The command line. Nothing of the bot is imported before it is known what is asked, so that help is quick."""

import gc
import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import audit, breach, desks, exports, keys, outbox, privacy
from bot.commands.common import HOW, configured

if TYPE_CHECKING:
    pass

app = typer.Typer(help="Support tickets in the threads where people already talk.", **HOW)
app.add_typer(desks.desk, name="desk")
app.add_typer(outbox.outbox, name="outbox")
app.add_typer(privacy.privacy, name="privacy")
privacy.privacy.add_typer(keys.keys, name="keys")
privacy.privacy.add_typer(audit.audit, name="audit")
privacy.privacy.add_typer(breach.breach, name="breach")
privacy.privacy.add_typer(exports.disclosure, name="disclosure")


@app.command()
def run() -> None:
    """Serve every platform whose token is set."""
    gc.set_threshold(20_000, 20, 50)  # what is loaded now stays: to look through it again and again is a tenth of it
    from bot.operating import database, serving

    settings = configured()
    database.in_loop(lambda: serving.run(settings))


@app.command()
def console(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each thing shown.")] = False,
) -> None:
    """Open a working desk right here, for people and for scripts."""
    from bot.operating import database, serving

    settings = configured()
    database.in_loop(lambda: serving.console(settings, json))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Every start does that by itself, too."""
    from bot.operating import database

    settings = configured()
    print(database.in_loop(lambda: database.migrate(settings)))


@app.command()
def backup(file: Annotated[str, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Copy the database into a file, also while the desk runs."""
    from bot.operating import database

    settings = configured()
    for line in database.backup(settings, file):
        print(line)


@app.command()
def restore(file: Annotated[str, typer.Argument(help="What helpthread backup made.")]) -> None:
    """Put a backup in the place of the database, while no desk runs. What waited then is held back: outbox list."""
    from pathlib import Path

    from bot.process.running import now
    from storage.backup import restore

    settings = configured()
    held, before = restore(settings.database, Path(file), now())
    print(f"{settings.database_shown} is what {file} was" + (f"; what was there is {before}" if before else ""))
    if held:
        print(f"{held} deliveries wait for you to decide: helpthread outbox list, then retry or discard")


@app.command()
def doctor() -> None:
    """Look at everything the desk needs, and say what to do about what is wrong."""
    from bot import doctor
    from bot.process.running import now

    wrong = False
    for finding in doctor.examine(configured(), now()):
        print(finding, flush=True)
        wrong = wrong or finding.wrong
    if wrong:
        raise typer.Exit(1)


@app.command()
def manifest(
    platform: Annotated[str, typer.Argument(help="slack: the only platform that has one.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON instead of YAML.")] = False,
    url: Annotated[str, typer.Option(help="For HTTP mode: where this server is reached, https://…")] = "",
    name: Annotated[str, typer.Option(help="What the app is called.")] = "Helpthread",
) -> None:
    """Print what an app is created from, at https://api.slack.com/apps, *Create New App*, *From a manifest*."""
    from bot.process import platforms

    sys.stdout.write(platforms.manifest(platform, configured(), name=name, url=url, json=json))


@app.command()
def version() -> None:
    """Say which version this is."""
    from importlib.metadata import version

    print(f"helpthread {version('helpthread')}")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what people can cause ends it with a line, not with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without “ must not stop us
    given = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    code = _guarded(lambda: typer.main.get_command(app)(given, "helpthread", standalone_mode=False))
    _flush()
    sys.exit(code)


def _guarded(command: Callable[[], Any]) -> int:
    try:
        return int(command() or 0)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left has nowhere to go
        return 0
    except Exception as error:
        line, code = _explained(error)
        if not line:
            raise
        print(f"helpthread: {line}", file=sys.stderr)
        return code


def _explained(error: Exception) -> tuple[str, int]:
    """What to say about an error that people can cause, and the exit code; no words for what is our own mistake."""
    if callable(format_message := getattr(error, "format_message", None)):  # the command line was not understood
        return f"{format_message()} (try: helpthread --help)", 2
    from sqlalchemy.exc import DatabaseError, OperationalError

    from bot.config import ConfigError
    from bot.desk_file import DeskFileError
    from bot.errors import Problem
    from storage.errors import CannotOpen

    match error:
        case ConfigError() | DeskFileError():
            return str(error), 2
        case CannotOpen() | Problem():
            return str(error), 1
        case DatabaseError(orig=cause) if type(error) in (DatabaseError, OperationalError):
            return f"the database cannot be used ({str(cause).splitlines()[0]}); try: helpthread doctor", 1
        case OSError() if error.filename is not None:
            return f"{error.filename}: {error.strerror}", 1
    return "", 1


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
