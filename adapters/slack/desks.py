"""What the Slack side has to know of the desks. The composition root answers from the database."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.inbound import Place
from bot.message import UserRef


async def _nothing() -> Sequence[str]:
    return ()


async def _nowhere(place: Place) -> bool:
    return False


async def _no_places() -> Sequence[Place]:
    return ()


async def _none() -> int:
    return 0


async def _never() -> datetime | None:
    return None


async def _first(key: str) -> bool:
    return True


async def _nothing_heard(place: Place) -> Sequence[tuple[Place, UserRef]]:
    return ()


async def _unnoted(until: datetime) -> None:
    """There is no database to note it in."""


@dataclass(frozen=True)
class Desks:
    """`groups` are the user groups that desks list, as principals. `is_room` says whether a thread belongs to a ticket.
    `is_channel` says whether it is a channel of a desk. `newest_effect` is the number of the newest effect there is.
    `rooms` are the channels that desks take in from and the threads of open tickets; `is_known` says whether a message
    is stored; `read_until` and `raise_read_until` keep the moment until which everything was taken in, `compared_until`
    and `raise_compared_until` the one until which every change was. `heard` is what is stored of a conversation, after
    the message at that place: where each was said and by whom. `once` says whether this is the first time it is asked
    for a key.
    """

    groups: Callable[[], Awaitable[Sequence[str]]] = _nothing
    is_room: Callable[[Place], Awaitable[bool]] = _nowhere
    is_channel: Callable[[Place], Awaitable[bool]] = _nowhere
    newest_effect: Callable[[], Awaitable[int]] = _none
    rooms: Callable[[], Awaitable[Sequence[Place]]] = _no_places
    is_known: Callable[[Place], Awaitable[bool]] = _nowhere
    read_until: Callable[[], Awaitable[datetime | None]] = _never
    raise_read_until: Callable[[datetime], Awaitable[None]] = _unnoted
    compared_until: Callable[[], Awaitable[datetime | None]] = _never
    raise_compared_until: Callable[[datetime], Awaitable[None]] = _unnoted
    heard: Callable[[Place], Awaitable[Sequence[tuple[Place, UserRef]]]] = _nothing_heard
    once: Callable[[str], Awaitable[bool]] = _first
