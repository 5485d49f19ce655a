"""Whoever wants to see what the bot does is put around a platform: what comes in passes, and what goes out.

The core knows nothing of it. With no observer there is nothing around a platform, and nothing to pay.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Protocol

from bot.effects import Effect
from bot.inbound import Event
from bot.ports import Chat, Connected, Handle, Reply, Spot

log = logging.getLogger(__name__)


class Observer(Protocol):
    """Sees what is done and what comes of it; what is raised inside passes through. It keeps no word of anybody."""

    def handling(self, event: Event) -> AbstractContextManager[object]: ...
    def delivering(self, effect: Effect, token: str) -> AbstractContextManager[object]: ...


class ObservedChat:
    """A chat, and somebody who sees its events handled and its effects delivered."""

    def __init__(self, chat: Chat, observer: Observer) -> None:
        self.chat = chat
        self.observer = observer
        self.platform = chat.platform

    async def run(self, handle: Handle) -> None:
        async def observed(event: Event) -> Reply:
            with self.observer.handling(event):
                return await handle(event)

        await self.chat.run(observed)

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        with self.observer.delivering(effect, token):
            return await self.chat.deliver(effect, at, token)

    async def is_connected(self) -> bool:
        return not isinstance(self.chat, Connected) or await self.chat.is_connected()


def can_be_away(chat: Chat) -> bool:
    """Whether it has a connection that it could lose; our own clerk, say, has none."""
    while isinstance(chat, ObservedChat):
        chat = chat.chat
    return isinstance(chat, Connected)


class Chronicle:
    """A line at DEBUG for every event and every delivery, by ids."""

    @contextmanager
    def handling(self, event: Event) -> Iterator[None]:
        began, extra = perf_counter(), {"event": event.recorded, "kind": type(event).__name__}
        yield
        log.debug("event handled", extra=extra | {"ms": round(1000 * (perf_counter() - began), 1)})

    @contextmanager
    def delivering(self, effect: Effect, token: str) -> Iterator[None]:
        began, extra = perf_counter(), {"effect": token, "kind": effect.kind, "platform": effect.platform}
        if ticket := ticket_in(effect.room):
            extra["ticket"] = ticket
        try:
            yield
        except Exception as error:
            log.debug("not delivered", extra=extra | {"why": f"{type(error).__module__}.{type(error).__name__}"})
            raise
        log.debug("delivered", extra=extra | {"ms": round(1000 * (perf_counter() - began), 1)})


def ticket_in(room: str) -> str:
    """The id in the name of a ticket's room; empty for any other room, which may be named after a person."""
    kind, _, rest = room.partition(":")
    id = rest.partition(":")[0]
    return id if kind == "ticket" and id.isdecimal() else ""
