"""Discord's refusals as the core's: what will never work is `Refused`, in words for agents; the rest is `TryLater`."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import aiohttp
import discord

from adapters.discord import words
from bot.ports import Gone, Limited, Refused, TryLater, Unsure

ARCHIVED = 50083
THREAD_EXISTS = 160004
UNKNOWN_CHANNEL = 10003
NO_SUCH = frozenset({UNKNOWN_CHANNEL, 10008})  # channel, message
CLOSED_DMS = frozenset({50007, 50278})
NO_PERMISSION = frozenset({50013})
TOO_MANY_THREADS = 160006
NO_THREAD = frozenset({TOO_MANY_THREADS, 50001, *NO_PERMISSION})
TOO_LARGE = 40005
REASONS = {
    10003: words.CHANNEL_GONE,
    10008: words.MESSAGE_GONE,
    30033: words.TOO_MANY_IN_THREAD,
    50001: words.NOT_SEEN,
    TOO_MANY_THREADS: words.TOO_MANY_THREADS,
} | dict.fromkeys(CLOSED_DMS, words.DMS_CLOSED)
EDITS_OF_OLD = 30046  # too many edits of messages older than an hour
PAUSE_FOR_OLD = 600.0  # seconds
INVALID = frozenset({401, 403, 429})
WINDOW = 600.0  # seconds in which Discord counts invalid requests; at 10,000 it shuts the address out
MOST_INVALID = 5000


class Refusals:
    """Counts invalid requests, so that no mistake of ours ever comes near Discord's limit."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.times: deque[float] = deque()
        self.locked_out = False

    def note(self, status: int) -> None:
        if status in INVALID:
            self.times.append(self.clock())
        self.locked_out = self.locked_out or status == 401

    def check(self) -> None:
        """Raises `TryLater` where another request could only do harm."""
        while self.times and self.clock() - self.times[0] > WINDOW:
            self.times.popleft()
        if self.locked_out:
            raise TryLater(60, words.TOKEN_REFUSED)
        if len(self.times) >= MOST_INVALID:
            raise TryLater(60, words.TOO_MANY_REFUSALS)


@contextmanager
def translated(refusals: Refusals, lacking: Callable[[], str]) -> Iterator[None]:
    """Raises `Refused` or `TryLater` for what discord.py raises. `lacking` names the permissions that are missing."""
    try:
        yield
    except discord.RateLimited as error:
        refusals.note(429)
        raise Limited(error.retry_after, words.BUSY) from error
    except discord.HTTPException as error:
        refusals.note(error.status)
        raise _translated(error, lacking) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Unsure(reason=words.AWAY) from error


def _translated(error: discord.HTTPException, lacking: Callable[[], str]) -> Exception:
    if error.status == 401:
        return TryLater(60, words.TOKEN_REFUSED)
    if error.code == EDITS_OF_OLD:
        return Limited(PAUSE_FOR_OLD, words.BUSY)
    if error.status == 429:
        return Limited(reason=words.BUSY)
    if error.status >= 500:
        return Unsure(reason=words.AWAY)
    return (Gone if error.code in NO_SUCH else Refused)(reason(error, lacking))


def for_good(error: discord.HTTPException) -> bool:
    """Whether another attempt would get the same answer."""
    return 400 <= error.status < 500 and error.status not in (401, 429)


def reason(error: discord.HTTPException, lacking: Callable[[], str]) -> str:
    """Why Discord refuses, in words for agents."""
    if error.code in NO_PERMISSION:
        return words.lacks(lacking())
    return REASONS.get(error.code) or words.refused(error.code or error.status)
