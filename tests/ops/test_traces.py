"""A span for each event and each delivery, with ids and without a word."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from bot.inbound import MessagePosted, recorded
from bot.ops.observing import Chronicle, ObservedChat
from bot.ops.traces import Traces
from bot.ports import Refused
from storage.opening import open_store
from tests.desk import ANA, HELP, Clock, Desk, _on
from tests.network import free_port
from tests.ops.watched import Platform

ROOT = Path(__file__).parents[2]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


async def story(folder: Path, observer: Traces | Chronicle) -> None:
    """Ana asks, Sam's reply is refused; and an event fails."""
    clock = Clock()
    store = open_store(f"sqlite:///{folder}/desk.db", clock.now)
    desk = Desk(store, clock)
    await desk.set_up()
    desk.chats["fake"] = ObservedChat(desk.chat, observer)
    with_ears = Platform()
    seen = ObservedChat(with_ears, observer)
    await until_running(seen, with_ears, desk)
    await with_ears.bring(MessagePosted("slack:C1:17.3", ANA, _on(HELP, "m"), "my password is hunter2"))
    desk.chat.refuse = lambda effect: Refused("hunter2") if effect.kind == "direct" else None
    await desk.deliver()
    await store.close()
    with pytest.raises(RuntimeError):
        await with_ears.bring(MessagePosted("slack:C1:17.4", ANA, _on(HELP, "n"), "hunter2 again"))


async def until_running(seen: ObservedChat, chat: Platform, desk: Desk) -> None:
    import asyncio

    running = asyncio.create_task(seen.run(desk.app.handle))
    while not hasattr(chat, "handle"):  # noqa: ASYNC110
        await asyncio.sleep(0)
    running.cancel()


async def test_events_and_deliveries_have_spans_with_ids_only(tmp_path: Path, spans: InMemorySpanExporter):
    await story(tmp_path, Traces(SimpleSpanProcessor(spans)))
    found = spans.get_finished_spans()
    event, *deliveries, failed = found
    assert event.name == "event MessagePosted"
    assert dict(event.attributes or {}) == {"helpthread.event": recorded("slack:C1:17.3")}
    card = next(span for span in deliveries if span.name == "deliver post_card")
    told = dict(card.attributes or {})
    assert told.pop("helpthread.effect") in {"outbox-1", "outbox-2"}
    assert told == {"helpthread.platform": "fake", "helpthread.ticket": "1"}
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description == "RuntimeError"
    everything = "".join(span.to_json() for span in found)
    for word in ("hunter2", "password", "Ana", "ana", "C1"):
        assert word not in everything


async def test_at_debug_the_log_tells_events_and_deliveries_by_id(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG, "bot.ops.observing"):
        await story(tmp_path, Chronicle())
    lines = [vars(record) for record in caplog.records if record.name == "bot.ops.observing"]
    assert [(line["message"], line["event"]) for line in lines if "event" in line] == [
        ("event handled", recorded("slack:C1:17.3"))
    ]
    assert {line["ticket"] for line in lines if line["message"] == "delivered" and "ticket" in line} == {"1"}
    assert "hunter2" not in str(lines)


def test_a_whole_day_at_debug_has_no_word_and_no_name_in_its_log(tmp_path: Path):
    """The program as it is run, with everything switched on that talks."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(tmp_path / "data"),
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "json",
        "OPS_PORT": str(free_port()),
    }
    typed = (
        "zaphod: my password is hunter2\nagent: /ticket claim 1\nagent@1: !r try trillian\n"
        "zaphod: (edit 1) no hunter2\nagent: /ticket note 1 fordprefect\nzaphod: /mydata view\n"
        "agent: /ticket rename 1 magrathea\nagent: [Close] 1\nzaphod: /frobnicate slartibartfast\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "bot", "console"],
        input=typed, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert sum(line["message"] == "event handled" for line in lines) >= 8
    assert sum(line["message"] == "delivered" and line.get("ticket") == "1" for line in lines) >= 4
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    for word in ("zaphod", "hunter", "trillian", "ford", "magrathea", "slarti", "my password"):
        assert word in (typed + done.stdout).lower()
        assert word not in done.stderr.lower()
