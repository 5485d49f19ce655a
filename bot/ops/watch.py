"""Puts health, metrics and traces around a running desk, as the settings say."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version

from bot.config import ConfigError, Settings
from bot.ops.health import Beat, Doctor, Health, Unstored
from bot.ops.observing import Chronicle, Observer, can_be_away
from bot.ports import Chat, UnitOfWork
from bot.process.running import Running
from storage.errors import known_trouble, trouble

log = logging.getLogger(__name__)
PROBE = "health"  # the row that is written to find out whether one can
EVERY = 5.0  # seconds between two looks at the outbox and the database


class Watch:
    """`observers` are to be put around the platforms; `over` looks after a desk that runs. Without settings for it,
    there are none, and nothing is looked after. Raises `ConfigError` if traces are wanted and cannot be made."""

    def __init__(self, settings: Settings, *, every: float = EVERY) -> None:
        self.settings, self.every = settings, every
        self.observers: list[Observer] = []
        self.health, self.beat = Health(), Beat()
        self.chats = dict[str, Chat]()  # those that can be away
        self.unstored = Unstored(known_trouble)
        self.port = 0  # where it answers, as soon as it does
        if settings.log_level == "DEBUG":
            self.observers.append(Chronicle())
        if settings.ops_port is not None:
            from bot.ops.metrics import Metrics

            kind = "sqlite" if settings.database_file else "postgresql"
            self.metrics = Metrics(version("helpthread"), kind)
            self.observers += [self.metrics, self.unstored]
        if settings.otel_exporter_otlp_endpoint:
            self.observers.append(_traces(settings.otel_exporter_otlp_endpoint))

    @asynccontextmanager
    async def over(self, running: Running) -> AsyncIterator[None]:
        """Raises `Problem` if the port cannot be had."""
        if self.settings.ops_port is None:
            yield
            return
        from bot.ops.server import served

        async with AsyncExitStack() as stack:
            running.store.committed = self.metrics.committed
            logging.getLogger().addHandler(self.metrics)
            stack.callback(logging.getLogger().removeHandler, self.metrics)
            figures = partial(self._figures, running)
            serving = served(self.settings.ops_address, self.settings.ops_port, self.health, figures)
            self.port = await stack.enter_async_context(serving)
            self.chats = {name: chat for name, chat in running.chats.items() if can_be_away(chat)}
            probe, unstored = partial(running.store.write, _probe), lambda: self.unstored.reason
            doctor = Doctor(self.health, self.beat, self.chats, probe, trouble, unstored, every=self.every)
            for job in (self.beat.run(), doctor.run(), self._count(running)):
                stack.push_async_callback(_end, asyncio.create_task(job))
            log.info("health and metrics on port %d", self.port)
            yield

    def _figures(self, running: Running) -> bytes:
        """What was counted, and what is known at this moment."""
        self.metrics.lag.set(self.beat.worst)
        self.metrics.queue.set(running.store.waiting)
        for check in ("database", "loop", *(f"platform:{name}" for name in self.chats)):
            self.metrics.healthy.labels(check).set(check not in self.health.wrong)
        return self.metrics.text()

    async def _count(self, running: Running) -> None:
        while True:
            with suppress(Exception):  # a database that cannot be read is the doctor's
                self.metrics.outbox(await running.store.read(lambda work: work.outbox.backlog()))
                self.metrics.size.set(await running.store.size())
            await asyncio.sleep(self.every)


def _traces(endpoint: str) -> Observer:
    try:
        from bot.ops.traces import exporting
    except ImportError as error:
        raise ConfigError("OTEL_EXPORTER_OTLP_ENDPOINT needs what comes with: pip install helpthread[otel]") from error
    return exporting(endpoint)


def _probe(work: UnitOfWork) -> None:
    work.raise_read_until(PROBE, work.now)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
