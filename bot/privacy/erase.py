"""One person's erasure, from confirmed to told. Every step may be the last before a crash: whoever starts again does
what is left, and comes to the same end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from bot.effects import Direct, Remove, Rewrite
from bot.language import reading
from bot.ports import Files, Store, TryLater, UnitOfWork
from bot.privacy import farewell, views
from bot.privacy.handlers import hold_back
from bot.privacy.model import FAILED, IN_FLIGHT, STEPS, Asked, Copy, Erased, Request, Stage
from bot.privacy.tasks import give_work
from bot.readers import languages_alone
from bot.tickets import home

CHUNK = 50  # rows in one transaction: others' writes wait no longer than it takes, some 10 ms
POSTS = 50  # posts taken back in one transaction; each is some writes
TICKETS = 20  # closed or released in one transaction; each is a few writes
POLL = 0.05  # seconds between looks at how many posts are still to be taken back


class Erasure:
    """`language` is the person's, for the receipt: by then we do not know it any more.

    `patience` is how long (seconds) to wait for a post to be taken back before the clerk does something else.
    """

    def __init__(
        self,
        store: Store,
        files: Files,
        request: Request,
        language: str,
        now: datetime,
        patience: float,
        posted: Callable[[], None],
    ) -> None:
        self.store, self.files, self.request, self.posted = store, files, request, posted
        self.language = language
        self.who, self.now, self.patience = request.who, now, patience

    async def run(self, new_id: Callable[[], str]) -> None:
        """`new_id` makes a random id for the ghost. Raises `TryLater` while others must do something first."""
        if self.request.stage not in (Stage.DUE, Stage.CLEANING):
            return
        if self.request.stage is Stage.DUE and await self.store.read(lambda work: work.privacy.held(self.who)):
            await self.store.write(lambda work: hold_back(self._now(work), work))
            return
        if self.request.stage is Stage.CLEANING:
            await self._until_taken_back()
        await self._change(ghost=self.request.ghost or new_id(), step=STEPS[0])
        await self._leave_tickets()
        await self._drop_exports()
        on_its_way = await self._withdraw()
        await self._change(step=STEPS[1])
        await self._drop_files()
        await self._erase("")
        self.request = await self.store.write(self._begin_cleaning)
        await self._take_back()
        if on_its_way:
            raise TryLater(1, "some of it is on its way")
        await self._until_taken_back()
        await self._finish()

    async def _finish(self) -> None:
        """Nothing is told before nothing is left: not in the tables, not in their files."""
        await self._change(step=STEPS[3])
        await self._forget_posts()
        await self._erase("names")
        if await self.store.read(lambda work: work.privacy.residue(self.request)):
            raise TryLater(1, "there is something new")
        if not await self.store.scrub():
            raise TryLater(1, "a reader holds old pages")
        if not await self.store.write(self._tell):
            raise TryLater(1, "there is something new")

    async def _change(self, stage: Stage | None = None, **fields: Any) -> None:
        def job(work: UnitOfWork) -> Request:
            now = self._now(work)
            changed = now.to(stage or now.stage, **fields)
            work.privacy.save(changed)
            return changed

        self.request = await self.store.write(job)

    def _begin_cleaning(self, work: UnitOfWork) -> Request:
        """Pages are drawn again once, however often the rest is tried."""
        now = self._now(work)
        if now.stage is Stage.DUE:
            home.redraw(self.who, work, now.nobody)
        cleaning = now.to(Stage.CLEANING, step=STEPS[2])
        work.privacy.save(cleaning)
        return cleaning

    async def _leave_tickets(self) -> None:
        while await self.store.write(lambda work: farewell.close_some(self.who, work, TICKETS)):
            pass
        while await self.store.write(lambda work: farewell.release_some(self.who, work, TICKETS)):
            pass

    async def _drop_exports(self) -> None:
        exports = await self.store.read(lambda work: work.privacy.requests_of(self.who, Asked.EXPORT))
        for export in exports:
            if export.file is not None:
                await asyncio.to_thread(self.files.drop, [export.file.sha])
                over = export.to(Stage.EXPIRED) if export.stage in (Stage.DUE, Stage.DONE) else export
                gone = replace(over, file=None, expires_at=None)
                await self.store.write(partial(_save, gone))

    async def _withdraw(self) -> bool:
        """Call off what waits to be posted. True if some may be in the courier's hands, and stays for now."""
        patient = self.now - self.request.at < IN_FLIGHT
        ghost = self.request.nobody
        while ids := await self.store.read(lambda work: work.privacy.pending(self.who, ghost, CHUNK)):
            kept = await self.store.write(partial(self._call_off, ids, patient))
            if kept == len(ids):
                return True
        return False

    def _call_off(self, ids: Sequence[int], patient: bool, work: UnitOfWork) -> int:
        return work.privacy.withdraw(ids, self.who, self.request.nobody, patient)

    async def _take_back(self) -> None:
        """Have every post of ours about them blanked or removed, in the order of its room."""
        ghost = self.request.nobody
        while copies := await self.store.read(lambda work: work.privacy.copies(self.who, ghost, POSTS)):
            await self.store.write(partial(self._blank, copies))
            self.posted()

    def _blank(self, copies: Sequence[Copy], work: UnitOfWork) -> None:
        ghost = self.request.nobody
        fresh = set(work.privacy.hand_over([copy.key for copy in copies], ghost))
        self._post_blanks([copy for copy in copies if copy.key in fresh and copy.blank], work)

    def _post_blanks(self, copies: Sequence[Copy], work: UnitOfWork) -> None:
        for copy in copies:
            work.outbox.post(_blanked(copy, work), about=self.request.nobody)

    async def _drop_files(self) -> None:
        """Before their rows go: whoever starts again after a crash still finds which ones they are."""
        after = None
        while True:
            since = self.files.moment()
            shas, after = await self.store.read(partial(_blobs, self.who, after))
            await asyncio.to_thread(self.files.drop, shas, since)
            if after is None:
                return

    async def _erase(self, phase: str) -> None:
        while True:
            since = self.files.moment()
            erased = await self.store.write(partial(self._erase_some, phase))
            await asyncio.to_thread(self.files.drop, erased.shas, since)
            self.posted()
            if not erased.more:
                return

    def _erase_some(self, phase: str, work: UnitOfWork) -> Erased:
        if phase == "":  # what they opened or reopened meanwhile
            farewell.close_some(self.who, work, TICKETS)
        now = self._now(work)
        erased = work.privacy.erase_some(now, CHUNK, phase)
        elsewhere = work.privacy.hand_over_elsewhere(erased.elsewhere, now.nobody)
        self._post_blanks(elsewhere, work)
        if erased.counts:
            work.privacy.save(now.with_counts(erased.counts))
        return erased

    async def _until_taken_back(self) -> None:
        """Wait as long as it gets less; then let the clerk come back later."""
        waiting = await self._waiting()
        patience = self.patience
        while waiting:
            if patience <= 0:
                raise TryLater(1, "posts are still to be taken back")
            await asyncio.sleep(POLL)
            before, waiting = waiting, await self._waiting()
            patience = self.patience if waiting < before else patience - POLL

    async def _waiting(self) -> int:
        return await self.store.read(lambda work: work.privacy.waiting_for(self.request.nobody))

    async def _forget_posts(self) -> None:
        while await self.store.write(self._forget_some):
            pass

    def _forget_some(self, work: UnitOfWork) -> bool:
        failed, more = work.privacy.forget_posts(self.request.nobody, CHUNK)
        if failed:
            work.privacy.save(self._now(work).with_counts({FAILED: failed}))
        return more

    def _tell(self, work: UnitOfWork) -> bool:
        """The receipt, and after it the last of what we know: whom to send it to. False if something new came."""
        request = self._now(work)
        if request.stage is Stage.TOLD:
            return True
        if work.privacy.residue(request, thorough=False):
            return False
        work.privacy.save(request.to(Stage.TOLD))
        key = f"privacy:{request.number}:receipt"
        with reading((self.language, *languages_alone(self.who, work))):
            receipt = Direct(key, self.who.platform, request.room, self.who, views.receipt(request))
        work.outbox.post(receipt, about=request.nobody)
        give_work(request, "sweep", work)
        return True

    def _now(self, work: UnitOfWork) -> Request:
        """The request as it stands; others may have written to it."""
        return work.privacy.request(self.request.number) or self.request


async def sweep(store: Store, request: Request, now: datetime) -> None:
    """After the receipt: forget the address, too. Raises `TryLater` while its traces cannot be overwritten."""
    if request.stage is not Stage.TOLD:
        return
    while not await store.write(lambda work: work.privacy.sweep(request, CHUNK)):
        pass
    if not await store.scrub():
        raise TryLater(1, "a reader holds old pages")
    gone = request.to(Stage.DONE, who=request.nobody, done_at=now)
    await store.write(partial(_save, gone))


def _blanked(copy: Copy, work: UnitOfWork) -> Rewrite | Remove:
    if copy.ticket is None:
        return Remove(copy.key, copy.platform, copy.room)
    ticket = work.tickets.get(copy.ticket)
    desk = work.desks.get(ticket.desk) if ticket else None
    with reading(desk.settings.language if desk else ()):
        return Rewrite(copy.key, copy.platform, copy.room, views.blank_card(ticket.number if ticket else 0))


def _blobs(who: Any, after: Any, work: UnitOfWork) -> tuple[Sequence[str], Any]:
    return work.privacy.blobs(who, after, CHUNK)


def _save(request: Request, work: UnitOfWork) -> None:
    work.privacy.save(request)
