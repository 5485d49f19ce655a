"""A short life at the desk, and its end while a platform answers badly. What is common to the platforms."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import courier
from bot.privacy.model import Asked, Request
from bot.privacy.model import Stage as Stages
from bot.process.running import Running
from tests.canaries.looking import rows, text_of
from tests.canaries.stage import Stage

TOLD, LEFT = "Your data is deleted", "that the platform did not let us take back"
PATIENCE = 60  # seconds for anything to happen


class Hurried:
    """The courier waits for nothing: when all that is left is to be tried later, it is later."""

    def __init__(self, running: Running) -> None:
        self.courier, self.ahead = running.courier, timedelta()
        self.clock = running.courier.now
        running.courier.now = self.now

    def now(self) -> datetime:
        return self.clock() + self.ahead

    async def on(self) -> None:
        """Deliver what may be delivered, and go to when the next is due."""
        await self.courier.settle()
        due = await self.courier.store.read(lambda work: work.outbox.next_due(tuple(self.courier.chats)))
        if due is not None:
            self.ahead += max(timedelta(), due - self.now())


@dataclass
class Leaving:
    """A customer who has a ticket, and whose data is being erased."""

    stage: Stage
    hurried: Hurried
    user: Any
    word: str
    number: int = 0

    async def live(self) -> None:
        stage = self.stage
        await stage.says(self.user, f"{self.word} words", files=[(f"{self.word}.txt", self.word.encode())])
        ref = stage.ref(self.user)
        [ticket] = await stage.running.store.read(lambda work: work.tickets.open_of(ref))
        await stage.notes(ticket.number, f"!r {self.word} answered")
        assert len(self.shown()) >= 3, "or nothing would have to be taken back"

    async def ask_first(self) -> None:
        await self.stage.types(self.user, "/mydata delete")
        self.number = (await self._requests())[0].number

    async def says_what_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is there, and every answer is lost until nobody tries any more. To be called while answers are lost."""
        monkeypatch.setattr(courier, "TRIES_WHILE_AWAY", 3)
        await self.stage.says(self.user, f"{self.word} given up")
        store = self.stage.running.store
        async with asyncio.timeout(PATIENCE):
            while not await store.read(lambda work: work.outbox.dead(1)):
                await self.hurried.on()

    async def confirm(self) -> None:
        await self.stage.presses(self.user, "Delete all of it")

    async def goes_without_a_trace(self) -> None:
        await self.confirm()
        await self.ends()
        assert self.shown() == []
        assert LEFT not in self.told()
        assert self.held() == []

    async def goes_on(self, until: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not until():
                await self.hurried.on()

    async def ends(self) -> Request:
        """The request, when it is over."""
        async with asyncio.timeout(PATIENCE):
            while (request := await self.request()).stage is not Stages.DONE:
                await self.hurried.on()
        return request

    def told(self) -> str:
        """The receipt, if they have it."""
        return "\n".join(text for text in self.stage.sees(self.user) if TOLD in text)

    def shown(self) -> list[str]:
        """Where a word of theirs stands in a post of ours."""
        return [where for where, what in self.stage.ours() if self.word in text_of(what)]

    def held(self) -> list[str]:
        """Rows that say something of theirs or lead to them; what an agent answered stays."""
        words = f"{self.word} words", f"{self.word}.txt", self.stage.ref(self.user).id
        return [name for name, row in rows(self.stage).items() if any(word in row for word in words)]

    async def request(self) -> Request:
        found = await self.stage.running.store.read(lambda work: work.privacy.request(self.number))
        assert found is not None
        return found

    async def _requests(self) -> Any:
        ref = self.stage.ref(self.user)
        return await self.stage.running.store.read(lambda work: work.privacy.requests_of(ref, Asked.ERASURE))
