"""The steps of an erasure: none is left out, one executor at a time, and a request is closed when all are done."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.message import UserRef
from bot.ports import TryLater, UnitOfWork
from bot.privacy.erasing import erase as erasing
from bot.privacy.erasing.steps import BEFORE_RECEIPT, LEASE, Executor, Step, StepState, Stride, unsettled
from bot.privacy.model import Asked, Request, Stage
from storage.files import DiskFiles
from storage.tombstones import SqlTombstones
from tests.desk import Desk, private
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import CLIO, a_day, asked, erase

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def strides(desk: Desk, number: int) -> dict[Step, Stride]:
    return {each.step: each for each in await desk.store.read(lambda work: work.privacy.steps(number))}


async def begun(desk: Desk) -> Request:
    """A request at work, with every step before the receipt done."""

    def job(work: UnitOfWork) -> Request:
        made = work.privacy.open_request(Request(0, CLIO.ref, Asked.ERASURE, work.now, Stage.CLEANING, ghost="g"))
        for step in BEFORE_RECEIPT:
            work.privacy.begin_step(made.number, step, 1, work.now)
            work.privacy.end_step(made.number, step, StepState.DONE)
        return made

    return await desk.store.write(job)


async def test_every_step_is_written_down_and_done(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await office.type(CLIO, "/mydata delete", private(CLIO))
    number = await asked(office, CLIO)
    await office.press(CLIO, "mydata.confirm", str(number), private(CLIO))
    await settle(office)
    found = await strides(office, number)
    assert list(found) == list(Step)
    assert {each.state for each in found.values()} == {StepState.DONE}
    assert {each.lease_until for each in found.values()} == {None}
    assert found[Step.CONTENT].counts["tickets"] == 1
    assert list(found[Step.NAMES].counts.values()) == [1]


async def test_T24_no_receipt_while_a_step_is_not_done(office: Desk, files: DiskFiles, tombs: SqlTombstones) -> None:
    """Skipping one needs a reason, too."""
    request = await begun(office)
    erasure = erasing.Erasure(office.store, files, tombs, request, "en", office.now(), 0, lambda: None)

    def broken(step: Step, state: StepState, work: UnitOfWork) -> bool:
        work.privacy.end_step(request.number, step, state)
        told = erasure._tell(work)
        work.privacy.end_step(request.number, step, StepState.SKIPPED, "for-a-reason")
        return told

    for step in BEFORE_RECEIPT:
        for state in (StepState.FAILED, StepState.WAITING, StepState.RUNNING, StepState.SKIPPED):
            assert await office.store.write(partial(broken, step, state)) is False, (step, state)
    assert (await requested(office, request.number)).stage is Stage.CLEANING
    assert await office.store.write(erasure._tell) is True
    assert (await requested(office, request.number)).stage is Stage.TOLD


async def requested(desk: Desk, number: int) -> Request:
    found = await desk.store.read(lambda work: work.privacy.request(number))
    assert found is not None
    return found


async def test_T24_nothing_leads_from_a_failed_step_to_a_closed_request(office: Desk) -> None:
    request = replace(await begun(office), stage=Stage.TOLD)

    def close(work: UnitOfWork) -> None:
        work.privacy.save(request)
        work.privacy.end_step(request.number, Step.FILES, StepState.FAILED, "OSError")
        erasing._close(request, work.now, work)

    with pytest.raises(ValueError, match="an erasure of which files is not done cannot be closed"):
        await office.store.write(close)


async def test_a_step_that_fails_is_tried_again_and_says_why(
    office: Desk, files: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_day(office, files)
    await office.type(CLIO, "/mydata delete", private(CLIO))
    number = await asked(office, CLIO)

    def broken(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(DiskFiles, "drop", broken)
        await office.press(CLIO, "mydata.confirm", str(number), private(CLIO))
    failed = (await strides(office, number))[Step.FILES]
    assert (failed.state, failed.error, failed.lease_until) == (StepState.FAILED, "OSError", None)
    assert Step.CONTENT not in await strides(office, number)
    await settle(office)
    found = await strides(office, number)
    assert unsettled(found.values(), tuple(Step)) == []
    assert found[Step.FILES].attempts > 1


async def test_T23_of_two_executors_one_is_shut_out(office: Desk) -> None:
    request = await begun(office)
    one, other = (Executor(office.store, CLIO.ref, request.number) for _ in range(2))
    await one.begin(Step.CONTENT)
    with pytest.raises(TryLater, match="somebody else is at it"):
        await other.begin(Step.TOMBSTONE)

    office.clock.time += LEASE / 2
    await one.write(lambda work: None)  # goes on working, and so keeps it
    office.clock.time += LEASE / 2 + timedelta(seconds=1)
    with pytest.raises(TryLater):
        await other.begin(Step.TOMBSTONE)

    office.clock.time += LEASE  # it is dead, or asleep
    await other.begin(Step.TOMBSTONE)
    with pytest.raises(TryLater, match="somebody else took over"):
        await one.write(lambda work: work.people.meet(UserRef("fake", "w", "ghostly"), "Ghostly", ""))
    assert await office.store.read(lambda work: work.people.get(UserRef("fake", "w", "ghostly"))) is None
    await other.write(lambda work: work.people.meet(UserRef("fake", "w", "lively"), "Lively", ""))
    assert await office.store.read(lambda work: work.people.get(UserRef("fake", "w", "lively"))) is not None


async def test_T1_agents_are_told_without_a_name_when_a_claimed_ticket_goes(
    office: Desk, files: DiskFiles, tmp_path: object
) -> None:
    await a_day(office, files)
    preview = await office.type(CLIO, "/mydata delete", private(CLIO))
    assert "tickets: 1" in preview
    await office.press(CLIO, "mydata.confirm", str(await asked(office, CLIO)), private(CLIO))
    await settle(office)
    told = office.agents_room(1)
    assert told == ["Ticket #1 is closed: the requester had their data erased."]
    before = list(office.chat.delivered)
    office.later(days=30)  # reminders, surveys and digests would come now
    for _ in range(3):
        await office.tick()
        await settle(office)
    assert [e for e in office.chat.delivered[len(before) :] if CLIO.ref.id in str(e)] == []


async def test_T17_what_was_given_up_cannot_be_sent_again(office: Desk, tmp_path: object) -> None:
    from bot.ports import Refused

    office.chat.refuse = lambda effect: Refused("no") if effect.kind in ("post", "direct") else None
    await office.say(CLIO, "lilac words of hers")
    dead = [row.id for row, _ in await office.store.read(lambda work: work.outbox.dead(9))]
    assert dead
    office.chat.refuse = lambda effect: None
    await erase(office, CLIO)
    delivered = len(office.chat.delivered)
    retried = await office.store.write(lambda work: [work.outbox.retry(id) for id in dead])
    await settle(office)
    assert retried.count(True) <= 1  # what agents were told about the failure is theirs
    again = [str(effect) for effect in office.chat.delivered[delivered:]]
    assert [effect for effect in again if "lilac" in effect or CLIO.ref.id in effect] == []


def test_steps_may_be_skipped_for_a_reason_alone() -> None:
    done = [Stride(step, StepState.DONE) for step in BEFORE_RECEIPT]
    assert unsettled(done) == []
    assert unsettled([]) == list(BEFORE_RECEIPT)
    skipped = [*done[:-1], Stride(done[-1].step, StepState.SKIPPED)]
    assert unsettled(skipped) == [Step.DISK]
    assert unsettled([*done[:-1], replace(skipped[-1], error="gone-before")]) == []
