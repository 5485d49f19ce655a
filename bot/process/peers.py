"""Several processes on one database: who has what in hand, and whether a delivery is still ours to make."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from bot.ports import TryLater, UnitOfWork

TAKEN_OVER = "another process has taken it over"


@dataclass(frozen=True, slots=True)
class Lease:
    """Something that one process at a time does. `token` grows with each process that has it."""

    name: str
    holder: str
    token: int


class Peers(Protocol):
    """This process among those on the same database."""

    alone: bool  # whether there can be no other

    @property
    def sharing(self) -> int:
        """How many processes there are, this one included."""

    def sure(self, holder: str) -> bool:
        """Whether what this process took under that name is surely still its own."""

    def tell(self) -> None:
        """There is more to deliver than this process does: let the others look."""

    def say(self, topic: str, *words: str) -> None:
        """Let the others know, those that listen just now."""

    def hear(self, topic: str, listener: Callable[..., None]) -> None:
        """Call it with the words that another process says on this topic."""

    async def hold(self, name: str) -> Lease | None:
        """Have it, or None if another process does. It is ours while we are `sure` of its holder."""

    async def release(self, lease: Lease) -> None: ...

    async def held(self, beginning: str) -> Sequence[str]:
        """What processes that are alive have, of what is called so."""

    def holds(self, lease: Lease, work: UnitOfWork) -> bool:
        """Whether it is ours until this transaction ends: what is written then was written by whoever may."""

    async def leave(self) -> None:
        """Let others have all of it at once."""


class Alone:
    """There is no other process."""

    alone = True
    sharing = 1

    def sure(self, holder: str) -> bool:
        return True

    def tell(self) -> None: ...

    def say(self, topic: str, *words: str) -> None: ...

    def hear(self, topic: str, listener: Callable[..., None]) -> None: ...

    async def hold(self, name: str) -> Lease | None:
        return Lease(name, "", 0)

    async def release(self, lease: Lease) -> None: ...

    async def held(self, beginning: str) -> Sequence[str]:
        return ()

    def holds(self, lease: Lease, work: UnitOfWork) -> bool:
        return True

    async def leave(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Delivery:
    ours: Callable[[], bool]
    doubtful: bool


_current: ContextVar[_Delivery | None] = ContextVar("delivery", default=None)


@contextmanager
def delivering(ours: Callable[[], bool], *, doubtful: bool) -> Iterator[None]:
    """What is said to a platform in here is one delivery. `doubtful`: somebody may have made it already."""
    before = _current.set(_Delivery(ours, doubtful))
    try:
        yield
    finally:
        _current.reset(before)


def still_ours() -> None:
    """To be called right before a platform is told something. Raises `TryLater` where another process may do so."""
    delivery = _current.get()
    if delivery is not None and not delivery.ours():
        raise TryLater(0.0, TAKEN_OVER)


def doubtful() -> bool:
    """Whether what is being delivered may be there already, because a process that had it in hand is gone."""
    delivery = _current.get()
    return delivery is not None and delivery.doubtful
