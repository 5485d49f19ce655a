"""Many presses at once, on both databases, with the courier at work as in life."""

import asyncio

from bot.inbound import Actor, ButtonPressed, CommandInvoked
from bot.ports import Say
from bot.privacy import views
from bot.privacy.model import Asked, Stage
from storage.files import DiskFiles
from tests.desk import ANA, BEN, HELP, Desk, help_thread, person, private
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import asked

PRESSES = 25


async def press_all(desk: Desk, events: list[ButtonPressed] | list[CommandInvoked]) -> list[str]:
    replies = await asyncio.gather(*(desk.app.handle(event) for event in events))
    return [str(reply.message.text[0]) for reply in replies if isinstance(reply, Say)]


async def test_of_many_presses_one_makes_an_export(office: Desk) -> None:
    events = [CommandInvoked(f"press {n}", ANA, private(ANA), "mydata export") for n in range(PRESSES)]
    told = await press_all(office, events)
    assert sorted(told) == sorted(
        [str(views.export_begun().text[0])] + [str(views.export_running().text[0])] * (PRESSES - 1)
    )
    await settle(office)
    requests = await office.store.read(lambda work: work.privacy.requests_of(ANA.ref, Asked.EXPORT))
    assert [request.stage for request in requests] == [Stage.DONE]


async def test_of_many_confirmations_one_deletes_and_one_receipt_comes(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.type(ANA, "/mydata delete", private(ANA))
    number = str(await asked(office, ANA))
    events = [ButtonPressed(f"press {n}", ANA, private(ANA), "mydata.confirm", number) for n in range(PRESSES)]
    told = await press_all(office, events)
    assert told.count(str(views.erasing().text[0])) == 1
    assert told.count(views.being_erased()) == PRESSES - 1
    await settle(office)
    assert [post.message.title for post in office.chat.rooms["@ana"]] == ["Your data is deleted"]


def told(desk: Desk, who: Actor) -> bool:
    return [text.splitlines()[0] for text in desk.private(who)] == ["Your data is deleted"]


async def test_several_people_are_erased_side_by_side(office: Desk, files: DiskFiles) -> None:
    people = [person(f"customer{n}", f"Namesake{n} Family{n}") for n in range(4)]
    for who in people:
        await office.say(who, f"words of {who.name}")
        await office.type(who, "/mydata delete", private(who))
    numbers = [str(await asked(office, who)) for who in people]
    running = asyncio.create_task(office.courier.run())
    try:
        for who, number in zip(people, numbers, strict=True):
            await office.app.handle(ButtonPressed(f"confirm {number}", who, private(who), "mydata.confirm", number))
        async with asyncio.timeout(30):
            while not all(told(office, who) for who in people):
                office.later(seconds=1)
                office.courier.posted()
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [len(office.private(who)) for who in people] == [1, 1, 1, 1]
    assert [text for text in office.room("agents") if "Namesake" in text] == []


async def test_what_was_said_in_a_channel_is_erased_and_our_part_of_it_taken_back(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire", HELP)
    await office.say(BEN, "mine burns as well", help_thread(1))
    before = office.room("help/#1")
    assert before
    await office.type(ANA, "/mydata delete", private(ANA))
    await office.press(ANA, "mydata.confirm", str(await asked(office, ANA)))
    await settle(office)
    assert [text for text in office.room("help/#1") if "printer" in text] == []
    assert office.room("agents") == ["#1\nClosed. The requester had their data erased."]
