"""What is wrong now, and why: found out every few seconds, forgotten as soon as it is over."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import monotonic

from bot.effects import Effect
from bot.inbound import Event
from bot.ports import Chat, Connected

log = logging.getLogger(__name__)
EVERY = 5.0  # seconds between two looks
PATIENCE = 5.0  # seconds that a write may take
LAG = 1.0  # seconds; people notice, and platforms give up after three
BEAT = 0.25  # seconds between two looks at how late the event loop is
REMEMBERED_SECONDS = 15.0  # of something that could not be stored
REMEMBERED = 60  # beats: the worst of the last quarter of a minute counts


@dataclass
class Health:
    """`wrong` is empty when all is well, else it says of each check what is the matter, in a few words."""

    wrong: dict[str, str] = field(default_factory=dict)

    def note(self, check: str, reason: str) -> None:
        before = self.wrong.get(check, "")
        if reason:
            self.wrong[check] = reason
        else:
            self.wrong.pop(check, None)
        if reason and not before:
            log.warning("unhealthy", extra={"verb": check})
        elif before and not reason:
            log.info("healthy again", extra={"verb": check})

    def takes_in(self) -> bool:
        """Whether what people write can be stored and answered: the database works, and a platform is connected."""
        return not any(check == "database" or check.startswith("platform:") for check in self.wrong)


class Beat:
    """How late the event loop is: `worst` (seconds) of the last quarter of a minute."""

    def __init__(self) -> None:
        self.late: deque[float] = deque([0.0], REMEMBERED)

    @property
    def worst(self) -> float:
        return max(self.late)

    async def run(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            before = now()
            await asyncio.sleep(BEAT)
            self.late.append(max(0.0, now() - before - BEAT))


class Unstored:
    """An observer: why something that people did could not be stored a moment ago, though what is small can be, as on
    a disk that is full up to the last pages."""

    def __init__(self, known: Callable[[BaseException], str]) -> None:
        self.known = known
        self.last, self.at = "", 0.0

    @property
    def reason(self) -> str:
        return self.last if monotonic() - self.at < REMEMBERED_SECONDS else ""

    @contextmanager
    def handling(self, event: Event) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if reason := self.known(error):
                self.last, self.at = reason, monotonic()
            raise

    def delivering(self, effect: Effect, token: str) -> AbstractContextManager[object]:
        return nullcontext()


class Doctor:
    """Looks for ever. `write` stores something small; `trouble` says in words what an error of the database means, and
    `unstored` why something else could not be stored lately."""

    def __init__(
        self,
        health: Health,
        beat: Beat,
        chats: Mapping[str, Chat],
        write: Callable[[], Awaitable[object]],
        trouble: Callable[[BaseException], str],
        unstored: Callable[[], str],
        *,
        every: float = EVERY,
        patience: float = PATIENCE,
    ) -> None:
        self.health, self.beat, self.chats = health, beat, chats
        self.write, self.trouble, self.unstored = write, trouble, unstored
        self.every, self.patience = every, patience

    async def run(self) -> None:
        await asyncio.gather(self._database(), self._others())

    async def _database(self) -> None:
        while True:
            writing = asyncio.ensure_future(self.write())
            try:
                done, _ = await asyncio.wait({writing}, timeout=self.patience)
                if not done:
                    self.health.note("database", f"busy: a write has waited for {self.patience:g} s")
                    await asyncio.wait({writing})
            finally:
                writing.cancel()
            error = None if writing.cancelled() else writing.exception()
            self.health.note("database", self.trouble(error) if error else self.unstored())
            await asyncio.sleep(self.every)

    async def _others(self) -> None:
        told = set[str]()
        while True:
            late = self.beat.worst
            self.health.note("loop", f"busy: answers come {late:.1f} s late" if late > LAG else "")
            for name in told - set(self.chats):  # another process is connected to it now
                self.health.note(f"platform:{name}", "")
            told = set(self.chats)
            for name, chat in list(self.chats.items()):
                there = not isinstance(chat, Connected) or await chat.is_connected()
                self.health.note(f"platform:{name}", "" if there else "not connected")
            await asyncio.sleep(self.every)
