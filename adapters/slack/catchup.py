"""What was said while the bot was away: read from history before anything newer in the same room is taken in.

The watermark is the moment until which everything was taken in without a gap. It is written down every minute, and only
as far as nothing older is still failing. After a start each room is read from there on. A live message in a room that
was not read yet is not acknowledged, so Slack delivers it again, and meanwhile the room is read next: the history has
the message as well, or is read once more.

When that is done, what was changed meanwhile is looked for (`adapters.slack.changes`), with a watermark of its own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from adapters.slack import inbound
from adapters.slack.api import SlackRefused
from adapters.slack.changes import Changes
from adapters.slack.desks import Desks
from adapters.slack.history import History, Room
from adapters.slack.inbound import Written

log = logging.getLogger(__name__)
EVERY = 60.0  # seconds between two notes of the watermark
RETRIES = timedelta(seconds=420)  # Slack's last retry comes after five minutes
TELL_EVERY = timedelta(seconds=60)
TRIES = 5  # of a message that cannot be stored, five seconds apart
ROUNDS = 5  # readings of one room, because live messages were turned away meanwhile
PATIENCE = 2.0  # seconds a live message waits for its room; Slack gives three
Hear = Callable[[Written], Awaitable[None]]


class Echo:
    """Slack tells an app of its own posts. One that posts and then hears nothing at all, for longer than Slack tries,
    is not reached: a proxy before it is down, or its address has changed."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.missing_since: datetime | None = None
        self.told: Callable[[], None] = lambda: None  # other processes: Slack tells one of us, whoever posted
        self.told_at: datetime | None = None

    def posted(self) -> None:
        self.missing_since = self.missing_since or self.now()

    def heard(self) -> None:
        self.missing_since = None
        now = self.now()
        if self.told_at is None or now - self.told_at > TELL_EVERY:
            self.told_at = now
            self.told()

    def heard_elsewhere(self) -> None:
        self.missing_since = None

    @property
    def missing(self) -> bool:
        return self.missing_since is not None and self.now() - self.missing_since > RETRIES


Alive = Callable[[], Awaitable[bool]]


class NotYet(Exception):
    """The room is still being read; Slack is to deliver again."""


class CatchUp:
    """`hear` takes in one message and raises if it could not be stored. `failing` are messages that are not stored yet:
    id and Slack's time."""

    def __init__(
        self, history: History, desks: Desks, hear: Hear, changes: Changes, now: Callable[[], datetime] | None = None
    ) -> None:
        self.history = history
        self.desks = desks
        self.hear = hear
        self.changes = changes
        self.now = now or (lambda: datetime.now(UTC))
        self.own = ""
        self.team = ""
        self.since = 0.0
        self.waiting: dict[Room, asyncio.Future[None]] = {}
        self.urgent: list[Room] = []
        self.turned_away: set[Room] = set()
        self.failing: dict[str, Written] = {}
        self.rooms: list[Room] = []
        self.compared = False
        self.alive: Alive = _always
        self.alive_at = self.now()
        self.let_in = False
        self.back: Callable[[], Awaitable[None]] = _welcome
        self.echo = Echo(self.now)
        self.absent_since: datetime | None = None
        self.hurry = asyncio.Event()
        self.comparing: asyncio.Task[None] | None = None

    def lost(self) -> None:
        """From now on nothing comes in, until Slack lets us in again."""
        self.absent_since = self.absent_since or self.now()

    async def prepare(self) -> None:
        """Say which rooms have to be read. To be called before anything comes in."""
        since = await self.desks.read_until()
        if since is not None:
            await self._prepare(since)

    async def _prepare(self, since: datetime) -> None:
        self.since = since.timestamp()
        self.rooms = [Room(place.conversation, place.thread) for place in await self.desks.rooms()]
        self.rooms += [Room(channel) async for channel in self.history.directs()]
        for room in self.rooms:
            self._add(room)

    async def gate(self, said: Written) -> None:
        """Let a live message through when its room is read, and for a thread its channel, too. Raises `NotYet`."""
        self.changes.heard_live(said)
        if self.absent_since is not None:  # there is something older to be read first
            self.hurry.set()
            raise NotYet
        end = asyncio.get_running_loop().time() + PATIENCE
        for room in dict.fromkeys((Room(said.channel), Room(said.channel, said.thread))):
            done = self.waiting.get(room)
            if done is None:
                continue
            if room not in self.urgent:
                self.urgent.append(room)
            await asyncio.wait({done}, timeout=max(0.0, end - asyncio.get_running_loop().time()))
            if not done.done():
                self.turned_away.add(room)
                raise NotYet

    async def run(self) -> None:
        """Until cancelled."""
        started = self.now()
        while self.waiting:
            await self._read_next()
        await self._note(started - RETRIES if self.since else started)
        self.comparing = asyncio.create_task(self._compare(started))
        await self._say_we_are_in()
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self.hurry.wait()
                self.hurry.clear()
                await self.look_again()
        finally:
            self.comparing.cancel()
            await asyncio.wait({self.comparing})

    async def look_again(self) -> None:
        """Note how far everything is stored, and read again where something never was. While Slack is not reached
        nothing is noted; afterwards what was missed is read, like after a stop."""
        now = self.now()
        if not await self.alive():
            since = min(self.alive_at, self.echo.missing_since or now)
            self.absent_since = self.absent_since or since
            return
        if self.absent_since is not None:
            await self._come_back(self.absent_since, now)
        self.alive_at = now
        await self._say_we_are_in()
        lost = [s for s in self.failing.values() if float(s.version or s.ts) < (now - RETRIES).timestamp()]
        for said in lost:
            if said.change:
                await self._take(said)
                continue
            self.since = min(float(s.ts) for s in lost if not s.change) - 1
            self._add(self._room(said))
        while self.waiting:
            await self._read_next()
        oldest = min((float(s.ts) for s in self.failing.values()), default=None)
        safe = now - RETRIES
        await self._note(min(safe, datetime.fromtimestamp(oldest - 1, UTC)) if oldest else safe)

    async def _say_we_are_in(self) -> None:
        """Until it is heard: what was said in a workspace that removed us would be deleted one day."""
        try:
            if not self.let_in:
                await self.back()
                self.let_in = True
        except Exception:  # the next look is another try
            log.exception("it could not be stored that Slack lets us in")

    async def _come_back(self, since: datetime, now: datetime) -> None:
        await self._prepare(since - RETRIES)
        self.absent_since = None
        self.compared = self.let_in = False
        while self.waiting:
            await self._read_next()
        if self.comparing is None or self.comparing.done():
            self.comparing = asyncio.create_task(self._compare(now))

    async def _compare(self, started: datetime) -> None:
        """Nothing is compared at the first start ever: what was done before is not the desk's."""
        try:
            since = await self.desks.compared_until()
            if since is not None:
                await self.changes.look(self.rooms, (since - RETRIES).timestamp(), started)
            await self.desks.raise_compared_until(started)
            self.compared = True
        except Exception:
            log.exception("what changed while the bot was away is looked for at the next start")

    def _add(self, room: Room) -> None:
        if room not in self.waiting:
            self.waiting[room] = asyncio.get_running_loop().create_future()

    async def _note(self, until: datetime) -> None:
        try:
            await self.desks.raise_read_until(until)
            if self.compared:
                await self.desks.raise_compared_until(until)
        except Exception:
            log.exception("how far Slack was read cannot be stored; it is read from further back next time")

    async def _read_next(self) -> None:
        room = self.urgent.pop(0) if self.urgent else next(iter(self.waiting))
        if room not in self.waiting:
            return
        oldest = self.since
        try:
            for _ in range(ROUNDS):
                self.turned_away.discard(room)
                oldest = await self._read(room, oldest)
                if room not in self.turned_away:
                    break
        except SlackRefused as error:
            log.warning("a room cannot be read after the stop: %s", error.reason)
        except Exception:
            log.exception("a room cannot be read after the stop")
        finally:
            self.turned_away.discard(room)
            self.waiting.pop(room).set_result(None)

    async def _read(self, room: Room, oldest: float) -> float:
        """Take in what is new in it. Returns the moment of the newest."""
        messages = (await self.history.stretch(room, oldest)).messages
        for message in messages:
            if not room.thread and float(message.get("latest_reply") or 0) > self.since:
                self._add(Room(room.channel, str(message["ts"])))
            said = inbound.written(message | {"channel": room.channel}, self.own)
            if said is not None and float(said.ts) > oldest and not await self._known(said):
                await self._take(said)
        return max([oldest, *(float(message["ts"]) for message in messages)])

    async def _take(self, said: Written) -> None:
        for _ in range(TRIES):
            try:
                await self.hear(said)
            except Exception:
                log.exception("a message from the history cannot be stored yet")
                self.failing[said.id] = said
                await asyncio.sleep(5.0)
            else:
                self.failing.pop(said.id, None)
                return

    async def _known(self, said: Written) -> bool:
        return await self.desks.is_known(inbound.place(self.team, said.channel, said.thread, said.ts))

    def _room(self, said: Written) -> Room:
        """A direct conversation is one room, but for threads in it that are still to be read."""
        room = Room(said.channel, said.thread)
        return room if room in self.waiting or not inbound.is_direct(said.channel) else Room(said.channel)


async def _welcome() -> None: ...


async def _always() -> bool:
    return True
