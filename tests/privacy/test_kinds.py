"""T7: everything that may be asked, while everything else that may be asked is where it may be."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.effects import CLERK
from bot.ports import TryLater
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.promises import Promises
from tests.desk import ANA, LEA, SAM, Desk, private
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_cases import _make_officer
from tests.privacy.test_erasure import engine

JAM = "Quittenmarmelade"
GONE_ON = "Your data is being deleted just now"
Asking = Callable[[Desk], Awaitable[str]]


async def export(desk: Desk) -> str:
    return await desk.type(ANA, "/mydata export", private(ANA))


async def delete(desk: Desk) -> str:
    told = await desk.type(ANA, "/mydata delete", private(ANA))
    asked = await requests(desk, Asked.ERASURE)
    if asked and asked[0].stage is Stage.ASKED:
        return await desk.press(ANA, "mydata.confirm", str(asked[0].number), private(ANA))
    return told


async def correct(desk: Desk) -> str:
    return await desk.submit(ANA, "mydata.correct-words", place=private(ANA), wrong="burns", right="is cold")


async def restrict(desk: Desk) -> str:
    return await desk.press(ANA, "mydata.restrict-now", "", private(ANA))


async def lift(desk: Desk) -> str:
    return await desk.type(ANA, "/mydata lift", private(ANA))


async def dispute(desk: Desk) -> str:
    return await desk.submit(ANA, "mydata.dispute", place=private(ANA), ticket="1", text="I never owed anything")


async def minor(desk: Desk) -> str:
    return await desk.type(SAM, "/privacy minor @ana")


ASKING: dict[Asked, Asking] = {
    Asked.EXPORT: export,
    Asked.ERASURE: delete,
    Asked.CORRECTION: correct,
    Asked.RESTRICTION: restrict,
    Asked.LIFTING: lift,
    Asked.DISPUTE: dispute,
    Asked.MINOR: minor,
}
WAITS_FOR_SOMEBODY = (Asked.DISPUTE, Asked.MINOR)


async def requests(desk: Desk, asked: Asked | None = None) -> list[Request]:
    return list(await desk.store.read(lambda work: work.privacy.requests_of(ANA.ref, asked)))


async def nothing_of_hers(desk: Desk) -> bool:
    rows = "\n".join(everything(engine(desk)).values())
    return JAM not in rows and str(ANA.ref) not in rows


@pytest.fixture
async def asked_of(office: Desk) -> Desk:
    """Ana has a ticket, Lea is the privacy officer."""
    await office.store.write(partial(_make_officer, LEA))
    await office.say(ANA, f"my {JAM} burns")
    await settle(office)
    return office


@pytest.mark.parametrize("second", ASKING, ids=str)
@pytest.mark.parametrize("first", ASKING, ids=str)
async def test_T7_whatever_is_asked_before_the_first_is_done_both_come_to_their_end(
    asked_of: Desk, first: Asked, second: Asked
) -> None:
    """The second comes while the first waits for the clerk. A deletion ends all else; nothing else stops another."""
    clerk = asked_of.chats.pop(CLERK)
    await ASKING[first](asked_of)
    told = await ASKING[second](asked_of)
    assert told
    if first is Asked.ERASURE and second in (Asked.EXPORT, Asked.ERASURE):
        assert "being deleted" in told
    asked_of.chats[CLERK] = clerk
    await settle(asked_of)
    if Asked.ERASURE in (first, second):
        assert await nothing_of_hers(asked_of)
        return
    for kind in {first, second} - {Asked.LIFTING}:  # there may be nothing to lift
        [request] = await requests(asked_of, kind)
        overtaken = (first, second) == (Asked.RESTRICTION, Asked.LIFTING)  # what is lifted need not be blanked any more
        end = Stage.EXPIRED if overtaken else Stage.REVIEW if kind in WAITS_FOR_SOMEBODY else Stage.DONE
        assert request.stage is end, kind
    assert JAM in "\n".join(everything(engine(asked_of)).values())


@pytest.mark.parametrize("second", ASKING, ids=str)
async def test_T7_while_a_deletion_may_still_be_called_off_all_else_is_done_as_ever(
    asked_of: Desk, second: Asked
) -> None:
    vars(asked_of.store)["promises"] = Promises(timedelta(hours=72))
    assert "Export" in str(await export_is_offered(asked_of))
    told = await ASKING[second](asked_of)
    assert GONE_ON not in told
    await settle(asked_of)
    [deletion] = await requests(asked_of, Asked.ERASURE)
    assert deletion.stage is Stage.COOLING
    for request in await requests(asked_of, second):
        expected = Stage.REVIEW if second in WAITS_FOR_SOMEBODY else Stage.DONE
        assert request.stage is (Stage.COOLING if second is Asked.ERASURE else expected)
    asked_of.later(hours=73)
    for _ in range(3):
        await asked_of.tick()
        await settle(asked_of)
    assert await nothing_of_hers(asked_of)


async def export_is_offered(desk: Desk) -> list[str]:
    await delete(desk)
    return [button.label for button in getattr(desk.reply, "message").buttons]  # noqa: B009


@pytest.mark.parametrize("second", ASKING, ids=str)
async def test_T7_while_a_deletion_is_carried_out_all_else_is_refused_and_says_so(
    asked_of: Desk, second: Asked
) -> None:
    asked_of.chat.refuse = lambda effect: TryLater(30) if effect.kind == "remove" else None
    await delete(asked_of)
    [deletion] = await requests(asked_of, Asked.ERASURE)
    assert deletion.stage is Stage.CLEANING
    told = await ASKING[second](asked_of)
    if second is not Asked.MINOR:  # that is somebody else, who is no part of it
        assert GONE_ON in told
    others = {each.asked for each in await requests(asked_of)} - {Asked.ERASURE}
    assert others == ({Asked.MINOR, Asked.RESTRICTION} if second is Asked.MINOR else set())
    asked_of.chat.refuse = lambda effect: None
    await settle(asked_of)
    assert await nothing_of_hers(asked_of)
    assert [text.splitlines()[0] for text in asked_of.private(ANA) if "deleted" in text] == ["Your data is deleted"]


@pytest.mark.parametrize("second", ASKING, ids=str)
async def test_T7_while_its_receipt_is_on_its_way_nothing_of_it_is_undone(asked_of: Desk, second: Asked) -> None:
    asked_of.chat.refuse = lambda effect: TryLater(30) if effect.kind == "direct" else None
    await delete(asked_of)
    async with asyncio.timeout(10):
        while (await requests(asked_of, Asked.ERASURE))[0].stage is not Stage.TOLD:
            asked_of.later(seconds=2)
            await asked_of.deliver()
    told = await ASKING[second](asked_of)
    if second in (Asked.EXPORT, Asked.ERASURE):
        assert "being deleted" in told
    asked_of.chat.refuse = lambda effect: None
    await settle(asked_of)
    assert JAM not in "\n".join(everything(engine(asked_of)).values())
    assert await requests(asked_of, Asked.ERASURE) == []  # nobody knows any more whose it was
    receipts = [text for text in asked_of.private(ANA) if text.startswith("Your data is deleted")]
    assert len(receipts) == 1
