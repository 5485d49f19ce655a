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
from bot.message import UserRef
from bot.ports import Files, Job, Store, T, Tombstones, TryLater, UnitOfWork
from bot.privacy import views
from bot.privacy.erasing import farewell, quote_review
from bot.privacy.erasing.deferring import defer, held_up
from bot.privacy.erasing.gate import ERASURE, State
from bot.privacy.erasing.quoted import forget_quotes
from bot.privacy.erasing.steps import AtWork, Executor, Step, StepState, unsettled
from bot.privacy.handlers import hold_back
from bot.privacy.model import FAILED, IN_FLIGHT, WHY, Asked, Copy, Erased, Request, Stage
from bot.privacy.tasks import give_work
from bot.readers import languages_alone
from bot.tickets import home

CHUNK = 50  # rows in one transaction: others' writes wait no longer than it takes, some 10 ms
GIVEN_WAY = 0.003  # seconds: an erasure has 200 chunks and more, and must come to an end
POSTS = 50  # posts taken back in one transaction; each is some writes
TICKETS = 20  # closed or released in one transaction; each is a few writes
POLL = 0.05  # seconds between looks at how many posts are still to be taken back


class Erasure:
    """`language` is the person's, for the receipt: by then we do not know it any more.

    `patience` is how long (seconds) to wait for a post to be taken back before the clerk does something else. `met` is
    when this process first came to it: what a courier has in its hands is waited for from then on.
    """

    def __init__(
        self,
        store: Store,
        files: Files,
        tombstones: Tombstones,
        request: Request,
        language: str,
        now: datetime,
        patience: float,
        posted: Callable[[], None],
        met: datetime | None = None,
    ) -> None:
        self.files, self.request, self.posted = files, request, posted
        self.tombstones, self.language = tombstones, language
        self.who, self.now, self.patience = request.who, now, patience
        self.met = met or request.at
        self.rest = request.asked is Asked.REST  # one ticket alone: the person may be back meanwhile
        self.silent = False  # whether nothing is said to a platform
        self.store = Fenced(store, Executor(store, request.who, request.number))

    async def run(self, new_id: Callable[[], str]) -> None:
        """`new_id` makes a random id for the ghost. Raises `TryLater` while others must do something first."""
        if self.request.stage not in (Stage.DUE, Stage.CLEANING):
            return
        if self.request.stage is Stage.DUE and await self.store.read(partial(held_up, self.request)):
            await self.store.plain.write(lambda work: hold_back(self._now(work), work))
            if self.tombstones.gate.stone(self.who) is not None:  # it was begun, so they are being turned away
                await self._lay(State.ENDED)
            return
        try:
            await self._run(new_id)
        except Exception as error:
            await self.store.executor.stop(error)
            raise

    async def _run(self, new_id: Callable[[], str]) -> None:
        await self._begin(Step.TOMBSTONE, ghost=self.request.ghost or new_id())
        await self._lay(State.BEGUN)
        if self.request.stage is Stage.CLEANING:
            await self._until_taken_back()
        on_its_way = await self._erase_rows()
        await self._begin_posts()
        if not self.rest:  # those about its ticket were taken back with the rest of them
            await self._take_back()
        if on_its_way:
            raise TryLater(1, "some of it is on its way")
        await self._until_taken_back()
        await self._finish()

    async def repeat(self, new_id: Callable[[], str], *, over: bool) -> None:
        """What a backup brought back goes again, before a platform is connected. If the erasure was `over` before, that
        is all of it; else the clerk goes on with what needs a platform."""
        try:
            await self._begin(Step.TOMBSTONE, ghost=self.request.ghost or new_id())
            if not over:
                await self._lay(State.BEGUN)
            self.silent = over
            await self._erase_rows()
            if not over:
                await self._begin_posts()
                await self.store.write(lambda work: give_work(self._now(work), "erase", work))
                await self.store.plain.scrub()
                await self.store.executor.stop(TryLater(1, "no platform is connected yet"))
                return
            await self.store.executor.skip(Step.POSTS, "gone-before")
            await self._forget_places()
            await self._clean_up()
            await self.store.executor.skip(Step.RECEIPT, "had-before")
            await self._change(Stage.CLEANING)
            await self._change(Stage.TOLD)
            await sweep_under(self.store.executor, self.request, self.now)
        except Exception as error:
            await self.store.executor.stop(error)
            raise

    async def _forget_places(self) -> None:
        ghost = self.request.nobody
        while copies := await self.store.read(lambda work: work.privacy.copies(self.who, ghost, POSTS)):
            keys = [copy.key for copy in copies]
            await self.store.write(partial(_hand_over, keys, ghost))

    async def _erase_rows(self) -> bool:
        """All that needs no platform. True if some of it may be in the courier's hands."""
        await self._begin(Step.TICKETS)
        if not self.rest:
            await self.store.write(partial(defer, self.who))
            await self._leave_tickets()
        await self._begin(Step.EXPORTS)
        await self._drop_exports()
        await self._begin(Step.OUTBOX)
        on_its_way = not self.rest and await self._withdraw()
        await self._begin(Step.FILES)
        await self._drop_files()
        await self._begin(Step.QUOTES)
        await self._forget_quotes()
        await self._begin(Step.CONTENT)
        await self._erase("")
        return on_its_way

    async def _finish(self) -> None:
        """Nothing is told before nothing is left: not in the tables, not in their files."""
        await self._clean_up()
        await self._begin(Step.RECEIPT)
        if not await self.store.write(self._tell):
            raise TryLater(1, "there is something new")
        await self._lay(State.DONE)

    async def _clean_up(self) -> None:
        await self._begin(Step.NAMES)
        await self._forget_posts()
        await self._erase("names")
        await self._begin(Step.VERIFY)
        if await self.store.read(lambda work: work.privacy.residue(self.request)):
            raise TryLater(1, "there is something new")
        await self._begin(Step.DISK)
        if not await self.store.plain.scrub():
            raise TryLater(1, "a reader holds old pages")

    async def _begin(self, step: Step, stage: Stage | None = None, **fields: Any) -> None:
        await self.store.executor.begin(step)
        await self._change(stage, step=str(step), **fields)

    async def _change(self, stage: Stage | None = None, **fields: Any) -> None:
        def job(work: UnitOfWork) -> Request:
            now = self._now(work)
            changed = now.to(stage or now.stage, **fields)
            work.privacy.save(changed)
            return changed

        self.request = await self.store.write(job)

    async def _begin_posts(self) -> None:
        """Pages of people's own are drawn again here, once: the rest of the step may be tried often."""
        if self.request.stage is Stage.DUE and not self.rest:
            await self.store.write(lambda work: home.redraw(self.who, work, self.request.nobody))
        await self._begin(Step.POSTS, Stage.CLEANING)

    async def _lay(self, state: State) -> None:
        """Whoever was frozen so long that somebody else took over, and is through, does not open it all again: their
        being erased would never end."""
        if self.rest:  # what is new of them stays welcome
            return
        await lay(self.who, state, self.tombstones, self.store.plain)
        if state is State.BEGUN:
            try:
                await self.store.write(lambda work: None)
            except AtWork:
                await self._do_not_reopen()
                raise

    async def _do_not_reopen(self) -> None:
        request = await self.store.plain.read(lambda work: work.privacy.request(self.request.number))
        if request is None or request.stage in (Stage.TOLD, Stage.DONE):
            await lay(self.who, State.DONE, self.tombstones, self.store.plain)

    async def _leave_tickets(self) -> None:
        while await self.store.write(lambda work: farewell.close_some(self.who, work, TICKETS)):
            pass
        while await self.store.write(lambda work: farewell.release_some(self.who, work, TICKETS)):
            pass
        after = 0
        while after := await self.store.write(partial(self._take_subjects_back, after)):
            pass

    def _take_subjects_back(self, after: int, work: UnitOfWork) -> int:
        return farewell.take_subjects_back(self.who, after, work, TICKETS)

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
        patient = self.now - self.met < IN_FLIGHT
        ghost = self.request.nobody
        while ids := await self.store.read(lambda work: work.privacy.pending(self.who, ghost, CHUNK)):
            kept = await self.store.write(partial(self._call_off, ids, patient))
            self.posted()
            if kept == len(ids):
                return True
        return False

    def _call_off(self, ids: Sequence[int], patient: bool, work: UnitOfWork) -> int:
        return work.privacy.withdraw(ids, self.who, self.request.nobody, patient, silent=self.silent)

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
        for copy in copies if not self.silent else ():
            work.outbox.post(_blanked(copy, work), about=self.request.nobody)

    async def _drop_files(self) -> None:
        """Before their rows go: whoever starts again after a crash still finds which ones they are."""
        after = None
        while True:
            since = self.files.moment()
            shas, after = await self.store.read(partial(_blobs, self.request, after))
            await asyncio.to_thread(self.files.drop, shas, since)
            if after is None:
                return

    async def _forget_quotes(self) -> None:
        """While there is still something to compare with. Officers are told if they have to look."""
        await forget_quotes(self.store, self.request, self.posted, silent=self.silent)
        await self.store.write(lambda work: quote_review.tell(self._now(work), work))

    async def _erase(self, phase: str) -> None:
        while True:
            await self._give_way()
            since = self.files.moment()
            erased = await self.store.write(partial(self._erase_some, phase))
            await asyncio.to_thread(self.files.drop, erased.shas, since)
            self.posted()
            if not erased.more:
                return

    async def _give_way(self) -> None:
        """What others write is stored first, and not in one transaction with this."""
        if self.store.plain.waiting:
            await asyncio.sleep(GIVEN_WAY)

    def _erase_some(self, phase: str, work: UnitOfWork) -> Erased:
        if phase == "" and not self.rest:  # what they opened or reopened, and what came under a hold, meanwhile
            defer(self.who, work)
            farewell.close_some(self.who, work, TICKETS)
        now = self._now(work)
        erased = work.privacy.erase_some(now, CHUNK, phase)
        elsewhere = work.privacy.hand_over_elsewhere(erased.elsewhere, now.nobody)
        self._post_blanks(elsewhere, work)
        if erased.counts:
            work.privacy.count(now.number, erased.counts)
            work.privacy.note_step(now.number, self.store.executor.step, erased.counts)
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
            why = {f"{WHY}{reason}": number for reason, number in failed.items()}
            work.privacy.count(self.request.number, {FAILED: sum(failed.values())} | why)
        return more

    def _tell(self, work: UnitOfWork) -> bool:
        """The receipt, and after it the last of what we know: whom to send it to. False if something new came."""
        request = self._now(work)
        if request.stage is Stage.TOLD:
            return True
        if work.privacy.residue(request, thorough=False) or unsettled(work.privacy.steps(request.number)):
            return False
        left = [] if self.rest else defer(self.who, work)
        work.privacy.save(request.to(Stage.TOLD))
        work.privacy.end_step(request.number, Step.RECEIPT, StepState.DONE)
        if work.privacy.silence(self.who).told([request]):  # else they had the receipt of all of theirs
            self._post_receipt(request, left, work)
        give_work(request, "sweep", work)
        return True

    def _post_receipt(self, request: Request, left: Sequence[int], work: UnitOfWork) -> None:
        key = f"privacy:{request.number}:receipt"
        with reading((self.language, *languages_alone(self.who, work))):
            receipt = Direct(key, self.who.platform, request.room, self.who, views.receipt(request, left))
        work.outbox.post(receipt, about=request.nobody)

    def _now(self, work: UnitOfWork) -> Request:
        """The request as it stands; others may have written to it."""
        return work.privacy.request(self.request.number) or self.request


async def sweep(store: Store, tombstones: Tombstones, request: Request, now: datetime) -> None:
    """After the receipt: forget the address, too. Raises `TryLater` while its traces cannot be overwritten."""
    if request.stage is not Stage.TOLD:
        return
    if (
        request.who != request.nobody and request.asked is not Asked.REST
    ):  # a crash may have come between the receipt and this
        await lay(request.who, State.DONE, tombstones, store)
    executor = Executor(store, request.who, request.number)
    try:
        await sweep_under(executor, request, now)
    except Exception as error:
        await executor.stop(error)
        raise


async def sweep_under(executor: Executor, request: Request, now: datetime) -> None:
    await executor.begin(Step.ADDRESS)
    while not await executor.write(lambda work: work.privacy.sweep(request, CHUNK)):
        pass
    if not await executor.store.scrub():
        raise TryLater(1, "a reader holds old pages")
    await executor.write(partial(_close, request, now))


def _close(request: Request, now: datetime, work: UnitOfWork) -> None:
    """Raises `ValueError` for one of which a step is not done: nothing leads from there to a closed request."""
    work.privacy.end_step(request.number, Step.ADDRESS, StepState.DONE)
    strides = work.privacy.steps(request.number)
    begun = [each.step for each in strides]
    told_before_steps = Step.TOMBSTONE not in begun  # by a version that did not write them down
    if left := unsettled(strides, begun if told_before_steps else tuple(Step)):
        raise ValueError(f"an erasure of which {left[0]} is not done cannot be closed")
    work.privacy.save(request.to(Stage.DONE, who=request.nobody, done_at=now))


async def lay(who: UserRef, state: State, tombstones: Tombstones, store: Store) -> None:
    """First the tombstone, then the mark that says that this database has it: a crash in between repeats that one.
    What is there already was perhaps laid by another process."""
    await asyncio.to_thread(tombstones.refresh)
    stone = tombstones.gate.stone(who)
    if stone is None or stone.state is not state:
        now = await store.read(lambda work: work.now)
        stone = await asyncio.to_thread(tombstones.lay, who, ERASURE, state, now, now)
    seq = stone.seq
    await store.write(lambda work: work.privacy.set_mark(tombstones.id, seq))


class Fenced:
    """A store in which an executor writes only while it is the one."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self.plain, self.executor = store, executor

    async def write(self, job: Job[T]) -> T:
        return await self.executor.write(job)

    async def read(self, job: Job[T]) -> T:
        return await self.plain.read(job)


def _blanked(copy: Copy, work: UnitOfWork) -> Rewrite | Remove:
    if copy.ticket is None:
        return Remove(copy.key, copy.platform, copy.room)
    ticket = work.tickets.get(copy.ticket)
    desk = work.desks.get(ticket.desk) if ticket else None
    with reading(desk.settings.language if desk else ()):
        return Rewrite(copy.key, copy.platform, copy.room, views.blank_card(ticket.number if ticket else 0))


def _blobs(request: Request, after: Any, work: UnitOfWork) -> tuple[Sequence[str], Any]:
    return work.privacy.blobs(request, after, CHUNK)


def _hand_over(keys: Sequence[str], ghost: UserRef, work: UnitOfWork) -> None:
    work.privacy.hand_over(keys, ghost)


def _save(request: Request, work: UnitOfWork) -> None:
    work.privacy.save(request)
