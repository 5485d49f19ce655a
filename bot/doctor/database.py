"""The database, as `helpthread doctor` sees it: reached, sound, up to date, and a desk in it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from bot.config import Settings
from bot.desks import views
from bot.desks.importing import hand_out
from bot.desks.sheet import Sheet
from bot.doctor.encryption import examine_encryption
from bot.doctor.finding import Finding, note, ok, wrong
from bot.privacy.retaining.departed import deleted_after
from bot.process.platforms import PLATFORMS, tokens
from storage.errors import CannotOpen, DatabaseInUse
from storage.migrate import HEAD, schema_version
from storage.opening import postgresql_url
from storage.rows import SeenRow
from storage.sqlite import FileLock
from storage.store import SqlUnitOfWork

CHECKED_AT_ONCE = 256_000_000  # bytes; a larger file takes too long to read through
SKEW = timedelta(minutes=1)
CONNECT_SECONDS = 5
IMPORT = "helpthread desk import FILE"


def examine_sqlite_file(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield note(f"there is no database at {path} yet", "the first start makes it")
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        yield wrong(f"{path} is open to others (mode {mode:o})", f"it holds what people wrote: chmod 600 {path}")
    try:
        FileLock(path).release()
        yield ok("no helpthread has the database open")
    except DatabaseInUse:
        yield ok("a helpthread has the database open")
    except OSError as error:
        yield wrong(f"{path}.lock cannot be opened ({error.strerror})", "let this user write there")


def examine_database(settings: Settings, now: datetime) -> Iterator[Finding]:
    try:
        with _connected(settings) as connection:
            version = schema_version(connection)
            yield ok(f"{settings.database_shown} can be reached")
            if version != HEAD:
                yield note(f"its schema is {version or 'not there yet'}, not {HEAD}", "helpthread migrate")
                return
            yield from _contents(connection, settings, now)
    except CannotOpen as error:
        yield wrong("the database cannot be used", str(error))
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        yield wrong(f"{settings.database_shown} cannot be used ({reason})", "check DATABASE_URL and what is there")


def sheets_of(settings: Settings, now: datetime) -> Sequence[Sheet]:
    """What the desks are set to; none where the database cannot tell."""
    try:
        with _connected(settings) as connection:
            return hand_out(SqlUnitOfWork(connection, now)) if schema_version(connection) == HEAD else ()
    except (CannotOpen, DBAPIError):
        return ()


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    """A connection to look with."""
    if path := settings.database_file:
        url = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
        engine = create_engine(url, hide_parameters=True)
    else:
        arguments = {"connect_timeout": CONNECT_SECONDS, "application_name": "helpthread doctor"}
        engine = create_engine(postgresql_url(settings.database), connect_args=arguments, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
        if (sealing := getattr(engine.dialect, "sealing", None)) is not None:
            sealing.vault.close()


def _contents(connection: Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    yield ok(f"its schema is {HEAD}, as it should be")
    yield from _sound(connection, settings.database_file)
    yield _clock(connection, now)
    yield from examine_encryption(connection, settings)
    work = SqlUnitOfWork(connection, now)
    yield from _desks(hand_out(work), {name for name, token in tokens(settings).items() if token})
    for gone in work.departures.all():
        until = deleted_after(gone.since, work)
        yield note(
            f"{gone.platform} workspace {gone.workspace} removed the bot on {gone.since:%Y-%m-%d}",
            f"invite it again before {until:%Y-%m-%d}, or the tickets from there are deleted",
        )
    if dead := len(work.outbox.dead(1000)):
        yield note(f"{dead} deliveries were given up", "helpthread outbox list")


def _sound(connection: Connection, path: Path | None) -> Iterator[Finding]:
    if path is None or path.stat().st_size > CHECKED_AT_ONCE:
        return
    said = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    yield ok("its pages are sound") if said == "ok" else wrong(f"it is damaged ({said})", "go back to a backup")


def _clock(connection: Connection, now: datetime) -> Finding:
    newest = connection.scalar(select(func.max(SeenRow.__table__.c.at)))
    theirs = connection.scalar(text("SELECT now()")) if connection.dialect.name == "postgresql" else now
    if abs(theirs - now) > SKEW:
        seconds = round(abs(theirs - now).total_seconds())
        return wrong(f"this clock and the database's differ by {seconds} seconds", "set both")
    if newest is not None and newest - now > SKEW:
        return wrong(f"the clock went back: something was handled at {newest:%Y-%m-%d %H:%M} UTC", "set it")
    return ok(f"the clock says {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def _desks(sheets: Sequence[Sheet], connected: set[str]) -> Iterator[Finding]:
    if not sheets:
        yield Finding("no desk is set up", f"{IMPORT}, /desk setup, or helpthread console", wrong=bool(connected))
        return
    yield ok(f"desks: {', '.join(sheet.name for sheet in sheets)}")
    for sheet in sheets:
        yield from (note(hint, IMPORT) for hint in views.hints(sheet))
    used = {place.platform for sheet in sheets for _, place in sheet.channels()}
    for name in sorted(connected - used):
        yield wrong(f"the token for {name} is set, but no desk has a channel there", IMPORT)
    for name in sorted(used - connected - {"console"}):
        todo = "set it, or take the channels out" if name in PLATFORMS else "take the channels out"
        yield note(f"a desk has channels on {name}, but no token for it is set", todo)
