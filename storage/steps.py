"""The steps of erasures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update

from bot.privacy.erasing.steps import Step, StepState, Stride
from bot.privacy.model import added
from storage.hot import Hot
from storage.rows import StepRow

table = StepRow.__table__
THIS = and_(table.c.request == bindparam("of"), table.c.step == bindparam("at"))
COUNTED = Hot(select(table.c.counts).where(THIS))
COUNT = Hot(update(table).where(THIS).values(counts=bindparam("counts")))
MINE = and_(THIS, table.c.fence == bindparam("my_fence"))
RENEW = Hot(update(table).where(MINE).values(lease_until=bindparam("until")))
LATER = Hot(
    select(table.c.fence).where(table.c.request == bindparam("of"), table.c.fence > bindparam("my_fence")).limit(1)
)


class Steps:
    connection: Connection
    now: datetime

    def steps(self, request: int, *, alone: bool = False) -> Sequence[Stride]:
        """In their order. `alone`: until the end of this transaction nobody else begins one, or writes under one."""
        query = select(table).where(table.c.request == request)
        found = self.connection.execute(query.with_for_update() if alone else query).all()
        order = list(Step)
        return sorted(map(_stride, found), key=lambda each: order.index(each.step))

    def begin_step(self, request: int, step: Step, fence: int, until: datetime) -> None:
        """Once more, if it was begun before; where it got to and what it counted stays."""
        running = {"state": StepState.RUNNING.value, "fence": fence, "lease_until": until, "error": "", "done_at": None}
        again = update(table).where(_is(request, step)).values(**running, attempts=table.c.attempts + 1)
        if not self.connection.execute(again).rowcount:
            new: dict[str, Any] = {"request": request, "step": step.value, "attempts": 1, "counts": {}}
            self.connection.execute(insert(table).values(new | running | {"begun_at": self.now}))

    def renew_lease(self, request: int, step: Step, fence: int, until: datetime) -> bool:
        """False if somebody else has begun meanwhile."""
        mine = {"of": request, "at": step.value, "my_fence": fence}
        renewed = RENEW.run(self.connection, mine | {"until": until})
        return bool(renewed) and LATER.first(self.connection, {"of": request, "my_fence": fence}) is None

    def end_step(self, request: int, step: Step, state: StepState, error: str = "") -> None:
        done_at = self.now if state in (StepState.DONE, StepState.SKIPPED) else None
        ended = {"state": state.value, "lease_until": None, "error": error, "done_at": done_at}
        self.connection.execute(update(table).where(_is(request, step)).values(ended))

    def note_step(self, request: int, step: Step, counts: Mapping[str, int]) -> None:
        """Add to what it counted."""
        which = {"of": request, "at": step.value}
        [row] = COUNTED.all(self.connection, which)
        COUNT.run(self.connection, which | {"counts": added(row.counts, counts)})


def _is(request: int, step: Step) -> Any:
    return and_(table.c.request == request, table.c.step == step.value)


def _stride(row: Row[Any]) -> Stride:
    step, state = Step(row.step), StepState(row.state)
    return Stride(step, state, row.attempts, row.fence, row.lease_until, row.counts, row.error)
