"""What the Slack side has to know of the desks. The composition root answers from the database."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.inbound import Place


async def _nothing() -> Sequence[str]:
    return ()


async def _nowhere(place: Place) -> bool:
    return False


async def _none() -> int:
    return 0


@dataclass(frozen=True)
class Desks:
    """`groups` are the user groups that desks list, as principals. `is_room` says whether a thread belongs to a ticket.
    `is_channel` says whether it is a channel of a desk. `newest_effect` is the number of the newest effect there is.
    """

    groups: Callable[[], Awaitable[Sequence[str]]] = _nothing
    is_room: Callable[[Place], Awaitable[bool]] = _nowhere
    is_channel: Callable[[Place], Awaitable[bool]] = _nowhere
    newest_effect: Callable[[], Awaitable[int]] = _none
