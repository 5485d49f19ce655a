"""T34: a workspace removes the bot. What was said there is kept for a month, then deleted, unless the bot is back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.desks.model import Member, Rank
from bot.inbound import Actor, Place, PlaceGone, WorkspacesThere
from bot.message import UserRef
from bot.privacy.model import Hold
from bot.privacy.retaining.purging import previews, purge_everything, set_period
from storage.files import DiskFiles
from storage.rows import HoldRow
from tests.desk import ANA, BEN, HELP, SAM, Desk, agents_thread
from tests.privacy.canaries import everything
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import engine, keep

HERE = HELP.workspace
ELSEWHERE = "W2"
WORD, NOTE = "Mirabellenkompott", "Pastinakensuppe"
NOBODY = Actor(UserRef(HELP.platform, "", "0"), "")
ZOE = Actor(UserRef(HELP.platform, ELSEWHERE, "zoe"), "Zoe")


@pytest.fixture
async def removed(office: Desk, files: DiskFiles) -> Desk:
    """A desk in a workspace, with a ticket that is open and one that is closed; another desk in another workspace. Then
    the first workspace removes the bot."""
    await a_desk_elsewhere(office)
    await office.say(ANA, f"my {WORD} is on fire", files=(await keep(files, b"a picture of the fire"),))
    await office.say(SAM, f"{NOTE} for Ana", agents_thread(1))
    await office.say(BEN, f"{WORD} as well", HELP)
    await office.type(SAM, "/ticket close 2")
    await settle(office)
    await gone(office, HERE)
    return office


async def a_desk_elsewhere(desk: Desk) -> None:
    place = Place(HELP.platform, ELSEWHERE, "help2")

    def made(work) -> None:
        one = work.desks.all()[0]
        other = replace(one, id=0, name="other", agents=replace(place, conversation="agents2"))
        work.desks.save(other, [place], [Member(str(ZOE.ref), Rank.AGENT)])

    await desk.store.write(made)
    await desk.say(ZOE, "the other desk's customer speaks", place)
    await settle(desk)


async def gone(desk: Desk, workspace: str, id: str = "gone") -> None:
    await desk.app.handle(PlaceGone(id, NOBODY, Place(HELP.platform, workspace, ""), "removed"))


async def there(desk: Desk, *workspaces: str, all: bool = False) -> None:
    await desk.app.handle(WorkspacesThere(f"there{workspaces}", NOBODY, Place(HELP.platform, "", ""), workspaces, all))


async def away(desk: Desk) -> list[str]:
    return [each.workspace for each in await desk.store.read(lambda work: work.departures.all())]


def words(desk: Desk) -> str:
    return "\n".join(everything(engine(desk)).values())


async def test_T34_for_thirty_days_all_is_there(removed: Desk) -> None:
    removed.later(days=29, hours=23)
    assert await purge_everything(removed.store) == 0
    assert (await removed.ticket(1)).open
    assert WORD in words(removed)


async def test_T34_then_its_tickets_are_closed_and_nothing_that_was_said_there_is_left(removed: Desk) -> None:
    before = {key: row for key, row in everything(engine(removed)).items() if "other" in row}
    assert before
    removed.later(days=30, minutes=1)
    assert await purge_everything(removed.store) > 0
    after = [await removed.ticket(number) for number in (1, 2)]
    assert [(ticket.open, ticket.subject, ticket.customer.platform) for ticket in after] == [(False, "", "gone")] * 2
    for word in (WORD, NOTE):
        assert word not in words(removed)
    rows = everything(engine(removed))
    assert [row for (table, _), row in rows.items() if table == "attachments"] == []
    assert {key: rows[key] for key in before} == before, "the other workspace's are untouched"
    assert await purge_everything(removed.store) == 0


async def test_T34_a_bot_that_is_back_within_the_month_has_lost_nothing(removed: Desk) -> None:
    removed.later(days=29)
    await there(removed, HERE)
    removed.later(days=30)
    assert await purge_everything(removed.store) == 0
    assert await away(removed) == []
    assert (await removed.ticket(1)).open
    await gone(removed, HERE, "gone again")
    removed.later(days=29)
    await purge_everything(removed.store)
    assert WORD in words(removed), "the month begins anew"


async def test_T34_told_twice_it_counts_from_the_first_time_and_people_hear_of_it_once(removed: Desk) -> None:
    await there(removed, HERE)
    await removed.store.write(takes_in_here_as_well)
    await gone(removed, HERE, "again")
    [first] = await removed.store.read(lambda work: work.departures.all())
    removed.later(days=1)
    await gone(removed, HERE, "told by the other event as well")
    assert await removed.store.read(lambda work: work.departures.all()) == [first]
    await settle(removed)
    [told] = [line.text for room in removed.chat.rooms.values() for line in room if "I was removed" in line.text]
    assert "What was said is kept until 2026-02-04" in told


def takes_in_here_as_well(work) -> None:
    other = work.desks.all()[1]
    intake = [*work.desks.intake(other.id), replace(HELP, conversation="help3")]
    work.desks.save(other, intake, work.desks.members(other.id))


async def test_its_channels_and_whoever_worked_there_are_forgotten_and_privacy_officers_stay(removed: Desk) -> None:
    def officer(work) -> None:
        desk = work.desks.all()[0]
        members = [*work.desks.members(desk.id), Member("fake/w/ole", Rank.CUSTOMER, True)]
        work.desks.save(desk, work.desks.intake(desk.id), members)

    await removed.store.write(officer)
    removed.later(days=31)
    await purge_everything(removed.store)

    def left(work):
        return [
            (
                desk.name,
                desk.agents and desk.agents.workspace,
                len(work.desks.intake(desk.id)),
                work.desks.members(desk.id),
            )
            for desk in work.desks.all()
        ]

    assert await removed.store.read(left) == [
        ("support", None, 0, [Member("fake/w/ole", Rank.CUSTOMER, True)]),
        ("other", ELSEWHERE, 1, [Member(str(ZOE.ref), Rank.AGENT)]),
    ]
    assert await away(removed) == []


async def test_a_hold_keeps_its_ticket_and_its_desk_until_it_is_released(removed: Desk) -> None:
    held = await removed.ticket(1)

    def hold(work) -> None:
        work.privacy.place_hold(
            Hold(0, held.customer, "claim", work.now, work.now + timedelta(days=400), ticket=held.id)
        )

    await removed.store.write(hold)
    removed.later(days=31)
    await purge_everything(removed.store)
    assert NOTE in words(removed)
    assert await away(removed) == [HERE]
    with engine(removed).begin() as connection:
        connection.execute(update(HoldRow.__table__).values(released_at=removed.now()))
    await purge_everything(removed.store)
    assert NOTE not in words(removed)
    assert await away(removed) == []


async def test_a_platform_that_says_where_the_bot_is_tells_where_it_is_no_more(removed: Desk) -> None:
    await there(removed, HERE)
    await there(removed, HERE, "another", all=True)
    assert await away(removed) == [ELSEWHERE]
    await there(removed, HERE, ELSEWHERE, all=True)
    assert await away(removed) == []


async def test_customers_of_a_workspace_that_left_are_deleted_with_their_tickets_at_a_desk_elsewhere(
    office: Desk,
) -> None:
    """Their agents work elsewhere: they hear what became of it."""
    far = Actor(UserRef(HELP.platform, "w9", "far"), "Far")
    await office.say(far, f"my {WORD} is on fire")
    await office.say(BEN, "mine as well", HELP)
    await settle(office)
    await gone(office, "w9")
    office.later(days=31)
    await purge_everything(office.store)
    await settle(office)
    assert WORD not in words(office)
    assert [(await office.ticket(number)).open for number in (1, 2)] == [False, True]
    assert (
        office.agents_room(1)[-1]
        == "#1 is closed and deleted: its workspace removed me, and I was not asked back in time."
    )


async def test_an_operator_may_choose_how_long_and_sees_what_is_due(removed: Desk) -> None:
    _, since = await removed.store.write(lambda work: set_period("removed", 60, work))
    assert since <= removed.now()
    removed.later(days=59)
    assert await purge_everything(removed.store) == 0
    removed.later(days=2)
    due = {each.rule: each.now for each in await removed.store.read(previews)}
    assert due["removed"] == 2
