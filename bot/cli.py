"""The command line. Nothing of the bot is imported before it is known what is asked, so that help is quick."""

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.config import Settings

HOW: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False}
app = typer.Typer(help="Support tickets in the threads where people already talk.", **HOW)
desk = typer.Typer(help="Set up desks from a file, or write one.", **HOW)
outbox = typer.Typer(help="What could not be delivered.", **HOW)
app.add_typer(desk, name="desk")
app.add_typer(outbox, name="outbox")
privacy = typer.Typer(help="For the privacy officer.", **HOW)
app.add_typer(privacy, name="privacy")
keys = typer.Typer(help="Encrypt what people write, each under a key of their own.", **HOW)
privacy.add_typer(keys, name="keys")
audit = typer.Typer(help="What was done with people's data, as it was written down.", **HOW)
privacy.add_typer(audit, name="audit")
breach = typer.Typer(help="When others may have had access to people's data.", **HOW)
privacy.add_typer(breach, name="breach")

File = Annotated[str, typer.Argument(help="A YAML file, or - for standard input or output.")]
Ids = Annotated[list[int] | None, typer.Argument(help="Numbers from helpthread outbox list.")]
All = Annotated[bool, typer.Option("--all", help="All that was given up.")]


@app.command()
def run() -> None:
    """Serve every platform whose token is set."""
    from bot import operating

    settings = _settings()
    operating.in_loop(lambda: operating.run(settings))


@app.command()
def console(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each thing shown.")] = False,
) -> None:
    """Open a working desk right here, for people and for scripts."""
    from bot import operating

    settings = _settings()
    operating.in_loop(lambda: operating.console(settings, json))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Every start does that by itself, too."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.migrate(settings)))


@app.command()
def backup(file: Annotated[str, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Copy the database into a file, also while the desk runs."""
    from bot import operating

    settings = _settings()
    for line in operating.backup(settings, file):
        print(line)


@app.command()
def restore(file: Annotated[str, typer.Argument(help="What helpthread backup made.")]) -> None:
    """Put a backup in the place of the database, while no desk runs. What waited then is held back: outbox list."""
    from pathlib import Path

    from bot.running import now
    from storage.backup import restore

    settings = _settings()
    held, before = restore(settings.database, Path(file), now())
    print(f"{settings.database_shown} is what {file} was" + (f"; what was there is {before}" if before else ""))
    if held:
        print(f"{held} deliveries wait for you to decide: helpthread outbox list, then retry or discard")


@app.command()
def doctor() -> None:
    """Look at everything the desk needs, and say what to do about what is wrong."""
    from bot import doctor
    from bot.running import now

    wrong = False
    for finding in doctor.examine(_settings(), now()):
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
    from bot import platforms

    sys.stdout.write(platforms.manifest(platform, _settings(), name=name, url=url, json=json))


@app.command()
def version() -> None:
    """Say which version this is."""
    from importlib.metadata import version

    print(f"helpthread {version('helpthread')}")


@desk.command("export")
def export_desks(file: File) -> None:
    """Write what every desk is set to."""
    from bot import operating

    settings = _settings()
    text = operating.in_loop(lambda: operating.export_desks(settings))
    if file == "-":
        sys.stdout.buffer.write(text.encode())  # the file is UTF-8, whatever the terminal is
        return
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)


@desk.command("import")
def import_desks(file: File) -> None:
    """Set desks to what a file says, all of it or nothing. Desks that it does not name stay as they are."""
    from bot import operating

    settings, data = _settings(), operating.file_bytes(file)
    name = "standard input" if file == "-" else file
    print("\n".join(operating.in_loop(lambda: operating.import_desks(settings, data, name))))


@outbox.command("list")
def list_outbox() -> None:
    """List what was given up, and why; nobody's words are shown."""
    from bot import operating

    settings = _settings()
    print("\n".join(operating.in_loop(lambda: operating.list_outbox(settings))))


@outbox.command()
def retry(ids: Ids = None, everything: All = False) -> None:
    """Try these again."""
    from bot import operating

    settings, chosen = _settings(), _some(ids, everything)
    print("\n".join(operating.in_loop(lambda: operating.retry(settings, chosen))))


@outbox.command()
def discard(ids: Ids = None, everything: All = False) -> None:
    """Give these up for good."""
    from bot import operating

    settings, chosen = _settings(), _some(ids, everything)
    print("\n".join(operating.in_loop(lambda: operating.discard(settings, chosen))))


@outbox.command("hold")
def hold_back() -> None:
    """Hold back all that waits, as after a PostgreSQL database was restored: nothing is said before you retry it."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.hold(settings)))


def _some(ids: list[int] | None, everything: bool) -> list[int] | None:
    """Numbers, or None for all of them. Raises `Problem` unless it was said which."""
    from bot.errors import Problem

    if bool(ids) == everything:
        raise Problem("say which: numbers from helpthread outbox list, or --all")
    return ids or None


Number = Annotated[str, typer.Argument(help="Its number in helpthread privacy queue.")]
Account = Annotated[str, typer.Argument(help="Whose data it is about: PLATFORM/WORKSPACE/ID, PLATFORM//ID on Discord.")]
Day = Annotated[str, typer.Argument(help="A day such as 2026-01-31.")]
Source = Annotated[str, typer.Argument(help="How it came: email, letter, phone, person or authority.")]
Why = Annotated[str, typer.Argument(help="A code; a wrong one shows those there are.")]


@privacy.command()
def queue() -> None:
    """Show open requests about data and legal holds, with their due dates."""
    _office("queue")


@privacy.command()
def show(number: Number) -> None:
    """Show a request."""
    _office("show", number)


@privacy.command()
def log(
    kind: Annotated[str, typer.Argument(help="export, deletion or restriction.")],
    person: Account,
    source: Source,
    received: Annotated[str, typer.Argument(help="The day it came, if not today.")] = "",
) -> None:
    """Write down a request that came another way. Their account is asked whether it is theirs."""
    _office("log", kind, person, source, received)


@privacy.command()
def extend(number: Number, reason: Why) -> None:
    """Take two months more for a request, once."""
    _office("extend", number, reason)


@privacy.command()
def refuse(number: Number, reason: Why) -> None:
    """Refuse a request."""
    _office("refuse", number, reason)


@privacy.command()
def decide(number: Number, who: Annotated[str, typer.Argument(help="Whether they are right or wrong.")]) -> None:
    """Decide who is right about what somebody says is wrong."""
    _office("decide", number, who)


@privacy.command()
def hold(person: Account, reason: Why, review: Day) -> None:
    """Have somebody's data kept for a reason in law, to be looked at again within 90 days."""
    _office("hold", person, reason, review)


@privacy.command()
def renew(number: Number, review: Day) -> None:
    """Say that a legal hold was looked at and goes on."""
    _office("renew", number, review)


@privacy.command()
def release(number: Number) -> None:
    """End a legal hold; what waited for it begins."""
    _office("release", number)


@privacy.command()
def reconcile(
    tombstones_lost: Annotated[
        bool, typer.Option("--tombstones-lost", help="Go on without them: those who were erased may be in here.")
    ] = False,
) -> None:
    """Erase again whoever a restored backup brought back. Every start does that by itself, too."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.reconcile(settings, lost=tombstones_lost)))


@privacy.command("prove-erased")
def prove_erased(
    person: Annotated[
        str, typer.Argument(help="Their account, PLATFORM/WORKSPACE/ID, or the number of their request.")
    ],
    word: Annotated[
        list[str] | None, typer.Option(help="What else they are known by; may be said several times.")
    ] = None,
    also: Annotated[list[str] | None, typer.Option(help="A file or folder elsewhere, such as logs.")] = None,
) -> None:
    """Look for somebody in the database, in DATA_DIR and in packed files. Fails if anything is left."""
    from pathlib import Path

    from bot import operating, proving

    settings = _settings()
    asked = operating.in_loop(lambda: operating.asked_by(settings, person))
    proof = proving.prove(settings, proving.whose(person, asked), word or [], [Path(each) for each in also or []])
    print("\n".join(proof.lines))
    if not proof.clean:
        raise typer.Exit(1)


@privacy.command()
def challenge(number: Number) -> None:
    """Send a code to the account that a logged request is about, to be quoted the way the request came."""
    _office("challenge", number)


@privacy.command()
def quoted(number: Number, code: Annotated[str, typer.Argument(help="As they quoted it.")]) -> None:
    """Say what code came back. If it is the right one, the request begins."""
    _office("quoted", number, code)


@privacy.command()
def minor(person: Account) -> None:
    """Say that somebody may be too young. It is restricted at once; an officer in chat has to confirm it."""
    _office("minor", person)


@privacy.command()
def delete_for(person: Account, source: Source) -> None:
    """Have somebody's data deleted who asked another way. An officer in chat has to confirm it."""
    _office("delete-for", person, source)


@privacy.command()
def platform_deleted(person: Account) -> None:
    """Say that the platform deleted somebody's account. An officer in chat has to confirm it."""
    _office("delete-for", person, "platform")


@privacy.command()
def confirm(number: Number) -> None:
    """Confirm what an officer or an agent began in chat."""
    _office("confirm", number)


@privacy.command()
def clear(number: Number) -> None:
    """Say that nothing comes of what waits for a second officer."""
    _office("clear", number)


Year = Annotated[int, typer.Argument(help="The year it served.")]


@audit.command()
def verify(
    anchor: Annotated[list[str], typer.Option(help="NUMBER:HASH, as you noted it elsewhere.")] = [],  # noqa: B006
) -> None:
    """Look whether the audit log is as it was written. Names the first line that is not."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.verify_audit(settings, anchor)))


@audit.command("show")
def show_audit(
    about: Annotated[str, typer.Option(help="Only about this account: PLATFORM/WORKSPACE/ID.")] = "",
    last: Annotated[int, typer.Option(help="So many lines.", min=1, max=10_000)] = 50,
) -> None:
    """Show the newest lines of the audit log: what was done with people's data, in codes."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.office(settings, "audit.show", about, str(last))))


@audit.command()
def destroy(year: Year) -> None:
    """Destroy the key of a year: from then on nobody can tell whom its lines are about. It cannot be undone."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.office(settings, "audit.destroy", str(year))))


@privacy.command()
def retention(
    rule: Annotated[str, typer.Argument(help="One of the rules; none shows all.")] = "",
    days: Annotated[int, typer.Argument(help="Keep for so many days; none shows what would go.")] = 0,
) -> None:
    """Show how long things are kept and what is due, or change it. A shorter period begins a day later."""
    if rule:
        _office("retention", rule, str(days))
    else:
        _office("retention-due")


def _office(command: str, *given: str) -> None:
    """While a desk runs on the same SQLite file, it is the desk that does it."""
    from bot import operating

    settings = _settings()
    print(operating.in_loop(lambda: operating.office(settings, command, *given)))


@keys.command("new")
def new_key() -> None:
    """Print a new CONTENT_KEY. Keep a copy where no backup of the database is: without it all is lost."""
    from bot import operating

    print(operating.new_key())


@keys.command()
def encrypt() -> None:
    """Encrypt a database that was written in clear. Stop the desk, and make a backup first."""
    from bot import operating

    print(operating.encrypt(_settings()))


@keys.command()
def decrypt() -> None:
    """Write an encrypted database in clear again. Stop the desk, and make a backup first."""
    from bot import operating

    print(operating.decrypt(_settings()))


@keys.command()
def rotate() -> None:
    """Wrap all keys with CONTENT_KEY instead of CONTENT_KEY_OLD: then deleted ones are lost in older copies, too."""
    from bot import operating

    print(operating.rotate(_settings()))


@privacy.command()
def notice(language: Annotated[str, typer.Option(help="As a code such as de.")] = "en") -> None:
    """Print the privacy notice, as Markdown, from what the tables hold and what the settings say."""
    from bot import operating

    sys.stdout.write(operating.notice(_settings(), language))


Breach = Annotated[str, typer.Argument(help="Its number in helpthread privacy breach list.")]
Moment = "A moment in UTC, such as 2026-01-31T14:30."


@breach.command("open")
def open_breach(
    aware: Annotated[str, typer.Option(help="When we knew. " + Moment)],
    begin: Annotated[str, typer.Option("--from", help="Since when it was possible. " + Moment)],
    end: Annotated[str, typer.Option("--to", help="Until when. " + Moment)],
    stores: Annotated[str, typer.Option(help="database, files, or tables, with a comma between.")] = "database",
    drill: Annotated[bool, typer.Option("--drill", help="An exercise: officers are told, and nobody else.")] = False,
) -> None:
    """Write down a breach: 72 hours begin, and it is counted whom it concerns."""
    _office("breach.open", aware, begin, end, stores, "drill" if drill else "")


@breach.command("list")
def breaches() -> None:
    """Show the register of breaches (GDPR Art. 33(5))."""
    _office("breach.list")


@breach.command("show")
def show_breach(number: Breach) -> None:
    """Show a breach, with what it concerns."""
    _office("breach.show", number)


@breach.command()
def drafts(number: Breach) -> None:
    """Draft what to write to the authority, to people, and to the platforms."""
    _office("breach.drafts", number)


@breach.command()
def reported(number: Breach) -> None:
    """Write down that the authority has the report."""
    _office("breach.reported", number)


@breach.command()
def tell(number: Breach) -> None:
    """Have the people it concerns told, some a minute, while the desk runs."""
    _office("breach.tell", number)


@breach.command()
def close(number: Breach) -> None:
    """Close a breach. It stays in the register."""
    _office("breach.close", number)


Language = Annotated[str, typer.Option(help="As a code such as de.")]


@privacy.command()
def record(language: Language = "en") -> None:
    """Print the record of processing (GDPR Art. 30), as Markdown."""
    from bot import operating

    sys.stdout.write(operating.record(_settings(), language))


privacy.command("ropa", hidden=True)(record)


@privacy.command()
def recipients() -> None:
    """Show who gets people's data, what of it, why, and which hosts we connect to for it."""
    from bot import operating

    print(operating.recipients(_settings()))


@privacy.command("datamap")
def datamap(
    what: Annotated[str, typer.Argument(help="diff")],
    release: Annotated[str, typer.Argument(help="Such as 0.1.0; none takes the last one.")] = "",
) -> None:
    """Show what changed in what is held about people since a release, and whether that is material."""
    from bot import operating

    if what != "diff":
        raise typer.BadParameter("the only thing to ask for is diff")
    print(operating.datamap_diff(_settings(), release))


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


def _settings() -> "Settings":
    from bot.config import load_settings

    return load_settings()


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
