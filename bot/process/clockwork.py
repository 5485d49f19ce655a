"""What happens by itself while a desk runs: time passes, and files that nobody refers to go."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from bot.app import App
from bot.inbound import Tick
from bot.ports import UnitOfWork
from bot.privacy.auditing.auditing import anchor
from bot.privacy.notices.policy import keep_current
from bot.privacy.promises import Promises
from bot.privacy.retaining.purging import purge_everything
from bot.process.peers import Peers
from storage.files import DiskFiles, referenced
from storage.store import SqlStore, SqlUnitOfWork
from storage.tombstones import SqlTombstones

log = logging.getLogger(__name__)
UNREFERRED = timedelta(hours=1)  # a message whose file is that old is stored by now, or never will be
SET_BACK = timedelta(seconds=30)  # less is waited for
TO_CATCH_UP = 60.0  # seconds in which platforms tell what was said before the start
BETWEEN_LOOKS = 60.0  # seconds
BETWEEN_PURGES = 3600.0  # seconds
BEFORE_FIRST_PURGE = 120.0  # seconds
BETWEEN_GLANCES = 5.0  # seconds
BEYOND_BACKUPS = timedelta(days=30)  # for a backup that is a little older than it should be
BETWEEN_SWEEPS = 3600.0  # seconds
BEFORE_FIRST_ANCHOR = 30.0  # seconds
BETWEEN_ANCHORS = 3600.0  # seconds between looks whether there is one of today
BEFORE_FIRST_SWEEP = 60.0  # seconds; a start has more urgent things to do


async def tick_every_minute(app: App, now: Callable[[], datetime]) -> None:
    """One tick a minute, with the same id in every process, so that one of them handles it.

    Plans are in UTC, so summer time is nothing to it. Where the clock is set back, what was planned is planned anew.
    """
    before, started = now(), monotonic()
    while True:
        moment = now()
        minute = moment.replace(second=0, microsecond=0)
        try:
            if moment < before - SET_BACK:
                log.warning("the clock was set back by %d seconds", (before - moment).total_seconds())
                await app.store.write(lambda work: work.clock_went_back())
                app.posted()
            before = moment
            early = monotonic() - started < TO_CATCH_UP
            await app.tick(Tick(f"tick:{minute:%Y-%m-%dT%H:%M}", early))
        except Exception:  # the next minute is another try
            log.exception("a tick failed")
        await asyncio.sleep(max(0.1, (minute + timedelta(minutes=1) - now()).total_seconds()))


async def keep_promises_current(store: SqlStore, promises: Promises) -> None:
    """The privacy notice may change while we run, and others may have published a version of it."""
    while True:
        await asyncio.sleep(BETWEEN_LOOKS)
        try:
            store.promises = await keep_current(store, promises)
        except Exception:  # the next minute is another try
            log.exception("the privacy notice could not be looked at")


async def purge_every_hour(store: SqlStore, peers: Peers) -> None:
    """What is past its period goes; one process of several sees to it."""
    await asyncio.sleep(BEFORE_FIRST_PURGE)
    while True:
        try:
            if await peers.hold("purge") and (gone := await purge_everything(store)):
                log.info("rows deleted that were past their period", extra={"count": gone})
        except Exception:  # the next hour is another try
            log.exception("what is past its period could not be deleted")
        await asyncio.sleep(BETWEEN_PURGES)


async def keep_tombstones(tombstones: SqlTombstones, backup_days: int, now: Callable[[], datetime]) -> None:
    """Other processes erase, too; and when no backup can bring anybody back any more, their tombstones go."""
    purged = -BETWEEN_PURGES
    while True:
        await asyncio.sleep(BETWEEN_GLANCES)
        try:
            await asyncio.to_thread(tombstones.refresh)
            if monotonic() - purged >= BETWEEN_PURGES:
                purged = monotonic()
                await asyncio.to_thread(tombstones.purge, now() - timedelta(days=backup_days) - BEYOND_BACKUPS)
        except Exception:  # the next time is another try
            log.exception("the tombstones could not be looked at")


async def sweep_every_hour(store: SqlStore, files: DiskFiles, peers: Peers) -> None:
    """For files that no deletion took along, as when a process was killed in between."""

    async def wanted(shas: Sequence[str]) -> Collection[str]:
        return await store.read(lambda work: _referenced(work, shas))

    await asyncio.sleep(BEFORE_FIRST_SWEEP)
    while True:
        try:
            if await peers.hold("sweep") and (gone := await files.sweep(wanted, UNREFERRED)):
                log.info("files deleted that nobody refers to", extra={"count": gone})
        except Exception:  # the next hour is another try
            log.exception("a sweep of the files failed")
        await asyncio.sleep(BETWEEN_SWEEPS)


async def anchor_every_day(store: SqlStore, file: Path, now: Callable[[], datetime], peers: Peers) -> None:
    """The end of the audit log is written down beside the database, too, and in the log."""
    await asyncio.sleep(BEFORE_FIRST_ANCHOR)
    while True:
        try:
            if await peers.hold("anchor"):
                await anchor(store, file, now())
        except Exception:  # the next hour is another try
            log.exception("the end of the audit log could not be written down")
        await asyncio.sleep(BETWEEN_ANCHORS)


def _referenced(work: UnitOfWork, shas: Sequence[str]) -> frozenset[str]:
    assert isinstance(work, SqlUnitOfWork), "the store is one of ours"
    return referenced(work.connection, shas)
