"""What a privacy officer does on the command line."""

import asyncio
from collections.abc import Sequence
from functools import partial

from bot.config import Settings
from bot.errors import Problem
from bot.message import UserRef
from bot.operating.database import opened, read, reading, write
from bot.process.beside import ask
from bot.process.guarding import reconciled
from bot.process.running import now
from storage.errors import DatabaseInUse
from storage.files import MEGABYTE, DiskFiles


async def do(settings: Settings, command: str, *given: str) -> str:
    """What a privacy officer does (see `bot.privacy.officers.counter`). A desk that runs on the same SQLite file does
    it for us.

    Raises `Problem`.
    """
    from bot.privacy.officers import counter

    job = partial(counter.do, command, given)
    try:
        return await write(settings, job)
    except DatabaseInUse:
        return await asyncio.to_thread(ask, settings.questions, command, given)


async def verify_audit(settings: Settings, given: Sequence[str]) -> str:
    """Whether the audit log is as it was written. `given` are anchors kept elsewhere, NUMBER:HASH. Raises `Problem`
    with the first line that is not."""
    from bot.privacy.auditing import audit_views, auditing

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
    """Erase again whoever a backup brought back, and have hold what people decided since. Every start does so by
    itself. Raises `CannotOpen`."""
    store = opened(settings)
    try:
        files = DiskFiles(settings.data_dir / "files", settings.max_file_mb * MEGABYTE, settings.file_types_refused)
        tombstones, erased, decided = await reconciled(settings, store, files, now, lost=lost)
        tombstones.close()
    finally:
        await store.close()
    if lost:
        return "the tombstones begin anew; whom a backup from before now brings back nobody can tell any more"
    told = ["nobody who was erased is in this database"]
    if erased:
        who = "1 person was in this backup and is" if erased == 1 else f"{erased} people were in this backup and are"
        told = [f"{who} erased again"]
    if decided:
        told.append(f"what {decided} {'person' if decided == 1 else 'people'} decided since holds again")
    return "; ".join(told)
