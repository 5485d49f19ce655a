"""An erasure goes in steps, each a row: what it did, how often it was begun, who is at it, and why it stopped.

    tombstone ─► tickets ─► exports ─► outbox ─► files ─► quotes ─► content ─► posts
              ─► names ─► verify ─► disk ─► receipt ─► address

One executor at a time: whoever begins has a lease and a number (`fence`). When the lease runs out, another one may take
over with a higher number, and from then on nothing that the first one does is committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.message import UserRef
from bot.ports import Job, Store, T, TryLater, UnitOfWork

LEASE = timedelta(minutes=2)  # longer than any single transaction; renewed by each


class Step(StrEnum):
    """TOMBSTONE: no backup, no replay brings them back. TICKETS are closed or given back, EXPORTS deleted, what waits
    in the OUTBOX is called off, FILES go, QUOTES of theirs in what others wrote, then CONTENT with its links. POSTS are
    taken back on the platform, NAMES and places forgotten. VERIFY: nothing is found any more; DISK: nor in the
    database's files. Then the RECEIPT, and last the ADDRESS it went to."""

    TOMBSTONE = "tombstone"
    TICKETS = "tickets"
    EXPORTS = "exports"
    OUTBOX = "outbox"
    FILES = "files"
    QUOTES = "quotes"
    CONTENT = "content"
    POSTS = "posts"
    NAMES = "names"
    VERIFY = "verify"
    DISK = "disk"
    RECEIPT = "receipt"
    ADDRESS = "address"


class StepState(StrEnum):
    """SKIPPED has its reason in `error`; WAITING stopped for others, FAILED by a mistake. Both are tried again."""

    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"
    SKIPPED = "skipped"


STEPS = tuple(map(str, Step))
BEFORE_RECEIPT = tuple(Step)[: tuple(Step).index(Step.RECEIPT)]


@dataclass(frozen=True, slots=True)
class Stride:
    """A step of an erasure as it stands. `error` is a code. Where it goes on nobody writes down: with what is left."""

    step: Step
    state: StepState
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""


def unsettled(strides: Iterable[Stride], steps: Sequence[Step] = BEFORE_RECEIPT) -> list[Step]:
    """Those of `steps` that keep a request from being closed: not done, and not skipped for a reason."""
    settled = {
        each.step
        for each in strides
        if each.state is StepState.DONE or (each.state is StepState.SKIPPED and each.error)
    }
    return [step for step in steps if step not in settled]


class AtWork(TryLater):
    """Somebody else carries out this request, or was cut off less than a lease ago."""


class Executor:
    """Whoever carries out one request. `fence` is the number of this one; 0 before it began."""

    def __init__(self, store: Store, who: UserRef, request: int) -> None:
        self.store, self.who, self.request = store, who, request
        self.fence, self.step = 0, Step.TOMBSTONE
        self.ends_as = (StepState.DONE, "")

    async def begin(self, step: Step) -> None:
        """The step before it is done. Raises `AtWork` while another executor is at this request."""
        self.fence = await self.store.write(lambda work: self._begin(step, work))
        self.step, self.ends_as = step, (StepState.DONE, "")

    def _begin(self, step: Step, work: UnitOfWork) -> int:
        until = work.now + LEASE
        if self.fence:
            self._guard(work)
            if step is not self.step:
                work.privacy.end_step(self.request, self.step, *self.ends_as)
            work.privacy.begin_step(self.request, step, self.fence, until)
            return self.fence
        work.privacy.alone(self.who)
        strides = work.privacy.steps(self.request, alone=True)
        busy = [each.lease_until for each in strides if each.lease_until is not None]
        if busy and max(busy) > work.now:
            raise AtWork(max(1.0, (max(busy) - work.now).total_seconds()), "somebody else is at it")
        fence = max((each.fence for each in strides), default=0) + 1
        work.privacy.begin_step(self.request, step, fence, until)
        return fence

    async def skip(self, step: Step, reason: str) -> None:
        """`reason` is a code."""
        await self.begin(step)
        self.ends_as = (StepState.SKIPPED, reason)

    async def write(self, job: Job[T]) -> T:
        """Committed only while nobody else took over. Raises `AtWork` if somebody did."""

        def fenced(work: UnitOfWork) -> T:
            self._guard(work)
            return job(work)

        return await self.store.write(fenced)

    def _guard(self, work: UnitOfWork) -> None:
        if not work.privacy.renew_lease(self.request, self.step, self.fence, work.now + LEASE):
            raise AtWork(1, "somebody else took over")

    async def stop(self, error: Exception) -> None:
        """It goes on later, here or elsewhere."""
        if self.fence:
            waits = isinstance(error, TryLater)
            state = StepState.WAITING if waits else StepState.FAILED
            await self.write(lambda work: work.privacy.end_step(self.request, self.step, state, type(error).__name__))

    def done(self, work: UnitOfWork) -> None:
        """In the transaction that is the step."""
        self._guard(work)
        work.privacy.end_step(self.request, self.step, StepState.DONE)
