"""What is wrong now, and why: found out every few seconds, forgotten as soon as it is over."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.ports import Chat, Connected

log = logging.getLogger(__name__)
EVERY = 5.0  # seconds between two looks
PATIENCE = 5.0  # seconds that a write may take
LAG = 1.0  # seconds; people notice, and platforms give up after three
BEAT = 0.25  # seconds between two looks at how late the event loop is
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


class Doctor:
    """Looks for ever. `write` stores something small; `trouble` says in words what an error of the database means."""

    def __init__(
        self,
        health: Health,
        beat: Beat,
        chats: Mapping[str, Chat],
        write: Callable[[], Awaitable[object]],
        trouble: Callable[[BaseException], str],
        *,
        every: float = EVERY,
        patience: float = PATIENCE,
    ) -> None:
        self.health, self.beat, self.chats = health, beat, chats
        self.write, self.trouble = write, trouble
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
            self.health.note("database", self.trouble(error) if error else "")
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
