"""Figures for Prometheus. Labels are names that the program chooses, never a name or an id of a person, a room or a
ticket."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from bot.effects import Effect
from bot.inbound import Event
from bot.ports import Backlog, Limited, Refused, TryLater

QUICK = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)  # seconds
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


class Metrics(logging.Handler):
    """An `Observer` that counts, and a log handler that does. `text()` is what Prometheus reads."""

    def __init__(self, version: str, database: str) -> None:
        super().__init__(logging.WARNING)
        own = self.registry = CollectorRegistry()
        ProcessCollector(registry=own)
        GCCollector(registry=own)

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"helpthread_{name}", what, labels, registry=own)

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"helpthread_{name}", what, labels, registry=own)

        def histogram(name: str, what: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(f"helpthread_{name}", what, labels, registry=own, buckets=buckets)

        self.events = counter("events", "Events handled", "kind", "result")
        self.event_time = histogram("event_seconds", "From an event to its commit", QUICK, "kind")
        self.deliveries = counter("deliveries", "Deliveries tried", "platform", "kind", "result")
        self.delivery_time = histogram("delivery_seconds", "How long a platform takes", SLOW, "platform")
        self.limited = counter("rate_limit_waits", "Deliveries put off at a platform's rate limit", "platform")
        self.limited_time = counter("rate_limit_wait_seconds", "Seconds they were put off for", "platform")
        self.waiting = gauge("outbox_waiting", "Effects to be delivered", "platform")
        self.oldest = gauge("outbox_oldest_seconds", "Age of the oldest of them", "platform")
        self.buried = gauge("outbox_buried", "Effects that were given up", "platform")
        self.lag = gauge("loop_lag_seconds", "Worst delay of the event loop in the last 15 seconds")
        self.queue = gauge("database_queue", "Writes not committed yet")
        self.commit_time = histogram("database_commit_seconds", "Transactions that write", QUICK)
        self.size = gauge("database_bytes", "Size of the database")
        self.healthy = gauge("healthy", "1 if a check finds nothing wrong", "check")
        self.log_lines = counter("log_lines", "Lines logged from WARNING on", "level")
        gauge("info", "What runs here", "version", "database").labels(version, database).set(1)
        self.platforms = set[str]()

    @contextmanager
    def handling(self, event: Event) -> Iterator[None]:
        kind, result, began = type(event).__name__, "failed", perf_counter()
        try:
            yield
            result = "handled"
        finally:
            self.events.labels(kind, result).inc()
            self.event_time.labels(kind).observe(perf_counter() - began)

    @contextmanager
    def delivering(self, effect: Effect, token: str) -> Iterator[None]:
        result, began = "failed", perf_counter()
        try:
            yield
            result = "done"
        except Limited as error:
            result = "limited"
            self.limited.labels(effect.platform).inc()
            self.limited_time.labels(effect.platform).inc(error.seconds)
            raise
        except TryLater:
            result = "later"
            raise
        except Refused:
            result = "refused"
            raise
        finally:
            self.deliveries.labels(effect.platform, effect.kind, result).inc()
            self.delivery_time.labels(effect.platform).observe(perf_counter() - began)

    def committed(self, seconds: float) -> None:
        self.commit_time.observe(seconds)

    def emit(self, record: logging.LogRecord) -> None:
        self.log_lines.labels(record.levelname).inc()

    def outbox(self, backlog: Sequence[Backlog]) -> None:
        """A platform that nothing waits for any more is at zero."""
        known = {each.platform: each for each in backlog}
        self.platforms |= set(known)
        for platform in self.platforms:
            found = known.get(platform, Backlog(platform))
            self.waiting.labels(platform).set(found.waiting)
            self.oldest.labels(platform).set(found.oldest)
            self.buried.labels(platform).set(found.buried)

    def text(self) -> bytes:
        return generate_latest(self.registry)
