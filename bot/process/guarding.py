"""Before a desk starts: the tombstones are there, and a restored database has nobody in it who was erased since."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from uuid import uuid4

from bot.config import Settings
from bot.ports import Files, TryLater
from bot.privacy.erasing.restoring import erase_again
from bot.privacy.erasing.steps import LEASE, AtWork
from storage.errors import CannotOpen
from storage.opening import sqlite_path
from storage.side_store import on_this_machine
from storage.store import SqlStore
from storage.tombstones import SqlTombstones, key_in, missing, open_tombstones

log = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks whether another process is through
KEY_FILE = "tombstones.key"
SEVERAL = " (processes on several machines need one PostgreSQL database in TOMBSTONES for all of them)"
GIVE_UP = "or say helpthread privacy reconcile --tombstones-lost"


async def guarded(settings: Settings, store: SqlStore, files: Files, now: Callable[[], datetime]) -> SqlTombstones:
    """Whoever opened it closes it. Raises `CannotOpen` where nobody could tell who was erased."""
    tombstones, _, _ = await reconciled(settings, store, files, now)
    return tombstones


async def reconciled(
    settings: Settings, store: SqlStore, files: Files, now: Callable[[], datetime], *, lost: bool = False
) -> tuple[SqlTombstones, int, int]:
    """The store, how many people were erased again, and of how many decisions hold again. `lost`: begin a new one,
    whatever was known."""
    if lost:
        _put_aside(settings.tombstone_store)
        await store.write(lambda work: work.privacy.forget_mark())
    mark = await store.read(lambda work: work.privacy.mark())
    shared = settings.database_file is None
    tombstones = _opened(settings, shared, known=mark is not None)
    try:
        if not lost:
            await _fits(mark, tombstones, store, shared)
        return tombstones, *await _in_turn(store, files, tombstones, now, shared)
    except TryLater as error:
        tombstones.close()
        raise CannotOpen(
            f"somebody who was erased cannot be erased again from this database just now ({error.reason}); "
            "end whatever else reads it, and start again"
        ) from error
    except BaseException:
        tombstones.close()
        raise


def _opened(settings: Settings, shared: bool, *, known: bool) -> SqlTombstones:
    path = sqlite_path(settings.tombstone_store)
    if shared and path is not None:
        on_this_machine(path, "the tombstones", "TOMBSTONES")
        if known and not path.exists():
            raise CannotOpen(f"{missing(path)}{SEVERAL}")
    return open_tombstones(settings.tombstone_store, _key(settings), known=known)


async def _in_turn(
    store: SqlStore, files: Files, tombstones: SqlTombstones, now: Callable[[], datetime], shared: bool
) -> tuple[int, int]:
    """Of several processes that start on a restored database one erases, and the others wait until it is through. So
    does whoever starts again after it was killed at it, until nobody can be taken for at work any more."""
    for look in count():
        try:
            async with store.my_turn() as ours:
                if not ours and look * LOOK < LEASE.total_seconds():
                    raise TryLater(LOOK, "another process is at it")
                return await erase_again(store, files, tombstones, now, lambda: uuid4().hex)
        except TryLater as error:
            in_the_way = shared or isinstance(error, AtWork)
            if not in_the_way or look * LOOK > LEASE.total_seconds() + 10:
                raise
            if look == 0:
                log.warning("other processes are in the way of erasing somebody again; waiting for them")
            await asyncio.sleep(LOOK)
    raise AssertionError("unreachable")


async def _fits(mark: tuple[str, int] | None, tombstones: SqlTombstones, store: SqlStore, shared: bool) -> None:
    """Raises `CannotOpen` if the tombstones are not those of this database, or do not reach back to it."""
    if mark is None:
        inhabited = await store.read(lambda work: next(work.privacy.everybody(), None) is not None)
        mark = (tombstones.id, 0 if inhabited else tombstones.purged)
    if mark[0] != tombstones.id:
        more = SEVERAL if shared else ""
        raise CannotOpen(f"the tombstones are those of another database: put this one's back, {GIVE_UP}{more}")
    if mark[1] > tombstones.last:
        raise CannotOpen(
            f"the tombstones are older than the database ({tombstones.last}, it knows of {mark[1]}): they must never "
            f"be restored from a backup; put the newest back, {GIVE_UP}"
        )
    if mark[1] < tombstones.purged:
        raise CannotOpen(
            "this backup is older than BACKUP_DAYS allows, so nobody can tell who was erased since: restore a newer "
            f"one, {GIVE_UP}"
        )


def _key(settings: Settings) -> bytes:
    if settings.tombstone_key is not None:
        return settings.tombstone_key.get_secret_value().encode()
    return key_in(settings.data_dir / KEY_FILE)


def _put_aside(url: str) -> None:
    """The old store under another name. Raises `CannotOpen` on PostgreSQL, where that is not ours to do."""
    path = sqlite_path(url)
    if path is None:
        raise CannotOpen("drop the tables tombstones and tombstone_book first, or name another database in TOMBSTONES")
    if path.exists():
        path.replace(Path(f"{path}.lost-{uuid4().hex[:8]}"))
