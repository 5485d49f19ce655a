"""Chat platforms that deliver events late, twice or not at once, and take posts the same way."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.effects import Direct, Effect, Post
from bot.ports import Refused, Spot, TryLater
from tests.proof.chat import Platform
from tests.simulation.loop import VirtualLoop
from tests.simulation.weather import Weather


@dataclass
class SimulatedPlatform(Platform):
    """What it does outlives the bot that asked for it: a post may be taken when nobody waits for an answer."""

    loop: VirtualLoop = field(kw_only=True)
    random: Random = field(kw_only=True)
    sky: Weather = field(kw_only=True)
    away_until: float = 0.0

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        answer: asyncio.Future[Spot | None] = self.loop.create_future()
        self.loop.outside(self._serve(effect, at, token, answer))
        return await answer

    async def _serve(self, effect: Effect, at: Spot | None, token: str, answer: asyncio.Future[Any]) -> None:
        await asyncio.sleep(self.random.expovariate(1 / self.sky.slow))
        try:
            spot = self._judge(effect, at, token)
        except Exception as error:
            if not answer.done():
                answer.set_exception(error)
                answer.exception()  # perhaps nobody is there any more to hear of it
        else:
            if not answer.done():
                answer.set_result(spot)

    def _judge(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if self.loop.clock < self.away_until:
            raise TryLater(self.random.choice([1, 5, 30]))
        chance, done = self.random.random(), token in self.tokens
        if not done and chance < self.sky.away:
            raise TryLater(self.random.choice([1, 30])) if chance > self.sky.away / 4 else RuntimeError("before")
        if not done and chance > 1 - self.sky.refused and isinstance(effect, Post | Direct):
            raise Refused("it does not want to")
        if not done:
            self.tokens[token] = self._do(effect, at, token)
        if self.random.random() < self.sky.unsure:
            raise TryLater(self.random.choice([1, 30])) if chance > 0.2 else RuntimeError("after")
        return self.tokens[token]
