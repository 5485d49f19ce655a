"""What the Discord side has to know of the desks when it was away. The composition root answers from the database."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.inbound import Place
from bot.message import UserRef
from bot.ports import Spot


async def _nothing_heard(after: Place) -> Sequence[tuple[Place, UserRef]]:
    return ()


async def _nobody() -> Sequence[UserRef]:
    return ()


async def _no_visitors() -> Sequence[tuple[UserRef, Spot]]:
    return ()


@dataclass(frozen=True)
class Memory:
    """`heard` is what is stored of a conversation, after the message at that place: where each was said and by whom.
    `acquaintances` are those who had to do with a desk lately, `visitors` customers whose ticket goes on in a thread,
    and where that is.
    """

    heard: Callable[[Place], Awaitable[Sequence[tuple[Place, UserRef]]]] = _nothing_heard
    acquaintances: Callable[[], Awaitable[Sequence[UserRef]]] = _nobody
    visitors: Callable[[], Awaitable[Sequence[tuple[UserRef, Spot]]]] = _no_visitors


NO_MEMORY = Memory()
