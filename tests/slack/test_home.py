"""The Home tab: a page of one's own, with buttons on every ticket."""

import itertools
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from storage.rows import PersonRow
from tests.fakes.slack import User
from tests.fakes.slack.errors import NotPossible
from tests.slack.world import World, bot, eventually

people = PersonRow.__table__


async def home(desk: World, who: User) -> str:
    await desk.slack.open_home(who.id)
    await desk.settle()
    return seen(desk, who)


def seen(desk: World, who: User) -> str:
    return desk.slack.seen_by(who.id).home


async def press(desk: World, who: User, label: str, number: int = 0) -> None:
    """The button of a ticket's row, or one that belongs to no ticket."""
    ticket = await desk.ticket(number) if number else None
    await desk.slack.press(who.id, label, on="home", value=str(ticket.id) if ticket else None)
    await desk.settle()


def modal(desk: World, who: User) -> str:
    return desk.slack.seen_by(who.id).modal


async def test_requesters_see_their_tickets_close_and_reopen_them(both: World):
    assert "Your tickets\nNone." in await home(both, both.anna)
    await both.say(both.anna, "my printer is on fire")
    await both.press(both.sam, "Claim", on=both.card().ts)
    shown = await home(both, both.anna)
    assert "#1 my printer is on fire" in shown
    assert "claimed by sam" in shown
    assert "[Open a ticket]" in shown
    assert "Unclaimed" not in shown
    assert "[Reply]" not in shown

    await press(both, both.anna, "Close", 1)
    assert "Ticket #1 is closed." in modal(both, both.anna)
    assert "Closed a short while ago" in seen(both, both.anna)
    await both.slack.close_modal(both.anna.id)
    await press(both, both.anna, "Reopen", 1)
    assert "Closed a short while ago" not in seen(both, both.anna)
    ticket = await both.ticket(1)
    assert ticket is not None
    assert ticket.open

    await both.slack.close_modal(both.anna.id)
    await press(both, both.anna, "My data")
    assert "What we hold about you" in modal(both, both.anna)
    await both.slack.close_modal(both.anna.id)
    await press(both, both.anna, "Open a ticket")
    await both.submit(both.anna, subject="screen", text="It is dark")
    await both.slack.close_modal(both.anna.id)
    assert "#2 screen" in seen(both, both.anna)


async def test_agents_work_through_the_queue_from_there(both: World):
    assert "Tickets you claimed\nNone." in await home(both, both.sam)
    await both.say(both.anna, "my printer is on fire")
    await both.say(both.ben, "my screen is dark")
    await home(both, both.sam)
    await press(both, both.sam, "Claim", 2)
    assert "Ticket #2 is yours." in modal(both, both.sam)
    await both.slack.close_modal(both.sam.id)
    claimed, _, queue = seen(both, both.sam).partition("Unclaimed")
    assert "#2 my screen is dark" in claimed
    assert "#1 my printer is on fire" in queue

    await press(both, both.sam, "Reply", 2)
    await both.submit(both.sam, text="Try the other cable.")
    assert both.private(both.ben)[-1].text == "Try the other cable."
    await both.slack.close_modal(both.sam.id, everything=True)
    await press(both, both.sam, "Show", 1)
    assert "Status: open, unclaimed" in modal(both, both.sam)
    await both.press(both.sam, "Close")
    await both.slack.close_modal(both.sam.id, everything=True)
    assert "#1 my printer" not in seen(both, both.sam)


async def test_a_long_queue_is_turned_page_by_page(desk: World):
    await desk.set_up(max_open_per_customer=1000)
    for number in range(1, 24):
        await desk.slack.command(desk.anna.id, "@bot", "/ticket", f"open number {number:02}")
    await desk.settle()
    pages = [await home(desk, desk.sam)]
    for _ in range(2):
        await press(desk, desk.sam, "More")
        pages.append(seen(desk, desk.sam))
    numbers = [[n for n in range(1, 24) if f"number {n:02}" in page] for page in pages]
    assert [len(each) for each in numbers] == [10, 10, 3]
    assert sorted(itertools.chain(*numbers)) == list(range(1, 24))
    with pytest.raises(NotPossible):
        await press(desk, desk.sam, "More")
    await press(desk, desk.sam, "Claim", numbers[2][0])  # the page stays where it was
    assert f"number {numbers[2][1]:02}" in seen(desk, desk.sam)
    assert f"number {numbers[2][0]:02}" not in seen(desk, desk.sam)
    await desk.slack.close_modal(desk.sam.id)
    await press(desk, desk.sam, "Back")
    assert "Tickets you claimed" in seen(desk, desk.sam)
    assert f"number {numbers[0][0]:02}" in seen(desk, desk.sam)


async def test_a_page_that_was_forged_shows_nobody_elses_tickets(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    before = await home(desk, desk.ben)
    for page in ("queue-9-99999999999999-999", "claimed-0-0-0", "all", "queue", "asked-1-1-1' OR 1=1"):
        for block in desk.slack.work.homes[desk.ben.id].payload["blocks"]:
            for element in block.get("elements", ()):
                if element.get("action_id", "").startswith("mydata"):
                    element |= {"action_id": "ticket.home:0", "value": page}
        await desk.press(desk.ben, "ticket.home:0", on="home")
        assert "printer" not in seen(desk, desk.ben)
        await home(desk, desk.ben)
    assert seen(desk, desk.ben) == before


async def test_somebody_who_takes_part_sees_the_ticket_too(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.command(desk.sam, f"/ticket add 1 <@{desk.ben.id}|ben>", desk.desk)
    shown = await home(desk, desk.ben)
    assert "Tickets you take part in" in shown
    assert "#1 my printer is on fire" in shown


async def test_how_urgent_it_is_is_told_to_agents_only(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.command(desk.sam, "/ticket priority 1 high", desk.desk)
    assert "[high]" in await home(desk, desk.sam)
    assert "[high]" not in await home(desk, desk.anna)
    await desk.command(desk.anna, "/ticket list")
    assert "[high]" not in desk.private(desk.anna)[-1].text


async def test_a_page_forgets_who_had_their_data_erased(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.say(desk.ben, "my screen is dark")
    for who in (desk.anna, desk.sam, desk.ben):
        await home(desk, who)
    await desk.stop()
    async with bot(desk.slack, desk.folder, http=desk.http):  # which remembers nobody's page
        await desk.slack.command(desk.anna.id, "@bot", "/mydata", "delete")
        await eventually(lambda: "Delete all of it" in desk.slack.seen_by(desk.anna.id).modal)
        await desk.slack.press(desk.anna.id, "Delete all of it")
        await eventually(lambda: "Your data is deleted" in str(desk.sees(desk.anna)))
    for who in (desk.anna, desk.sam):
        assert "printer" not in seen(desk, who)
        assert "anna" not in seen(desk, who)
    assert "#2 my screen is dark" in seen(desk, desk.sam)
    assert "#2 my screen is dark" in seen(desk, desk.ben)


async def test_a_page_shows_a_corrected_name_and_hides_what_is_restricted(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await home(desk, desk.sam)
    await desk.command(desk.anna, "/mydata correct name Annie")
    await eventually(lambda: "Annie" in seen(desk, desk.sam))
    await desk.command(desk.anna, "/mydata restrict")
    await desk.press(desk.anna, "Restrict it")
    await eventually(lambda: "printer" not in seen(desk, desk.sam))


async def test_a_page_that_cannot_be_drawn_holds_up_no_erasure(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await home(desk, desk.sam)
    desk.slack.fail("views.publish", error="not_enabled", times=-1)
    await desk.slack.command(desk.anna.id, "@bot", "/mydata", "delete")
    await eventually(lambda: "Delete all of it" in desk.slack.seen_by(desk.anna.id).modal)
    await desk.slack.press(desk.anna.id, "Delete all of it")
    await eventually(lambda: "1 post of ours that the platform did not let us take back" in str(desk.sees(desk.anna)))


async def test_a_page_drawn_again_by_itself_is_no_sign_of_life_and_opening_it_is(desk: World):
    """Else the data of somebody who is long gone would be kept for as long as others change something."""
    await desk.say(desk.anna, "my printer is on fire")
    await home(desk, desk.sam)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    with desk.running.store.engine.begin() as connection:
        connection.execute(update(people).where(people.c.name == "sam").values(last_seen=long_ago))
    await desk.command(desk.anna, "/mydata correct name Annie")
    await eventually(lambda: "Annie" in seen(desk, desk.sam))
    assert last_seen(desk, "sam") == long_ago
    await home(desk, desk.sam)
    assert last_seen(desk, "sam") > long_ago


def last_seen(desk: World, name: str) -> datetime:
    with desk.running.store.engine.connect() as connection:
        seen_at: datetime = connection.execute(select(people.c.last_seen).where(people.c.name == name)).scalar_one()
        return seen_at
