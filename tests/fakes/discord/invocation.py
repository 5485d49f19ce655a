"""One thing a person did with the bot: its token, its answers, its form."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from .bits import LOADING
from .model import JSON, Channel, Message, User

FIRST_ANSWER = 3.0
TOKEN_LIFE = 900.0

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: {SAY, DEFER, FORM},
    COMPONENT: {SAY, DEFER, DEFER_UPDATE, UPDATE, FORM},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {SAY, DEFER, DEFER_UPDATE, UPDATE},
}


@dataclass(eq=False)
class Invocation:
    """One thing a person did, and everything the bot answered to it."""

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    data: JSON
    at: float
    source: Message | None = None
    "The message whose button or menu it was."
    opened_by: Invocation | None = None
    "For a submitted form: what opened it."
    answer: int | None = None
    "The type of the first answer: 4 say, 5 defer, 6 defer update, 7 update, 8 choices, 9 form."
    answered_at: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: JSON | None = None
    edits: int = 0
    choices: list[JSON] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    @property
    def owners(self) -> JSON:
        """Which installation let the person use it."""
        return {"0": str(self.channel.guild_id or 0)}

    @property
    def deferred(self) -> bool:
        return self.original is not None and bool(self.original.flags & LOADING)

    @property
    def messages(self) -> list[Message]:
        """Everything said, 'thinking…' and deleted messages left out."""
        said = ([self.original] if self.original and not self.deferred else []) + self.followups
        return [m for m in said if not m.deleted]

    async def answered(self, within: float = 20.0) -> Invocation:
        """Waits for the first answer. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while self.answer is None:
                await self.changed.wait()
        return self

    async def finished(self, within: float = 20.0) -> Invocation:
        """Waits until something is to be seen: a message, a form, choices, or a changed message."""
        async with asyncio.timeout(within):
            while self._open():
                await self.changed.wait()
        return self

    def _open(self) -> bool:
        silent = self.answer == DEFER_UPDATE and not self.followups and not self.edits
        return self.answer is None or self.deferred or silent
