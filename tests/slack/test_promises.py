"""Whatever Slack, the way to it and people do, in whatever order: nothing is lost, doubled, or out of order.

`HYPOTHESIS_PROFILE=thorough` looks for longer.
"""

import asyncio
import contextlib
import json
import logging
import os
import sqlite3
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.errors import Busy
from bot.ports import Job, Store
from tests.fakes.slack import FakeSlack, Message, User
from tests.fakes.slack.delivery import Answer, Delivery
from tests.fakes.slack.http_out import encode, signature
from tests.migrated import put_database
from tests.slack.world import World, world

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
T = TypeVar("T")
WHO = st.sampled_from(["anna", "ben"])
CALLS = ["chat.postMessage", "chat.update", "chat.delete", "reactions.add", "users.info", "conversations.replies"]
FAULTS: list[dict[str, Any]] = [
    {"status": 503},
    {"status": 500, "accepted": True},
    {"drop": True},
    {"drop": True, "accepted": True},
    {"status": 429, "retry_after": 30},
]
ASKED = {"users.info", "conversations.replies"}  # there is nothing to be accepted


@dataclass
class Said:
    message: Message
    text: str  # empty when it is deleted


@dataclass
class Customer:
    user: User
    number: int
    place: Any
    thread: str
    said: list[Said] = field(default_factory=list)


class Unreliable:
    """The database as the bot's front door sees it: so many of the next writes fail."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.failing = 0

    async def write(self, job: Job[T], *, patient: bool = False) -> T:
        if self.failing:
            self.failing -= 1
            raise Busy
        return await self.store.write(job)

    async def read(self, job: Job[T]) -> T:
        return await self.store.read(job)


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Promises(RuleBasedStateMachine):
    http = True

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        put_database(Path(self.folder.name) / "helpthread.db")
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.ahead = 0.0  # seconds
        self.words = 0
        self.replies: dict[str, list[str]] = {"anna": [], "ben": []}
        self.early: list[str] = []
        self.in_order = True
        self.log = Heard()
        logging.getLogger("adapters.slack").addHandler(self.log)
        self.do(self._begin())

    def do(self, work: Awaitable[T]) -> T:
        async def all_of_it() -> T:
            return await work

        return self.runner.run(all_of_it())

    async def _begin(self) -> None:
        self.slack = FakeSlack()

        def now() -> datetime:
            return datetime.fromtimestamp(time.time() + self.ahead, UTC)

        made = world(Path(self.folder.name), http=self.http, slack=self.slack, now=now)
        self.desk: World = await self.stack.enter_async_context(made)
        self.desk.chat.api.pace.now = lambda: time.monotonic() + self.ahead
        self.desk.chat.api.pace.sleep = self._skip
        self.store = self.desk.running.app.store = Unreliable(self.desk.running.store)  # type: ignore[assignment]
        anna = await self.desk.say(self.desk.anna, "anna begins")
        ben = await self.desk.say(self.desk.ben, "ben begins", self.desk.help)
        self.customers = {
            "anna": Customer(self.desk.anna, 1, "@bot", "", [Said(anna, "anna begins")]),
            "ben": Customer(self.desk.ben, 2, self.desk.help, ben.ts, [Said(ben, "ben begins")]),
        }
        self.slack.patience = self.slack.courier.ask_patience = 0.05
        self.attempt, self.slack.courier._attempt = self.slack.courier._attempt, self._watched  # type: ignore[method-assign]

    async def _skip(self, seconds: float) -> None:
        self.ahead += seconds

    async def _watched(self, delivery: Delivery, retry: int, reason: str) -> Answer:
        """Nothing is acknowledged before it is committed: another connection to the database sees it."""
        answer = await self.attempt(delivery, retry, reason)
        event = delivery.payload.get("event", {})
        people = {customer.user.id for customer in self.customers.values()}
        written = event.get("user") in people and event.get("type") == "message"
        if answer.status == 200 and written and not self._stored(event["ts"]):
            self.early.append(event["ts"])
        return answer

    def _stored(self, ts: str) -> int:
        with contextlib.closing(sqlite3.connect(Path(self.folder.name) / "helpthread.db")) as database:
            (count,) = database.execute("SELECT count(*) FROM timeline WHERE source_message = ?", (ts,)).fetchone()
        return int(count)

    # What people do

    @rule(who=WHO, many=st.integers(1, 3))
    def writes(self, who: str, many: int) -> None:
        for _ in range(many):
            self.words += 1
            customer, text = self.customers[who], f"word {self.words}"
            said = self.do(self.slack.say(customer.user.id, customer.place, text, customer.thread or None))
            customer.said.append(Said(said, text))

    @rule(who=WHO, back=st.integers(0, 2))
    def edits(self, who: str, back: int) -> None:
        written = [said for said in self.customers[who].said[1:] if said.text]
        if len(written) > back:
            self.words += 1
            said = written[-1 - back]
            said.text = f"word {self.words}"
            self.do(self.slack.edit(said.message, said.text))

    @rule(who=WHO)
    def deletes(self, who: str) -> None:
        written = [said for said in self.customers[who].said[1:] if said.text]
        if written:
            written[-1].text = ""
            self.do(self.slack.delete(written[-1].message))

    @rule(who=WHO)
    def an_agent_answers(self, who: str) -> None:
        self.words += 1
        card = self.desk.card(self.customers[who].number)
        self.do(self.slack.say(self.desk.sam.id, self.desk.desk, f"!r answer {self.words}", card.ts))
        self.replies[who].append(f"answer {self.words}")

    # What goes wrong

    @rule(method=st.sampled_from(CALLS), fault=st.sampled_from(FAULTS), times=st.integers(1, 2), skip=st.integers(0, 2))
    def slack_fails(self, method: str, fault: dict[str, Any], times: int, skip: int) -> None:
        if not (method in ASKED and fault.get("accepted")):
            self.slack.fail(method, times=times, skip=skip, **fault)

    @rule(times=st.integers(1, 4))
    def the_database_is_busy(self, times: int) -> None:
        self.store.failing = times

    @rule(which=st.integers(0, 1000))
    def slack_delivers_again(self, which: int) -> None:
        told = [sent for sent in self.slack.courier.sent if sent.kind == "events_api"]
        self.slack.courier.sent = self.slack.courier.sent[-200:]

        async def repeat() -> None:
            self.slack.courier.repeat(told[which % len(told)])
            await self.slack.settled(0.2)

        self.do(repeat())

    @rule(seconds=st.sampled_from([1, 61, 301]))
    def time_passes(self, seconds: int) -> None:
        self.ahead += seconds
        self.do(self.slack.advance(seconds))

    @precondition(lambda self: self.http)
    @rule(which=st.integers(0, 1000), old=st.booleans())
    def a_request_is_replayed_or_stale(self, which: int, old: bool) -> None:
        told = [sent for sent in self.slack.courier.sent if sent.kind == "events_api"]
        body, kind = encode(told[which % len(told)])
        moment = str(int(time.time()) - (301 if old else 0))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": signature(self.slack.app.signing_secret, moment, body),
        }
        answer = self.do(self.slack.http.raw(body, headers))
        assert answer.status == 401 if old else answer.status in (200, 500, 503), json.dumps(headers)

    @precondition(lambda self: not self.http)
    @rule(cut=st.booleans())
    def connections_end(self, cut: bool) -> None:
        """What is on its way to a cut connection comes again later, perhaps after what was written then."""
        if cut:
            self.in_order = False
            self.slack.sockets.drop()
        else:
            self.do(self.slack.sockets.refresh())
        self.do(self.slack.sockets.connected(2, 20))

    # What holds

    @invariant()
    def nothing_is_acknowledged_before_it_is_stored(self) -> None:
        assert self.early == []

    @rule()
    def everything_is_there_once_when_all_is_well_again(self) -> None:
        self.do(self._calm())
        for customer in self.customers.values():
            self.check(customer)
        for who, replies in self.replies.items():
            customer = self.customers[who]
            heard = (
                self.desk.private(customer.user)
                if customer.place == "@bot"
                else self.slack.thread(customer.place, customer.thread)
            )
            told = [line.text for line in heard if line.text.startswith("answer ")]
            assert told == replies

    def check(self, customer: Customer) -> None:
        for said in customer.said:
            assert self._stored(said.message.ts) == 1, said.text
        room = [line.text.removesuffix(" (edited)") for line in self.desk.agents_room(customer.number)]
        shown = [text for text in room if text.startswith(("word ", customer.user.name))]
        wanted = [said.text for said in customer.said if said.text]
        once = list(dict.fromkeys(shown))
        assert len(shown) - len(once) <= sum("posted again" in line for line in self.log.lines), shown
        assert (once if self.in_order else sorted(once)) == (wanted if self.in_order else sorted(wanted))

    async def _calm(self) -> None:
        self.slack.faults.clear()
        self.store.failing = 0
        self.ahead += 400
        await self.slack.advance(400)
        for _ in range(12):
            await self.slack.settled(2.0)
            await self.desk.running.courier.settle()
            if await self.desk.running.store.read(lambda work: work.outbox.next_due(("slack",))) is None:
                break
            self.ahead += 120
        await self.desk.settle()

    def teardown(self) -> None:
        try:
            self.everything_is_there_once_when_all_is_well_again()
        finally:
            logging.getLogger("adapters.slack").removeHandler(self.log)
            self.do(self.stack.aclose())
            self.runner.close()
            self.folder.cleanup()


class OverSockets(Promises):
    http = False


@pytest.mark.timeout(0 if THOROUGH else 120)
@pytest.mark.parametrize("machine", [Promises, OverSockets], ids=["http", "sockets"])
def test_nothing_is_lost_doubled_or_out_of_order(machine: type[Promises], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.sockets.PING_EVERY", 0.5)  # a connection that was cut is made anew sooner
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=300 if THOROUGH else 10,
            stateful_step_count=40 if THOROUGH else 15,
            deadline=None,
            phases=list(Phase) if THOROUGH else [Phase.generate],  # a failure is told at once, not made small first
            suppress_health_check=list(HealthCheck),
        ),
    )
