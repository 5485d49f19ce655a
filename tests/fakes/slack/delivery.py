"""Bringing events, commands and clicks to the app: over HTTP or Socket Mode, with Slack's deadline and retries."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeVar

from .app import EVENT_SCOPES
from .clock import Clock
from .events import envelope, subscription
from .model import Channel, Json
from .workspace import Workspace

T = TypeVar("T")
ACK_DEADLINE = 3.0  # seconds
RETRY_AFTER = (0.0, 60.0, 300.0)  # at once, after one minute, after five


@dataclass
class Answer:
    """How the app answered one attempt. `status` 200 is an acknowledgement; 0 says that there was no answer."""

    status: int
    body: Any = None
    reason: str = ""  # as in X-Slack-Retry-Reason
    no_retry: bool = False
    took: float = 0.0  # real seconds
    at: float = field(default_factory=monotonic)


@dataclass
class Delivery:
    """One thing brought to the app. `kind` is events_api, slash_commands or interactive, as in Socket Mode."""

    kind: str
    payload: Json
    answers: list[Answer] = field(default_factory=list)
    given_up: bool = False
    first: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ok(self) -> bool:
        return bool(self.answers) and self.answers[-1].status == 200

    @property
    def body(self) -> Any:
        return self.answers[-1].body if self.answers else None

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))


class Way(Protocol):
    """A way to the app. `retry` counts from 0; `reason` says why the attempt before failed. Keeps the deadline."""

    async def bring(self, delivery: Delivery, retry: int, reason: str) -> Answer: ...


class Courier:
    """Every delivery is kept in `sent`, the oldest first."""

    def __init__(self, work: Workspace, http: Way, sockets: Way) -> None:
        self.work = work
        self.http = http
        self.sockets = sockets
        self.sent: list[Delivery] = []
        self.own_events = True
        self.in_flight = 0
        self.ask_patience = ACK_DEADLINE  # real seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    def wants(self, event: Json, channel: Channel | None) -> bool:
        """Whether the app gets this event: installed, subscribed, entitled, and where it matters, a member."""
        app, name = self.work.app, subscription(event)
        if name not in app.events or EVENT_SCOPES.get(name, "") not in app.scopes | {""}:
            return False
        if not self.own_events and app.bot_id in (event.get("bot_id"), event.get("message", {}).get("bot_id")):
            return False
        if not app.installed and name not in ("app_uninstalled", "tokens_revoked"):
            return False
        for_members = channel is not None and not event["type"].startswith(("channel_", "group_"))
        return not for_members or channel is None or app.user_id in channel.members

    def event(self, event: Json, channel: Channel | None) -> None:
        if self.wants(event, channel):
            payload = envelope(self.work, event, self.work.new_id("Ev"), channel)
            self.repeat(Delivery("events_api", payload))

    def repeat(self, delivery: Delivery) -> None:
        """Start (or, in a test of replays, start again) to deliver an event."""
        self.sent.append(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ask(self, delivery: Delivery) -> Delivery:
        """A command or a click: one attempt, whose answer the person sees. It ends after the deadline by the virtual
        clock or `ask_patience` by the real one, so that a frozen clock leaves nobody waiting."""
        self.sent.append(delivery)
        attempt = asyncio.ensure_future(self._attempt(delivery, 0, ""))
        await asyncio.wait({attempt}, timeout=self.ask_patience)
        if not attempt.done():
            attempt.cancel()
            delivery.answers.append(Answer(0, reason="http_timeout" if self.work.app.request_url else "timeout"))
        else:
            attempt.result()
        return delivery

    async def _deliver(self, delivery: Delivery) -> None:
        answer = await self._attempt(delivery, 0, "")
        for number, pause in enumerate(RETRY_AFTER, start=1):
            if answer.status == 200 or answer.no_retry:
                break
            if pause:  # "at once" leaves no moment in which nothing seems to be under way
                await self._sleep(pause)
            answer = await self._attempt(delivery, number, answer.reason)
        delivery.given_up = answer.status != 200

    async def _attempt(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        self.in_flight += 1
        self._quiet.clear()
        way = self.http if self.work.app.request_url else self.sockets
        try:
            answer = await way.bring(delivery, retry, reason)
        finally:
            self.in_flight -= 1
            if not self.in_flight:
                self._quiet.set()
        delivery.answers.append(answer)
        delivery.first.set()
        return answer

    async def _sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.work.clock.call_later(seconds, woken.set)
        await woken.wait()

    async def settle(self, patience: float) -> None:
        """Wait until nothing is under way to the app, at most `patience` real seconds."""
        for _ in range(5):
            await asyncio.sleep(0)
        await wait_for(self._nothing_under_way, patience)

    async def _nothing_under_way(self) -> None:
        while self.in_flight:  # also if a next attempt began before who waited was woken
            await self._quiet.wait()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def in_time(clock: Clock, coming: "asyncio.Future[T]") -> T | None:
    """What comes, or None if it did not within the deadline: then `coming` is cancelled."""
    timer = clock.call_later(ACK_DEADLINE, coming.cancel)
    try:
        return await coming
    except asyncio.CancelledError:
        if not coming.cancelled() or not timer.fired:
            raise
        return None
    finally:
        timer.cancel()


async def wait_for(wait: Callable[[], Awaitable[Any]], patience: float) -> bool:
    """False if it took longer than `patience` real seconds."""
    try:
        async with asyncio.timeout(patience):
            await wait()
    except TimeoutError:
        return False
    return True
