"""By when a request is answered, and which ways lead from one stage to the next."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.message import UserRef
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.stages import NEXT, NOT_BEGUN, OPEN, months_after

WHO = UserRef("fake", "w", "ana")


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "months", "by"),
    [
        (at(2026, 1, 31), 1, at(2026, 2, 28)),
        (at(2028, 1, 31), 1, at(2028, 2, 29)),
        (at(2026, 3, 29, 1), 1, at(2026, 4, 29, 1)),
        (at(2026, 12, 15), 1, at(2027, 1, 15)),
        (at(2026, 11, 30), 3, at(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_last_one(received: datetime, months: int, by: datetime) -> None:
    assert months_after(received, months) == by


def test_an_extension_counts_from_the_day_it_was_received() -> None:
    request = Request(1, WHO, Asked.ERASURE, at(2026, 2, 9), received_at=at(2026, 1, 31))
    assert request.answer_by == at(2026, 2, 28)
    assert replace(request, extended="complex").answer_by == at(2026, 4, 30)


def test_every_stage_says_where_it_leads() -> None:
    assert set(NEXT) == set(Stage)
    assert {stage for stage, ways in NEXT.items() if not ways} == {Stage.CANCELLED, Stage.REFUSED, Stage.EXPIRED}


@given(st.lists(st.sampled_from(Stage), max_size=12))
@settings(max_examples=300, deadline=None)
def test_nothing_that_began_is_cancelled_and_nothing_over_begins_again(tries: list[Stage]) -> None:
    request, been = Request(1, WHO, Asked.ERASURE, at(2026, 1, 5), Stage.ASKED), [Stage.ASKED]
    for stage in tries:
        if stage in NEXT[request.stage]:
            request = request.to(stage)
            been.append(stage)
        elif stage is not request.stage:
            with pytest.raises(ValueError, match="cannot become"):
                request.to(stage)
    if Stage.CLEANING in been:
        after = been[been.index(Stage.CLEANING) :]
        assert after == [Stage.CLEANING, Stage.TOLD, Stage.DONE, Stage.EXPIRED][: len(after)]
    if Stage.CANCELLED in been:
        assert been[-1] is Stage.CANCELLED
        assert been[-2] in NOT_BEGUN
    assert [stage for stage in been[:-1] if stage not in OPEN] in ([], [Stage.DONE])
