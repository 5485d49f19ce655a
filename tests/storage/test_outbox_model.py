"""Whatever happens in whatever order, the outbox hands out what a list of effects would: the oldest of each room."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, create_engine, func, select

from bot.effects import Remove
from bot.ports import Pending, Spot
from storage.opening import postgresql_url
from storage.outbox import SqlOutbox
from storage.rows import Base, OutboxRow
from tests.storage.build import ANA, T0, post
from tests.storage.conftest import disposed

rooms = st.sampled_from(["a", "b", "c"])
keys = st.sampled_from(["1", "2", "3", "4"])
seconds = st.integers(0, 60)


@dataclass(frozen=True)
class Waiting:
    id: int
    room: str
    key: str
    since: datetime
    attempts: int = 0
    dead: bool = False


class Outbox(RuleBasedStateMachine):
    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.transaction = connection.begin_nested()
        self.sql = SqlOutbox(connection, T0)
        self.rows: dict[int, Waiting] = {}
        self.there: set[str] = set()
        self.on_their_way: dict[int, Pending] = {}

    def heads(self) -> dict[str, Waiting]:
        heads: dict[str, Waiting] = {}
        for id in sorted(self.rows):
            if not self.rows[id].dead:
                heads.setdefault(self.rows[id].room, self.rows[id])
        return heads

    def newest(self) -> int:
        newest: int = self.sql.connection.execute(select(func.max(OutboxRow.id))).scalar_one()
        return newest

    @rule(room=rooms, key=keys, remove=st.booleans())
    def post(self, room: str, key: str, remove: bool) -> None:
        self.sql.post(Remove(key, "chat", room) if remove else post(key, room), about=ANA)
        id = self.newest()
        self.rows[id] = Waiting(id, room, key, self.sql.now)

    @rule(seconds=seconds)
    def time_passes(self, seconds: int) -> None:
        self.sql.now += timedelta(seconds=seconds)

    @rule(key=keys)
    def cancel(self, key: str) -> None:
        self.sql.cancel(key)
        heads = self.heads().values()
        for row in [row for row in self.rows.values() if row.key == key and not row.dead and row not in heads]:
            del self.rows[row.id]

    @rule(limit=st.integers(1, 3))
    def hand_out(self, limit: int) -> None:
        for sent in self.sql.due(self.sql.now, limit, ["chat"], tuple(self.on_their_way)):
            assert sent.id not in self.on_their_way
            assert (sent.at is not None) == (sent.effect.anchor in self.there)
            self.on_their_way[sent.id] = sent

    @precondition(lambda self: self.on_their_way)
    @rule(data=st.data(), spot=st.booleans())
    def done(self, data: st.DataObject, spot: bool) -> None:
        sent = self.on_their_way.pop(data.draw(st.sampled_from(sorted(self.on_their_way))))
        self.sql.done(sent, Spot("c", "t", "m") if spot else None)
        self.rows.pop(sent.id, None)
        if isinstance(sent.effect, Remove):
            self.there.discard(sent.effect.key)
        elif spot:
            self.there.add(sent.effect.key)

    @precondition(lambda self: self.on_their_way)
    @rule(data=st.data(), seconds=seconds)
    def postpone(self, data: st.DataObject, seconds: int) -> None:
        id = data.draw(st.sampled_from(sorted(self.on_their_way)))
        del self.on_their_way[id]
        until = self.sql.now + timedelta(seconds=seconds)
        self.sql.postpone(id, until, "busy")
        if id in self.rows:
            self.rows[id] = replace(self.rows[id], since=until, attempts=self.rows[id].attempts + 1)

    @precondition(lambda self: self.on_their_way)
    @rule(data=st.data())
    def bury(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.on_their_way)))
        del self.on_their_way[id]
        self.sql.bury(id, "refused")
        if id in self.rows:
            self.rows[id] = replace(self.rows[id], dead=True)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        row = self.rows[data.draw(st.sampled_from(sorted(self.rows)))]
        assert self.sql.retry(row.id) is row.dead
        if row.dead:
            self.rows[row.id] = replace(row, dead=False, attempts=0, since=self.sql.now)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        row = self.rows[data.draw(st.sampled_from(sorted(self.rows)))]
        assert self.sql.discard(row.id) is row.dead
        if row.dead:
            del self.rows[row.id]

    @invariant()
    def what_is_due_is_the_oldest_of_each_room(self) -> None:
        now, busy = self.sql.now, tuple(self.on_their_way)
        due = [row for row in self.heads().values() if row.since <= now and row.id not in busy]
        due.sort(key=lambda row: (row.since, row.id))
        found = self.sql.due(now, 9, ["chat"], busy)
        assert [(p.id, p.effect.key, p.attempts) for p in found] == [(row.id, row.key, row.attempts) for row in due]
        assert self.sql.next_due(["chat"]) == min((row.since for row in self.heads().values()), default=None)

    @invariant()
    def what_was_set_aside_is_listed(self) -> None:
        assert [pending.id for pending, _ in self.sql.dead(99)] == sorted(r.id for r in self.rows.values() if r.dead)

    @invariant()
    def what_is_or_will_be_there_is_known(self) -> None:
        coming = {row.key for row in self.rows.values() if not row.dead}
        assert {key for key in "1234" if self.sql.posted(key)} == self.there | coming
        assert [self.sql.waiting(room) for room in "abc"] == [
            sum(row.room == room and not row.dead for row in self.rows.values()) for room in "abc"
        ]

    def teardown(self) -> None:
        self.transaction.rollback()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_outbox_behaves_like_a_list(kind: str, request: pytest.FixtureRequest):
    url = "sqlite://" if kind == "sqlite" else postgresql_url(request.getfixturevalue("empty_postgres"))
    with disposed(create_engine(url)) as engine, engine.connect() as connection, connection.begin() as whole:
        if kind == "sqlite":
            Base.metadata.create_all(connection)
        run_state_machine_as_test(
            lambda: Outbox(connection),  # type: ignore[arg-type]
            settings=settings(
                max_examples=10 if kind == "sqlite" else 3,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        whole.rollback()
