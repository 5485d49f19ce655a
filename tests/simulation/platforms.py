"""Chat platforms that deliver events late, twice or not at once, and take posts the same way."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot.effects import Direct, Effect, Post, Rewrite
from bot.ports import Refused, Spot, TryLater, Unsure
from tests.desk import words
from tests.proof.chat import Platform, Shown
from tests.simulation.loop import VirtualLoop
from tests.simulation.weather import Weather


@dataclass
class SimulatedPlatform(Platform):
    """What it does outlives the bot that asked for it: a post may be taken when nobody waits for an answer.

    `closed` are people who take no private messages. `refusals` are keys of what was refused, `begun` is when something
    was to be posted, with its text. Without `keys`, only the process that posted something knows of it.
    """

    loop: VirtualLoop = field(kw_only=True)
    random: Random = field(kw_only=True)
    sky: Weather = field(kw_only=True)
    keys: bool = field(kw_only=True, default=True)
    away_until: float = 0.0
    closed: set[str] = field(default_factory=set)
    refusals: set[str] = field(default_factory=set)
    begun: list[tuple[float, str]] = field(default_factory=list)
    unsure: list[Shown] = field(default_factory=list)  # what nobody knows to be there
    lost: Counter[str] = field(default_factory=Counter)  # times nobody knew what became of a token

    def forget(self, unknown: set[str]) -> None:
        """The process ended. Of these tokens it did not write down what became of them."""
        for token in sorted(unknown & set(self.tokens)) if not self.keys else ():
            del self.tokens[token]
            if (made := self._name(token)) in self.posts:
                self.unsure.append(self.posts[made])
            self.lost[token] += 1

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if isinstance(effect, Post | Direct | Rewrite):
            self.begun.append((self.loop.clock, words(effect.message)))
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
        unwanted = isinstance(effect, Direct) and effect.user.id in self.closed
        if not done and (unwanted or (chance > 1 - self.sky.refused and isinstance(effect, Post | Direct))):
            self.refusals.add(effect.key)
            raise Refused("it does not want to")
        if not done:
            self.tokens[token] = self._do(effect, at, self._name(token))
        if self.random.random() < self.sky.unsure:
            raise Unsure(self.random.choice([1, 30])) if chance > 0.2 else RuntimeError("after")
        return self.tokens[token]

    def _name(self, token: str) -> str:
        """Of the post that is made under it, which is another one each time."""
        return f"{token}~{self.lost[token]}" if self.lost[token] else token
