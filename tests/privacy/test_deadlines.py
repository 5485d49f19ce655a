"""T31: by when each request is answered, who is reminded when, and what goes on by itself if nobody decides."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.privacy.model import Asked, Request, Stage
from bot.privacy.promises import Promises
from tests.desk import ANA, SAM, Desk, agents_thread, private
from tests.privacy.conftest import OLE, one, release, settle

CLAIM = "I never owned a Zeppelinfahrrad"
MADE = Asked.DISPUTE


async def until(desk: Desk, moment: datetime) -> None:
    """Time passes; minutes in which nothing can happen are left out."""
    desk.clock.time = moment
    for _ in range(2):
        await desk.tick()
        await settle(desk)


def days_left(desk: Desk, number: int = 1) -> list[str]:
    """Of each reminder."""
    reminders = [text for text in desk.private(OLE) if text.startswith(f"Request {number} has to be answered")]
    return [text.partition("(")[2].partition(")")[0] for text in reminders]


async def disputed(desk: Desk, at: datetime | None = None) -> Request:
    """Ana says that something in her ticket is wrong."""
    desk.clock.time = at or desk.now()
    await desk.say(SAM, "she owns an airship", agents_thread(1))
    await desk.submit(ANA, "mydata.dispute", "", private(ANA), ticket="1", text=CLAIM)
    await settle(desk)
    return await one(desk, MADE)


@pytest.mark.parametrize(
    ("received", "by", "extended"),
    [
        ("2026-01-31T09:00", "2026-02-28T09:00", "2026-04-30T09:00"),
        ("2028-01-31T09:00", "2028-02-29T09:00", "2028-04-30T09:00"),
        ("2026-02-28T23:59", "2026-03-28T23:59", "2026-05-28T23:59"),
        ("2026-03-29T00:30", "2026-04-29T00:30", "2026-06-29T00:30"),  # clocks in Europe go forward at 01:00 UTC
        ("2026-10-25T00:30", "2026-11-25T00:30", "2027-01-25T00:30"),  # and back
        ("2026-11-30T12:00", "2026-12-30T12:00", "2027-02-28T12:00"),
        ("2027-11-30T12:00", "2027-12-30T12:00", "2028-02-29T12:00"),
        ("2026-12-31T23:59", "2027-01-31T23:59", "2027-03-31T23:59"),
    ],
)
async def test_T31_a_request_is_due_in_a_month_and_reminded_of_before_that_and_anew_when_extended(
    bureau: Desk, received: str, by: str, extended: str
) -> None:
    vars(bureau.store)["promises"] = Promises(approve_days=0)
    begun, due, later = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (received, by, extended))
    assert (await disputed(bureau, begun)).answer_by == due
    for left in (20, 14, 13, 7, 3, 1):
        await until(bureau, due - timedelta(days=left))
    assert days_left(bureau) == ["14 days", "7 days", "3 days", "1 day"]
    await until(bureau, due)
    assert f"by {later:%Y-%m-%d} now" in await bureau.type(OLE, "/privacy extend 1 complex", private(OLE))
    await settle(bureau)
    assert [text for text in bureau.private(ANA) if "takes us longer" in text and f"{later:%Y-%m-%d}" in text]
    for left in (15, 14, 7, 3, 1):
        await until(bureau, later - timedelta(days=left))
    assert days_left(bureau)[4:] == ["14 days", "7 days", "3 days", "1 day"]
    assert "cannot be extended" in await bureau.type(OLE, "/privacy extend 1 complex", private(OLE))
    for late in (1, 2, 3):
        await until(bureau, later + timedelta(days=late))
    assert days_left(bureau)[8:] == ["overdue"]


async def test_T31_after_the_month_it_is_too_late_to_extend(bureau: Desk) -> None:
    vars(bureau.store)["promises"] = Promises(approve_days=0)
    request = await disputed(bureau)
    await until(bureau, request.answer_by + timedelta(seconds=1))
    assert "cannot be extended" in await bureau.type(OLE, "/privacy extend 1 complex", private(OLE))
    assert not [text for text in bureau.private(ANA) if "takes us longer" in text]


async def test_T31_what_no_officer_decided_is_as_the_person_says_five_days_before_it_is_due(bureau: Desk) -> None:
    request = await disputed(bureau)
    await until(bureau, request.answer_by - timedelta(days=5, minutes=1))
    assert (await one(bureau, MADE)).stage is Stage.REVIEW
    assert bureau.card(1).startswith("#1 (restricted)")
    await until(bureau, request.answer_by - timedelta(days=5))
    assert (await one(bureau, MADE)).stage is Stage.DONE
    assert bureau.card(1).startswith("#1 my printer is on fire")
    assert f"no privacy officer decided about it in time: {CLAIM}" in bureau.agents_room(1)[-1]
    assert bureau.private(ANA)[-1].startswith("We take what you said in request 1 as right.")
    assert bureau.private(OLE)[-1] == (
        "Request 1 was taken as right: it is due by 2026-02-05, and nobody decided. The ticket says so."
    )
    assert "nothing to decide" in await bureau.type(OLE, "/privacy decide 1 wrong", private(OLE))
    lines = await bureau.store.read(lambda work: work.audit.lines(0, 200))
    assert [line.actor for line in lines if line.reason == "granted"] == [""], "nobody's doing"


async def test_T31_an_extension_moves_that_day_too(bureau: Desk) -> None:
    request = await disputed(bureau)
    await bureau.type(OLE, "/privacy extend 1 many", private(OLE))
    await until(bureau, request.answer_by)
    assert (await one(bureau, MADE)).stage is Stage.REVIEW
    await until(bureau, (await one(bureau, MADE)).answer_by - timedelta(days=5))
    assert (await one(bureau, MADE)).stage is Stage.DONE


@pytest.mark.parametrize("days", [1, 12])
async def test_T31_an_operator_chooses_how_many_days_before(bureau: Desk, days: int) -> None:
    vars(bureau.store)["promises"] = Promises(approve_days=days)
    request = await disputed(bureau)
    await until(bureau, request.answer_by - timedelta(days=days, seconds=1))
    assert (await one(bureau, MADE)).stage is Stage.REVIEW
    await until(bureau, request.answer_by - timedelta(days=days))
    assert (await one(bureau, MADE)).stage is Stage.DONE


async def test_T31_an_officer_who_decided_is_not_overruled(bureau: Desk) -> None:
    request = await disputed(bureau)
    await bureau.type(OLE, "/privacy decide 1 wrong", private(OLE))
    await settle(bureau)
    await until(bureau, request.answer_by)
    assert bureau.private(ANA)[-1].startswith("We looked at what you said in request 1, and found no mistake.")
    assert not [text for text in bureau.agents_room(1) if CLAIM in text]


@pytest.mark.parametrize("on", ["", " 1"], ids=["all-of-theirs", "the-ticket"])
async def test_T31_under_a_legal_hold_nothing_is_taken_as_right_before_it_ends(bureau: Desk, on: str) -> None:
    request = await disputed(bureau)
    review = f"{bureau.now() + timedelta(days=60):%Y-%m-%d}"
    assert "Hold 1 stands" in await bureau.type(OLE, f"/privacy hold @ana claims {review}{on}", private(OLE))
    await until(bureau, request.answer_by - timedelta(days=1))
    assert (await one(bureau, MADE)).stage is Stage.REVIEW
    await release(bureau, OLE, 1)
    await until(bureau, request.answer_by - timedelta(hours=12))
    assert (await one(bureau, MADE)).stage is Stage.DONE


async def logged(desk: Desk) -> Asked:
    await desk.type(OLE, "/privacy log deletion @ana email", private(OLE))
    return Asked.ERASURE


async def on_behalf(desk: Desk) -> Asked:
    await desk.type(OLE, "/privacy delete-for @ana email", private(OLE))
    return Asked.ERASURE


async def held(desk: Desk) -> Asked:
    review = f"{desk.now() + timedelta(days=89):%Y-%m-%d}"
    await desk.type(OLE, f"/privacy hold @ana claims {review}", private(OLE))
    await desk.type(ANA, "/mydata delete", private(ANA))
    await desk.click(ANA, "Delete all of it")
    return Asked.ERASURE


@pytest.mark.parametrize(
    ("ask", "stage"),
    [(logged, Stage.EXPIRED), (on_behalf, Stage.REVIEW), (held, Stage.HELD)],
    ids=["not-proven-whose", "by-one-officer-alone", "under-a-hold"],
)
async def test_T31_no_deletion_begins_because_time_passes(
    bureau: Desk, ask: Callable[[Desk], Awaitable[Asked]], stage: Stage
) -> None:
    asked = await ask(bureau)
    await settle(bureau)
    request = await one(bureau, asked)
    for left in (14, 7, 5, 3, 1, -1, -30):
        await until(bureau, request.answer_by - timedelta(days=left))
    assert (await one(bureau, asked)).stage is stage
    assert (await bureau.ticket(1)).customer == ANA.ref
    assert days_left(bureau)[:4] == ["14 days", "7 days", "3 days", "1 day"]


@pytest.mark.parametrize(
    ("line", "asked"),
    [("/mydata restrict-now", Asked.RESTRICTION), ("/mydata export", Asked.EXPORT)],
)
async def test_T31_what_people_ask_in_chat_waits_for_no_officer(bureau: Desk, line: str, asked: Asked) -> None:
    await bureau.press(ANA, line.removeprefix("/").replace(" ", "."), place=private(ANA))
    await settle(bureau)
    assert (await one(bureau, asked)).stage is Stage.DONE
    await bureau.type(ANA, "/mydata object surveys", private(ANA))
    assert not (await bureau.store.read(lambda work: work.privacy.choices(ANA.ref)))[0].allowed
