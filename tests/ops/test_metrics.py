"""The figures say what happened, and of nobody."""

import re
from pathlib import Path

import pytest

from bot.inbound import Actor, ButtonPressed, MessagePosted
from bot.message import UserRef
from bot.ports import Limited, Refused, TryLater
from tests.desk import AGENTS, HELP, _on
from tests.ops.watched import Watched, until, watched

CANARY = Actor(UserRef("fake", "w", "U0CANARY"), "Zaphod Beeblebrox")
LABELS = {"kind", "result", "platform", "check", "level", "version", "database", "le", "generation", "quantile"}


async def ask(desk: Watched, number: int = 1) -> None:
    here = _on(HELP, f"m{number}")
    await desk.chat.bring(MessagePosted(f"e{number}", CANARY, here, "my password is hunter2"))


async def test_an_event_and_its_deliveries_are_counted(tmp_path: Path):
    async with watched(tmp_path) as desk:
        await ask(desk)
        await desk.running.courier.settle()
        found = await desk.figures()
        assert found['helpthread_events_total{kind="MessagePosted",result="handled"}'] == 1
        assert found['helpthread_event_seconds_count{kind="MessagePosted"}'] == 1
        assert found['helpthread_deliveries_total{kind="post_card",platform="fake",result="done"}'] == 1
        assert found['helpthread_delivery_seconds_count{platform="fake"}'] == len(desk.chat.delivered)
        assert found["helpthread_database_commit_seconds_count"] >= 2
        assert found["helpthread_database_queue"] >= 0
        await until(lambda: has(desk, "helpthread_database_bytes", above=10_000))
        health = {name: value for name, value in found.items() if name.startswith("helpthread_healthy")}
        checks = ("database", "loop", "platform:fake")  # our own clerk cannot be away
        assert health == {f'helpthread_healthy{{check="{check}"}}': 1 for check in checks}
        assert found["process_resident_memory_bytes"] > 1_000_000


async def test_an_event_that_fails_is_counted_as_failed(tmp_path: Path):
    async with watched(tmp_path) as desk:
        desk.running.store.closed = True
        with pytest.raises(RuntimeError):
            await ask(desk)
        desk.running.store.closed = False
        assert (await desk.figures())['helpthread_events_total{kind="MessagePosted",result="failed"}'] == 1


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (TryLater(60), "later"),
        (Limited(60), "limited"),
        (Refused("no"), "refused"),
        (RuntimeError("a bug"), "failed"),
    ],
    ids=["later", "limited", "refused", "failed"],
)
async def test_a_delivery_that_fails_is_counted_by_how(tmp_path: Path, error: Exception, result: str):
    async with watched(tmp_path) as desk:
        desk.chat.refuse = lambda effect: error if effect.kind == "post_card" else None
        await ask(desk)
        await desk.running.courier.settle()
        found = await desk.figures()
        assert found[f'helpthread_deliveries_total{{kind="post_card",platform="fake",result="{result}"}}'] == 1
        limited = found.get('helpthread_rate_limit_wait_seconds_total{platform="fake"}', 0)
        assert limited == (60 if result == "limited" else 0)


async def test_the_outbox_is_as_deep_as_what_waits_and_as_old_as_its_oldest(tmp_path: Path):
    waiting, oldest, buried = (
        f'helpthread_outbox_{what}{{platform="fake"}}' for what in ("waiting", "oldest_seconds", "buried")
    )
    async with watched(tmp_path) as desk:
        desk.chat.refuse = lambda effect: TryLater(0.1)
        await ask(desk)
        await until(lambda: has(desk, waiting, above=2))
        await until(lambda: has(desk, oldest, above=0.2))
        desk.chat.refuse = lambda effect: Refused("no") if effect.kind == "post_card" else None
        await until(lambda: has(desk, buried, above=1))
        await until(lambda: has(desk, waiting, above=0, below=0))
        assert (await desk.figures())[oldest] == 0


async def test_nothing_about_a_person_is_in_a_label(tmp_path: Path):
    async with watched(tmp_path) as desk:
        await ask(desk)
        await desk.chat.bring(ButtonPressed("e2", CANARY, AGENTS, "ticket.claim U0CANARY", "hunter2"))
        await desk.running.courier.settle()
        _, text = await desk.get("/metrics")
        assert set(re.findall(r'[{,](\w+)="', text)) <= LABELS
        for word in ("canary", "zaphod", "hunter", "m1", "agents", "help/"):
            assert not re.search(word, re.sub(r"(?m)^#.*$|helpthread_", "", text), re.IGNORECASE), word


async def test_lines_of_the_log_are_counted_by_level(tmp_path: Path):
    async with watched(tmp_path) as desk:
        desk.chat.refuse = lambda effect: Refused("no")
        await ask(desk)
        await until(lambda: has(desk, 'helpthread_log_lines_total{level="ERROR"}', above=1))


async def has(desk: Watched, name: str, *, above: float, below: float = 1e18) -> bool:
    return above <= (await desk.figures()).get(name, -1) <= below
