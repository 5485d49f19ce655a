"""What the command line does, once it is known what was asked. Results are lines to print."""

import asyncio
import gc
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import platforms
from bot.beside import ask
from bot.config import ConfigError, Settings, likely_typos
from bot.desks.importing import SheetsWrong, hand_out, take_over
from bot.errors import Problem
from bot.guarding import reconciled
from bot.logs import guard_last_words, set_up
from bot.message import Mention, UserRef
from bot.ops.watch import Watch
from bot.ports import Job, Pending, T, UnitOfWork
from bot.privacy.audit import OPERATOR
from bot.privacy.promises import Promises
from bot.running import (
    Make,
    Running,
    desk_running,
    encryption_of,
    make_first_desk,
    now,
    promises_of,
    stop_on_signals,
)
from storage.errors import CannotOpen, DatabaseInUse
from storage.files import MEGABYTE, DiskFiles
from storage.migrate import HEAD, schema_version
from storage.opening import open_store
from storage.settling import Encryption, sealing_of, state_of
from storage.sqlite import sqlite_readers
from storage.store import SqlStore

if TYPE_CHECKING:
    from bot.privacy.notice import Facts

MOST_LISTED = 200
MOST_AT_ONCE = 100_000
HELD = "held back by helpthread outbox hold"
NO_CONSOLE_DESK = "no desk takes in from the console: give one the channel console:local/… with helpthread desk import"
NO_DESK = (
    "no desk is set up yet, so nobody is answered: write /desk setup on Slack or Discord, "
    "or say helpthread desk import FILE"
)


async def run(settings: Settings) -> None:
    """Serve every platform whose token is set, until a signal comes."""
    _log(settings, "INFO")
    stop, watch = stop_on_signals(), Watch(settings)
    makers = platforms.with_tokens(settings)
    async with desk_running(settings, makers, ticking=True, observers=watch.observers) as running:
        if not await running.store.read(lambda work: work.desks.all()):
            _warn(NO_DESK)
        spare_the_collector()
        async with watch.over(running):
            await running.serve(stop)


def spare_the_collector() -> None:
    """What is loaded by now stays to the end, and what a message makes is gone with it: looking through all of it every
    700 objects is a seventh of what a message costs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def console(settings: Settings, json: bool) -> None:
    """Serve the terminal, or a script, until its input ends."""
    _log(settings, "WARNING")
    stop, watch = stop_on_signals(), Watch(settings)
    make: Make = partial(platforms.console, json=json)
    async with desk_running(settings, [make], ticking=True, observers=watch.observers) as running:
        await running.store.write(make_first_desk)
        await check_console(running)
        async with watch.over(running):
            await running.serve(stop)


async def migrate(settings: Settings) -> str:
    await _open(settings).close()
    return f"{settings.database_shown} is ready (schema {HEAD})"


async def export_desks(settings: Settings) -> str:
    from bot import desk_file

    sheets = await read(settings, hand_out)
    if not sheets:
        raise Problem("there is no desk to export yet")
    return desk_file.write(sheets)


async def import_desks(settings: Settings, data: bytes, name: str) -> Sequence[str]:
    """Raises `DeskFileError` with every mistake; then nothing was changed."""
    from bot import desk_file

    file = desk_file.read(data, name, platforms.PLATFORMS)
    try:
        return await _write(settings, lambda work: take_over(file.sheets, work))
    except SheetsWrong as error:
        raise file.error(error) from error


async def list_outbox(settings: Settings) -> Sequence[str]:
    """What was given up, a line each, without anybody's words; and how much waits for each platform."""
    dead = await read(settings, lambda work: work.outbox.dead(MOST_LISTED))
    backlog = await read(settings, lambda work: work.outbox.backlog())
    buried, waiting = sum(each.buried for each in backlog), sum(each.waiting for each in backlog)
    lines = [_given_up(pending, reason) for pending, reason in dead]
    if buried > len(lines):
        lines.append(f"… and {buried - len(lines)} more")
    lines += [
        f"{each.platform}: {each.waiting} waiting, the oldest for {_lasted(each.oldest)}"
        for each in backlog
        if each.waiting
    ]
    return [*lines, f"{buried} given up, {waiting} waiting"]


async def retry(settings: Settings, ids: Sequence[int] | None) -> Sequence[str]:
    """These, or all. Raises `Problem` if none of them was given up."""
    return await _each(settings, ids, lambda id, work: work.outbox.retry(id), "is tried again when the desk runs")


async def discard(settings: Settings, ids: Sequence[int] | None) -> Sequence[str]:
    """These, or all. Raises `Problem` if none of them was given up."""
    return await _each(settings, ids, lambda id, work: work.outbox.discard(id), "discarded")


async def hold(settings: Settings) -> str:
    many = await _write(settings, lambda work: work.outbox.hold_back(HELD))
    return f"{many} deliveries are held back: helpthread outbox list, then retry or discard"


async def _each(
    settings: Settings, ids: Sequence[int] | None, do: Callable[[int, UnitOfWork], bool], what: str
) -> Sequence[str]:
    def job(work: UnitOfWork) -> Mapping[int, bool]:
        chosen = [pending.id for pending, _ in work.outbox.dead(MOST_AT_ONCE)] if ids is None else ids
        return {id: do(id, work) for id in chosen}

    done = await _write(settings, job)
    if ids is None:
        return [f"{len(done)}: {what}"] if done else ["nothing was given up"]
    return _told(done, what)


async def office(settings: Settings, command: str, *given: str) -> str:
    """What a privacy officer does (see `bot.privacy.counter`). A desk that runs on the same SQLite file does it for us.

    Raises `Problem`.
    """
    from bot.privacy import counter

    job = partial(counter.do, command, given)
    try:
        return await _write(settings, job)
    except DatabaseInUse:
        return await asyncio.to_thread(ask, settings.questions, command, given)


async def verify_audit(settings: Settings, given: Sequence[str]) -> str:
    """Whether the audit log is as it was written. `given` are anchors kept elsewhere, NUMBER:HASH. Raises `Problem`
    with the first line that is not."""
    from bot.privacy import audit_views, auditing

    anchors = [*auditing.given(given), *auditing.kept(settings.data_dir / auditing.ANCHORS)]
    async with reading(settings) as store:
        head, broken = await auditing.verify(store, anchors)
    if broken is not None:
        raise Problem(audit_views.broken(broken))
    return audit_views.sound(head, len(anchors))


async def asked_by(settings: Settings, number: str) -> UserRef | None:
    """Whose request that is, if it is one and knows it."""
    if not number.isdecimal() or len(number) > 18:
        return None
    request = await read(settings, lambda work: work.privacy.request(int(number)))
    return request.who if request else None


async def reconcile(settings: Settings, *, lost: bool) -> str:
    """Erase again whoever a backup brought back; every start does so by itself. Raises `CannotOpen`."""
    store = _open(settings)
    try:
        files = DiskFiles(settings.data_dir / "files", settings.max_file_mb * MEGABYTE, settings.file_types_refused)
        tombstones, count = await reconciled(settings, store, files, now, lost=lost)
        tombstones.close()
    finally:
        await store.close()
    if lost:
        return "the tombstones begin anew; whom a backup from before now brings back nobody can tell any more"
    if not count:
        return "nobody who was erased is in this database"
    who = "1 person was in this backup and is" if count == 1 else f"{count} people were in this backup and are"
    return f"{who} erased again"


def backup(settings: Settings, file: str) -> Iterator[str]:
    """Copy the database, then the key store where words are encrypted. Raises `CannotOpen`."""
    from storage.backup import backup, backup_file

    rest = f"Files that people sent are not in it: copy {settings.data_dir / 'files'} as well"
    if settings.database_file is not None:
        yield f"{file}: {backup(settings.database, Path(file), now())} bytes. {rest}"
    keys = settings.key_store if settings.master_key is not None else None
    if isinstance(keys, Path):
        copy = Path(f"{file}.keys")
        yield f"{copy}: {backup_file(keys, copy)} bytes. It belongs with the database, and CONTENT_KEY with neither"
    if settings.database_file is None:
        backup(settings.database, Path(file), now())  # says how


def new_key() -> str:
    """For CONTENT_KEY: 32 random bytes, as 64 hexadecimal digits."""
    return secrets.token_hex(32)


def encrypt(settings: Settings) -> str:
    """Encrypt a database that was written in clear. Raises `CannotOpen`, and `ConfigError` without a key."""
    from storage.converting import encrypt

    rows = encrypt(settings.database, now, _encryption(settings))
    return f"{settings.database_shown} is encrypted: {rows} rows. Backups from before are not; delete them"


def decrypt(settings: Settings) -> str:
    """Write it in clear again."""
    from storage.converting import decrypt

    rows = decrypt(settings.database, now, _encryption(settings))
    return f"{settings.database_shown} is in clear again: {rows} rows. Now leave out CONTENT_KEY"


def rotate(settings: Settings) -> str:
    """Wrap the living keys with CONTENT_KEY instead of CONTENT_KEY_OLD."""
    from storage.converting import rotate

    keys = rotate(settings.database, _encryption(settings))
    done = f"{keys} keys are wrapped with CONTENT_KEY now"
    return f"{done}. Destroy CONTENT_KEY_OLD: then deleted keys are lost in every older copy of the key store, too"


def _encryption(settings: Settings) -> Encryption:
    encryption = encryption_of(settings)
    if encryption is None:
        raise ConfigError("CONTENT_KEY is not set; helpthread privacy keys new makes one")
    return encryption


def notice(settings: Settings, language: str = "en") -> str:
    """The privacy notice to publish. It needs no database: what is held is what the tables can hold."""
    from bot.language import reading
    from bot.privacy import notice_views

    promises = promises_of(settings)
    with reading(language):
        return notice_views.document(_facts(promises), promises, 1, None)


def record(settings: Settings, language: str = "en") -> str:
    """The record of processing, as Markdown; from what the tables can hold, like the notice."""
    from bot.language import reading
    from bot.privacy import record_views
    from storage.datamap import topics

    promises = promises_of(settings)
    with reading(language):
        return record_views.document(_facts(promises), topics(), promises.given, promises)


def recipients(settings: Settings) -> str:
    from bot.privacy import record_views
    from storage.datamap import topics

    shown = record_views.listed(promises_of(settings).given, topics())
    return "".join(part if isinstance(part, str) else part.text for part in shown.text if not isinstance(part, Mention))


def datamap_diff(settings: Settings, version: str) -> str:
    """Raises `Problem` if that release is not known."""
    from bot.privacy.record import difference, releases
    from storage.datamap import columns

    return difference(version or releases()[-1], _facts(promises_of(settings)), columns())


def _facts(promises: Promises) -> "Facts":
    """What the notice says of what the tables can hold, for as long as the program would keep it by itself."""
    from bot.privacy.notice import facts
    from bot.privacy.retention import defaults
    from storage.datamap import topics

    return facts(topics(), defaults(), promises)


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[SqlStore]:
    """A store to read from, also while a desk runs on the same SQLite file. Raises `CannotOpen`."""
    path = settings.database_file
    if path is None:
        store = _open(settings)
    elif not path.exists():
        raise CannotOpen(f"there is no database at {path} yet; helpthread console or helpthread run makes it")
    else:
        readers = sqlite_readers(path)
        store = SqlStore(readers.sync_engine, readers, now)
    try:
        async with store.readers.connect() as connection:
            version = await connection.run_sync(schema_version)
            if version != HEAD:
                old = f"an older schema ({version or 'none'})"
                raise CannotOpen(f"{settings.database_shown} has {old}: helpthread migrate")
            there = await connection.run_sync(state_of)
        if store.sealing is None:
            encryption = encryption_of(settings)
            store.use(sealing_of(there, settings.database_shown, encryption, alone=False), settings.search)
        yield store
    finally:
        await store.close()


async def read(settings: Settings, job: Job[T]) -> T:
    async with reading(settings) as store:
        return await store.read(job)


async def _write(settings: Settings, job: Job[T]) -> T:
    store = _open(settings)

    def ours(work: UnitOfWork) -> T:
        work.audit.actor = OPERATOR
        return job(work)

    try:
        return await store.write(ours)
    finally:
        await store.close()


def _open(settings: Settings) -> SqlStore:
    return open_store(settings.database, now, encryption_of(settings), settings.search)


async def check_console(running: Running) -> None:
    desks = await running.store.read(hand_out)
    if not any(place.platform == "console" for sheet in desks for place in sheet.intake):
        _warn(NO_CONSOLE_DESK)


def _given_up(pending: Pending, reason: str) -> str:
    """Rooms of tickets are named by numbers of ours; any other room may be named after a person."""
    effect = pending.effect
    where = effect.room if effect.room.startswith(("ticket:", "desk:")) else "a private room"
    return f"{pending.id}: {effect.kind} on {effect.platform} in {where}, tried {pending.attempts} times: {reason}"


def _lasted(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _told(done: Mapping[int, bool], what: str) -> Sequence[str]:
    lines = [f"{id}: {what if found else 'nothing of that number was given up'}" for id, found in done.items()]
    if not any(done.values()):
        raise Problem("; ".join(lines))
    return lines


def _log(settings: Settings, level: str) -> None:
    set_up(settings.log_level or level, settings.log_format)
    guard_last_words()
    for line in likely_typos():
        _warn(line)


def _warn(line: str) -> None:
    print(f"helpthread: {line}", file=sys.stderr)


def in_loop(job: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await job()

    return asyncio.run(run())


def file_bytes(path: str) -> bytes:
    """A file, or standard input for `-`. Of one that is far too large, no more than shows that it is."""
    from bot.desk_yaml import MOST_BYTES

    if path == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MOST_BYTES + 1)
