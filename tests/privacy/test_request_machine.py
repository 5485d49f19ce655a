"""Whatever people and officers do, in whatever order, and whatever the platform refuses: what was promised about
requests holds (a state machine that Hypothesis drives over chat commands)."""

import asyncio
import itertools
import json
import os
import tempfile
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from bot.effects import CLERK
from bot.errors import Problem
from bot.ports import TryLater, UnitOfWork
from bot.privacy.clerk import Clerk, Nobody
from bot.privacy.erasing.gate import State
from bot.privacy.erasing.steps import Step, unsettled
from bot.privacy.model import GONE, Asked, Request, Stage
from bot.privacy.officers import holding
from bot.privacy.officers import office as rights
from bot.privacy.stages import EXTENDED_MONTHS, months_after
from storage.files import DiskFiles
from storage.opening import open_store
from storage.tombstones import open_tombstones
from tests.desk import Clock, Desk, person, private
from tests.migrated import put_database
from tests.privacy.conftest import NOTARY
from tests.privacy.test_erasure import CLIO

OTHER = person("ole").ref
WORD = "lilac"
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
ASKS = ("export", "delete", "restrict", "lift", "status", "view")
BUTTONS = ("mydata.restrict-now", "mydata.lift")


class Requests(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        folder, clock, ids = Path(self.folder.name), Clock(), itertools.count(1)
        put_database(folder / "desk.db")
        self.tombs = open_tombstones(f"sqlite:///{folder}/tombstones.db", b"k" * 32)
        self.desk = self.do(self._desk(folder, clock))
        clerk = Clerk(
            self.desk.store, DiskFiles(folder / "files"), self.tombs, NOTARY, folder / "exports", clock.now,
            lambda: f"random{next(ids)}", patience=0,
        )  # fmt: skip
        self.desk.chats |= {CLERK: clerk, GONE: Nobody()}
        self.desk.app.gate = self.tombs.gate
        self.closed_before = 0

    async def _desk(self, folder: Path, clock: Clock) -> Desk:
        desk = Desk(open_store(f"sqlite:///{folder}/desk.db", clock.now), clock)
        await desk.set_up()
        return desk

    def do(self, what: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await what

        return self.loop.run(awaited())

    def requests(self) -> list[Request]:
        def job(work: UnitOfWork) -> list[Request]:
            found = [work.privacy.request(number) for number in range(1, 200)]
            return [request for request in found if request is not None]

        return self.do(self.desk.store.read(job))  # type: ignore[no-any-return]

    def officer(self, job: Any) -> None:
        with suppress(Problem):  # said no, and why
            self.do(self.desk.store.write(job))
        self.do(self.desk.deliver())

    @rule(text=st.sampled_from(["words of hers", "help", "again"]))
    def says(self, text: str) -> None:
        self.do(self.desk.say(CLIO, f"{WORD} {text}"))

    @rule(what=st.sampled_from(ASKS))
    def asks(self, what: str) -> None:
        self.do(self.desk.type(CLIO, f"/mydata {what}", private(CLIO)))

    @rule(action=st.sampled_from(BUTTONS))
    def presses(self, action: str) -> None:
        self.do(self.desk.press(CLIO, action, "", private(CLIO)))

    @rule(number=st.integers(1, 12), action=st.sampled_from(["mydata.confirm", "mydata.cancel"]))
    def presses_for_one(self, number: int, action: str) -> None:
        self.do(self.desk.press(CLIO, action, str(number), private(CLIO)))

    @rule()
    def confirms_the_last(self) -> None:
        waiting = [r.number for r in self.requests() if r.stage is Stage.ASKED]
        if waiting:
            self.do(self.desk.press(CLIO, "mydata.confirm", str(waiting[-1]), private(CLIO)))

    @rule(disclosure=st.sampled_from(["", "nondisclosure"]))
    def officer_holds(self, disclosure: str) -> None:
        review = f"{self.desk.now():%Y-%m}-28"
        self.officer(lambda work: holding.hold(CLIO.ref, "claims", review, "", disclosure, None, work))

    @rule(number=st.integers(1, 4))
    def officer_releases(self, number: int) -> None:
        self.officer(lambda work: holding.release(str(number), None, work))

    @rule(number=st.integers(1, 4), act=st.sampled_from([holding.confirm, holding.clear]))
    def another_officer_confirms_or_clears(self, number: int, act: Any) -> None:
        self.officer(lambda work: act(str(number), OTHER, work))

    @rule(number=st.integers(1, 12), code=st.sampled_from(["complex", "unverified", "claims"]))
    def officer_extends_or_refuses(self, number: int, code: str) -> None:
        act = rights.extend if code == "complex" else rights.refuse
        self.officer(lambda work: act(str(number), code, None, work))

    @rule(kind=st.sampled_from(["export", "deletion", "restriction"]))
    def officer_logs(self, kind: str) -> None:
        self.officer(lambda work: rights.log(kind, CLIO.ref, "email", "", None, work))

    @rule(stuck=st.booleans())
    def platform(self, stuck: bool) -> None:
        self.desk.chat.refuse = lambda effect: TryLater(30) if stuck and effect.kind == "remove" else None

    @rule(hours=st.sampled_from([0.02, 2, 80]))
    def time_passes(self, hours: float) -> None:
        self.desk.later(hours=hours)
        self.do(self.desk.tick())
        self.do(self.desk.deliver())

    @invariant()
    def closed_means_that_every_step_is_done(self) -> None:
        for request in self.requests():
            strides = self.do(self.desk.store.read(lambda work, n=request.number: work.privacy.steps(n)))
            if request.asked is Asked.ERASURE and request.stage is Stage.DONE:
                assert unsettled(strides, tuple(Step)) == []
                assert request.who.platform == GONE
            if request.stage in (Stage.CANCELLED, Stage.HELD, Stage.ASKED, Stage.COOLING):
                assert [each.step for each in strides if each.step is not Step.TOMBSTONE] == []
            if len(strides) > 1 and request.who == CLIO.ref:
                stone = self.tombs.gate.stone(CLIO.ref)
                assert stone is not None
                assert stone.state in (State.BEGUN, State.DONE)

    @invariant()
    def nothing_goes_under_a_hold(self) -> None:
        held = self.do(self.desk.store.read(lambda work: work.privacy.held(CLIO.ref)))
        for request in self.requests():
            if held and request.asked is Asked.ERASURE and request.who == CLIO.ref:
                assert request.stage is not Stage.DUE or request.step

    @invariant()
    def answers_are_due_in_time_and_refusals_have_a_reason(self) -> None:
        for request in self.requests():
            assert request.answer_by <= months_after(request.received, EXTENDED_MONTHS)
            assert (request.stage is Stage.REFUSED) == bool(request.refused)
            assert request.received <= request.at

    @invariant()
    def there_is_one_of_a_kind(self) -> None:
        open_ = [r.asked for r in self.requests() if r.open and r.who == CLIO.ref and r.asked is not Asked.DISPUTE]
        assert len(open_) == len(set(open_)), open_

    @invariant()
    def no_request_holds_anybodys_words(self) -> None:
        def rows(work: Any) -> str:
            tables = ("requests", "erasure_steps", "tombstone_marks")
            found = [work.connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables]  # noqa: S608
            return json.dumps([list(map(str, row)) for some in found for row in some])

        assert WORD not in self.do(self.desk.store.read(rows))

    def teardown(self) -> None:
        """Whatever happened, what was confirmed comes to its end."""
        self.desk.chat.refuse = lambda effect: None
        for _ in range(40):
            self.desk.later(minutes=3)
            self.do(self.desk.tick())
            self.do(self.desk.deliver())
            if not [r for r in self.requests() if r.running]:
                break
        assert [r for r in self.requests() if r.running] == []
        self.do(self.desk.store.close())
        self.tombs.close()
        self.loop.close()
        self.folder.cleanup()


@pytest.mark.timeout(0 if THOROUGH else 300)
def test_what_is_promised_about_requests_holds_in_any_order() -> None:
    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=1000 if THOROUGH else 3,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )
