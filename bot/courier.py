"""What goes out: the courier takes effects from the outbox and has the platforms deliver them.

Effects of one room go out in order, rooms side by side, and no transaction is open while a platform is
talked to. A crash between a delivery and its `done` repeats it with the same token.

Where several processes deliver, each room's next effect is in the hands of one of them. One that was silent for too
long delivers nothing more of what it had in hand, and what it still says of it is not written down.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.effects import Rewrite, Seek
from bot.ports import Chat, Gone, Job, Pending, Refused, Spot, Store, T, TryLater, UnitOfWork, Unsure
from bot.privacy.model import NOBODY
from bot.process.peers import Alone, Peers, delivering
from bot.router import Router

log = logging.getLogger(__name__)
AT_ONCE = 64  # deliveries, each of another room
LONGEST_PAUSE = 60.0  # seconds between two tries of one effect
TRIES_WHILE_AWAY = 1500  # about a day of them, before an effect is given up because its platform stays away
TRIES_AFTER_BUGS = 8
MANY = 32  # jobs of others that wait for the database; then posts give way
GIVEN_WAY = 25  # times a hundredth of a second, at most: posts may be late, but not too late
MOMENTS = 2  # milliseconds between two posts while people wait
HURRY = 48  # posts in hand or due; then they wait no more
TAKEN = "another process has taken over an effect; what became of it here is not written down"
IDLE = 5.0  # seconds between looks at the outbox when nobody says that something was posted


class Courier:
    """`chats` are those that are connected; effects for other platforms wait."""

    def __init__(self, router: Router, store: Store, chats: Mapping[str, Chat], now: Callable[[], datetime]) -> None:
        self.router = router
        self.store = store
        self.chats = chats
        self.now = now
        self.peers: Peers = Alone()
        self.busy: dict[int, asyncio.Task[None]] = {}
        self.bugs = Counter[int]()  # of an effect; waits for its platform, which may be many, are none
        self.doubts = False  # until the first look; where there are others, it is known who had what in hand
        self.more = False  # may be due than is in hand
        self.hurried = False
        self.settling = 0  # how many wait until nothing is
        self.news = asyncio.Event()
        self.idle = asyncio.Event()

    def posted(self) -> None:
        """There may be something to deliver."""
        self.idle.clear()
        self.news.set()

    async def run(self) -> None:
        """Deliver for ever. A database that fails is tried again; nothing is lost meanwhile."""
        try:
            self.doubts = self.peers.alone
            while True:
                await self._step()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self.busy.values(), return_exceptions=True)

    async def settle(self) -> None:
        """Wait until all that may be delivered now is delivered. `run` must be running."""
        self.settling += 1
        try:
            self.posted()
            await self.idle.wait()
        finally:
            self.settling -= 1

    async def finish(self, patience: float) -> bool:
        """Wait until nothing waits any more, postponed effects included; false when `patience` (seconds) ran out."""
        end = asyncio.get_running_loop().time() + patience
        while True:
            await self.settle()
            due = await self.store.read(lambda work: work.outbox.next_due(tuple(self.chats)))
            if due is None:
                return True
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await asyncio.sleep(min(left, max(0.01, (due - self.now()).total_seconds())))

    async def drain(self) -> int:
        """Deliver what is due now, one effect of each room. Returns how many were tried. For tests and tools."""
        due = await self._due()
        await asyncio.gather(*map(self._deliver, due))
        return len(due)

    async def _give_way(self) -> None:
        """What comes together is looked for together: a look costs more than what it finds. And what people say is
        stored before what they are told is posted: their platform waits for it, and gives up."""
        for _ in range(GIVEN_WAY):
            if self.store.waiting - len(self.busy) < MANY:
                return
            await asyncio.sleep(0.01)

    async def _let_pass(self) -> None:
        """Between any two posts whatever else is ready comes first, and what people say has a moment more, unless so
        much is to be posted that it would be late."""
        await asyncio.sleep(0)
        for _ in range(MOMENTS):
            if self.hurried or not self.store.pressed:
                return
            await asyncio.sleep(0.001)

    async def _step(self) -> None:
        self.news.clear()
        await self._give_way()
        try:
            due = await self._due() if len(self.busy) < AT_ONCE else []
            self.more = len(due) + len(self.busy) >= AT_ONCE
            self.hurried = len(due) + len(self.busy) >= HURRY
        except Exception:
            log.exception("the outbox cannot be read")
            return await asyncio.sleep(1)
        if self.more:
            self.peers.tell()
        for row in due:
            self.busy[row.id] = asyncio.create_task(self._carry(row))
            await self._let_pass()
        if due:
            return None
        if not self.busy and not self.news.is_set():
            self.idle.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE):  # `wait_for` can swallow a cancellation on Python 3.11
                await self.news.wait()
        return None

    async def _due(self) -> list[Pending]:
        """A short look, where the writing is done: the way to a reader costs more than it."""
        limit, busy, platforms = AT_ONCE - len(self.busy), tuple(self.busy), tuple(self.chats)

        def look(work: UnitOfWork) -> Sequence[Pending]:
            if self.doubts:
                work.outbox.doubt()
            return work.outbox.due(self.now(), limit, platforms, busy)

        found = list(await self.store.write(look, patient=True))
        self.doubts = False
        return found

    async def _carry(self, row: Pending) -> None:
        """A look at the outbox costs as much as a post, so it is made only where it may find something."""
        found = True
        try:
            found = await self._deliver(row)
        finally:
            del self.busy[row.id]
            if found or self.more or self.settling:
                self.news.set()

    async def _deliver(self, row: Pending) -> bool:
        """Returns whether its room has something else to be delivered, or may have."""
        try:
            with delivering(lambda: self.peers.sure(row.holder), doubtful=row.doubtful):
                spot = await self.chats[row.effect.platform].deliver(row.effect, row.at, f"outbox-{row.id}")
        except Refused as error:
            if isinstance(error, Gone) and _wants_it_gone(row):
                return await self._note(lambda work: self._done(row, None, work)) is not False
            await self._bury(row, error.reason, unsure=row.doubtful)
        except TryLater as error:
            await self._postpone(row, error.reason, error.seconds, unsure=row.doubtful or isinstance(error, Unsure))
        except Exception as error:  # a bug in one delivery must not stop every other ticket
            log.exception("delivery failed", extra={"effect": row.id})
            self.bugs[row.id] += 1
            if self.bugs[row.id] >= TRIES_AFTER_BUGS:
                await self._bury(row, type(error).__name__, unsure=True)
            else:
                await self._postpone(row, type(error).__name__, unsure=True)
        else:
            self.bugs.pop(row.id, None)
            return await self._note(lambda work: self._done(row, spot, work)) is not False
        return True

    def _done(self, row: Pending, spot: Spot | None, work: UnitOfWork) -> bool:
        if not work.outbox.done(row, spot):
            log.warning(TAKEN, extra={"effect": row.id})
            return True
        for listener in self.router.delivered:
            listener(row.effect, work)
        return work.outbox.news

    def _failed(self, row: Pending, reason: str, unsure: bool, work: UnitOfWork) -> None:
        if not work.outbox.ours(row):
            return log.warning(TAKEN, extra={"effect": row.id})
        work.outbox.bury(row.id, str(reason), unsure=unsure)
        for listener in self.router.failed:
            listener(row, reason, work)
        return None

    async def _postpone(self, row: Pending, reason: str, least: float = 0.0, *, unsure: bool) -> None:
        """For `least` seconds, and longer from try to try."""
        if row.attempts + 1 >= TRIES_WHILE_AWAY:
            await self._bury(row, reason, unsure=unsure)
        else:
            until = self.now() + timedelta(seconds=max(least, min(LONGEST_PAUSE, 2.0**row.attempts)))
            await self._note(lambda work: self._later(row, until, str(reason), unsure, work))

    @staticmethod
    def _later(row: Pending, until: datetime, reason: str, unsure: bool, work: UnitOfWork) -> None:
        if not work.outbox.ours(row):
            return log.warning(TAKEN, extra={"effect": row.id})
        return work.outbox.postpone(row.id, until, reason, unsure=unsure)

    async def _bury(self, row: Pending, reason: str, *, unsure: bool) -> None:
        self.bugs.pop(row.id, None)
        log.error("an effect is given up", extra={"effect": row.id, "kind": row.effect.kind})
        await self._note(lambda work: self._failed(row, reason, unsure, work))

    async def _note(self, job: Job[T]) -> T | None:
        """Write down what became of a delivery, patiently: a repeated write is better than a repeated post."""
        for pause in (0.1, 1, 5, 25):
            try:
                return await self.store.write(job, patient=True)
            except Exception:
                log.exception("the outcome of a delivery cannot be stored")
                await asyncio.sleep(pause)
        return None


def _wants_it_gone(row: Pending) -> bool:
    """Whether nothing is left to do where it is not there any more: it was to be erased, or found for that."""
    return isinstance(row.effect, Seek) or (row.about.platform == NOBODY.platform and isinstance(row.effect, Rewrite))
