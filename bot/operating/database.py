"""The database, opened for one command: to read beside a desk that runs, or to write."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.config import Settings
from bot.ports import Job, T, UnitOfWork
from bot.privacy.auditing.audit import OPERATOR
from bot.process.running import encryption_of, now
from storage.errors import CannotOpen
from storage.migrate import HEAD, schema_version
from storage.opening import open_store
from storage.settling import sealing_of, state_of
from storage.sqlite import sqlite_readers
from storage.store import SqlStore


async def migrate(settings: Settings) -> str:
    await opened(settings).close()
    return f"{settings.database_shown} is ready (schema {HEAD})"


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


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[SqlStore]:
    """A store to read from, also while a desk runs on the same SQLite file. Raises `CannotOpen`."""
    path = settings.database_file
    if path is None:
        store = opened(settings)
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


async def write(settings: Settings, job: Job[T]) -> T:
    store = opened(settings)

    def ours(work: UnitOfWork) -> T:
        work.audit.actor = OPERATOR
        return job(work)

    try:
        return await store.write(ours)
    finally:
        await store.close()


def opened(settings: Settings) -> SqlStore:
    return open_store(settings.database, now, encryption_of(settings), settings.search)


def in_loop(job: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await job()

    return asyncio.run(run())
