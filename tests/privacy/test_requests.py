"""What people asked of their data: where it stands, by when it is answered, and how it is taken back."""

from datetime import timedelta

import pytest

from bot.effects import CLERK
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.promises import Promises
from tests.desk import ANA, BEN, Desk, private
from tests.privacy.conftest import settle
from tests.privacy.test_mydata import buttons


def grace(desk: Desk, hours: int) -> None:
    vars(desk.store)["promises"] = Promises(timedelta(hours=hours))


@pytest.fixture
async def thoughtful(office: Desk) -> Desk:
    """A desk that leaves people three days to change their mind."""
    grace(office, 72)
    return office


async def the_request(desk: Desk, asked: Asked = Asked.ERASURE) -> Request:
    [request] = await desk.store.read(lambda work: work.privacy.requests_of(ANA.ref, asked))
    return request


# What people see


async def test_who_asked_for_nothing_is_told_so(office: Desk) -> None:
    assert "You asked for nothing yet" in await office.type(ANA, "/mydata status", private(ANA))


async def test_the_status_names_each_request_and_by_when_it_is_answered(office: Desk) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.type(ANA, "/mydata export", private(ANA))
    await settle(office)
    await office.type(ANA, "/mydata delete", private(ANA))
    shown = await office.type(ANA, "/mydata status", private(ANA))
    assert shown.splitlines() == [
        "What you asked of your data",
        (
            "• 2: the deletion of your data, asked 2026-01-05: waits for you to confirm it. "
            "You have an answer by 2026-02-05"
        ),
        "• 1: an export, asked 2026-01-05: done, 2026-01-05 09:00 UTC",
    ]
    assert list(buttons(office)) == ["Cancel 2"]


async def test_nobody_sees_or_cancels_what_others_asked_for(office: Desk) -> None:
    await office.type(ANA, "/mydata delete", private(ANA))
    assert "nothing yet" in await office.type(BEN, "/mydata status", private(BEN))
    assert await office.press(BEN, "mydata.cancel", "1") == (
        "You have no request of that number. /mydata status shows those you have."
    )
    assert (await the_request(office)).stage is Stage.ASKED


async def test_a_confirmed_deletion_can_be_cancelled_until_it_begins(thoughtful: Desk) -> None:
    await thoughtful.say(ANA, "my printer is on fire")
    await thoughtful.type(ANA, "/mydata delete", private(ANA))
    shown = await thoughtful.click(ANA, "Delete all of it")
    assert "from 2026-01-08 09:00 UTC on" in shown
    assert buttons(thoughtful) == {"Export": ("mydata.export", ""), "Cancel": ("mydata.cancel", "1")}
    thoughtful.later(hours=71)
    await thoughtful.tick()
    await settle(thoughtful)
    assert (await thoughtful.ticket(1)).open
    assert "is cancelled. Nothing was deleted" in await thoughtful.type(ANA, "/mydata cancel", private(ANA))
    thoughtful.later(hours=2)
    await thoughtful.tick()
    await settle(thoughtful)
    assert (await thoughtful.ticket(1)).customer == ANA.ref
    assert (await the_request(thoughtful)).stage is Stage.CANCELLED


async def test_a_deletion_begins_by_itself_when_the_time_to_think_is_over(thoughtful: Desk) -> None:
    await thoughtful.say(ANA, "my printer is on fire")
    await thoughtful.type(ANA, "/mydata delete", private(ANA))
    await thoughtful.click(ANA, "Delete all of it")
    await thoughtful.type(ANA, "/mydata delete", private(ANA))
    assert "Cancel" in buttons(thoughtful)
    thoughtful.later(hours=72)
    await thoughtful.tick()
    await settle(thoughtful)
    assert (await thoughtful.ticket(1)).customer != ANA.ref
    assert await thoughtful.store.read(lambda work: work.privacy.view(ANA.ref)) == []
    assert [text for text in thoughtful.private(ANA) if text.startswith("Your data is deleted")]


async def test_an_export_can_be_had_while_a_deletion_waits(thoughtful: Desk) -> None:
    await thoughtful.type(ANA, "/mydata delete", private(ANA))
    await thoughtful.click(ANA, "Delete all of it")
    await thoughtful.type(ANA, "/mydata export", private(ANA))
    await settle(thoughtful)
    assert (await the_request(thoughtful, Asked.EXPORT)).stage is Stage.DONE
    assert (await the_request(thoughtful)).stage is Stage.COOLING


async def test_what_has_begun_is_not_cancelled(office: Desk) -> None:
    office.chats.pop(CLERK)
    await office.say(ANA, "my printer is on fire")
    await office.type(ANA, "/mydata delete", private(ANA))
    await office.click(ANA, "Delete all of it")
    assert "has begun, so it cannot be cancelled" in await office.type(ANA, "/mydata cancel", private(ANA))
    assert (await the_request(office)).stage is Stage.DUE


async def test_an_export_that_is_cancelled_is_not_sent(office: Desk) -> None:
    clerk = office.chats.pop(CLERK)
    await office.type(ANA, "/mydata export", private(ANA))
    await office.type(ANA, "/mydata cancel", private(ANA))
    office.chats[CLERK] = clerk
    await settle(office)
    assert (await the_request(office, Asked.EXPORT)).stage is Stage.EXPIRED
    assert office.private(ANA) == []


async def test_of_several_one_has_to_be_named(thoughtful: Desk) -> None:
    thoughtful.chats.pop(CLERK)
    await thoughtful.type(ANA, "/mydata export", private(ANA))
    await thoughtful.type(ANA, "/mydata delete", private(ANA))
    assert "one of: 2, 1" in await thoughtful.type(ANA, "/mydata cancel", private(ANA))
    await thoughtful.type(ANA, "/mydata cancel 2", private(ANA))
    assert (await the_request(thoughtful)).stage is Stage.CANCELLED
    assert (await the_request(thoughtful, Asked.EXPORT)).stage is Stage.DUE
