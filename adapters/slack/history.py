"""Slack's history, read at whatever speed Slack allows: 50 requests a minute, or one with 15 messages.

A page that Slack does not give now is asked for again until it does, so what is read has no gaps.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from adapters.slack.api import Api, Json
from bot.ports import TryLater

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[Any]]
PAGE = 100


class Room(NamedTuple):
    """A conversation, or a thread in one."""

    channel: str
    thread: str = ""


class Stretch(NamedTuple):
    """All that is in a room between two moments, both included, the oldest first."""

    messages: list[Json]
    first: float
    last: float


class History:
    def __init__(self, api: Api, sleep: Sleep = asyncio.sleep) -> None:
        self.api = api
        self.sleep = sleep

    async def stretch(self, room: Room, oldest: float, pages: int = 0) -> Stretch:
        """All since `oldest`; with `pages`, what so many pages hold of it. Raises `SlackRefused`."""
        found: list[Json] = []
        read, whole = 0, False
        async for page, last in self._pages(room, oldest):
            found += page
            read += 1
            whole = last
            if read == pages:
                break
        found = sorted(found, key=_moment)
        if whole or not found:
            return Stretch(found, oldest, float("inf"))
        # A channel is read from its newest message back, a thread from its oldest on.
        return Stretch(found, oldest, _moment(found[-1])) if room.thread else Stretch(found, _moment(found[0]), 1e99)

    async def has(self, room: Room, ts: str) -> bool:
        """Whether this one message is still there. Raises `SlackRefused`."""
        args: Json = {"oldest": ts, "latest": ts, "inclusive": True, "limit": 5}
        method = "conversations.history"
        if room.thread:
            method, args = "conversations.replies", args | {"ts": room.thread}
        answer = await self.steadily(lambda: self.api.call(method, room.channel, **args))
        there = [message for message in answer.get("messages") or () if message.get("ts") == ts]
        return bool(there) and not is_tombstone(there[0])

    async def directs(self) -> AsyncIterator[str]:
        """The conversations that people have with the bot."""
        args: Json = {"types": "im", "limit": 500}
        while True:
            answer = await self.steadily(lambda: self.api.call("users.conversations", **args))
            for channel in answer.get("channels") or ():
                yield str(channel["id"])
            args["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not args["cursor"]:
                return

    async def steadily(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await call()
            except TryLater as error:
                await self.sleep(error.seconds)

    async def _pages(self, room: Room, oldest: float) -> AsyncIterator[tuple[list[Json], bool]]:
        """Each page, and whether it is the last."""
        args: Json = {"oldest": f"{oldest:.6f}", "limit": PAGE}
        method = "conversations.history"
        if room.thread:
            method, args = "conversations.replies", args | {"ts": room.thread}
        while True:
            answer = await self.steadily(lambda: self.api.call(method, room.channel, **args))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            yield list(answer.get("messages") or ()), not cursor
            if not cursor:
                return
            args["cursor"] = cursor


def is_tombstone(message: Json) -> bool:
    """Slack leaves one where others have answered what was deleted."""
    return message.get("subtype") == "tombstone"


def _moment(message: Json) -> float:
    return float(message["ts"])
