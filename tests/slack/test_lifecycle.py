"""What becomes of channels, accounts and the app itself; and the Home tab."""

import logging

import pytest

from bot.desks.model import Member, Rank
from tests.slack.world import World


@pytest.mark.parametrize("fate", ["channel_archive", "channel_deleted", "remove_bot"])
async def test_leads_are_told_when_a_channel_of_their_desk_is_gone(desk: World, fate: str):
    await getattr(desk.slack, fate)(desk.help)
    await desk.settle()
    told = [line.text for line in desk.private(desk.lea) if "Desk support takes in" in line.text]
    assert len(told) == 1
    assert desk.help.id in told[0]
    assert not any("Desk support" in line.text for line in desk.private(desk.sam))


async def test_a_channel_that_is_no_desks_interests_nobody(desk: World):
    lobby = desk.slack.channel("lobby", [desk.anna])
    await desk.slack.channel_archive(lobby)
    await desk.settle()
    assert desk.private(desk.lea) == []


async def test_the_tickets_of_an_agent_who_is_deactivated_are_free_again(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.press(desk.sam, "Claim", on=desk.card().ts)
    await desk.slack.user_change(desk.sam.id, deleted=True)
    await desk.settle()
    assert "Status: open, unclaimed" in desk.card().text
    assert desk.agents_room()[-1].text == "Ticket #1 is unclaimed again: the account of sam is deactivated."


async def test_agents_are_told_that_a_customer_is_deactivated_and_replies_fail_visibly(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.slack.user_change(desk.anna.id, deleted=True)
    await desk.settle()
    assert "The account of anna is deactivated." in desk.agents_room()[-1].text


async def test_a_new_name_is_shown_from_then_on(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.slack.user_change(desk.anna.id, name="annabel")
    await desk.say(desk.anna, "it is blue now")
    assert desk.agents_room()[-1].author == "annabel (via the bot)"


async def test_when_the_app_is_removed_messages_wait_until_it_is_back(desk: World, caplog: pytest.LogCaptureFixture):
    await desk.say(desk.anna, "my printer is on fire")
    with caplog.at_level(logging.ERROR, "adapters.slack.lifecycle"):
        await desk.slack.app_uninstalled()
    assert "install the app again" in caplog.text
    await desk.running.store.write(lambda work: work.outbox.newest())
    ticket = await desk.ticket(1)
    assert ticket is not None
    assert ticket.open


async def test_a_user_group_makes_agents_also_beyond_its_first_page(desk: World):
    crowd = [desk.slack.user(f"colleague{number}") for number in range(520)]
    group = desk.slack.group("oncall", [person.id for person in crowd])
    last = crowd[-1]
    desk.slack.work.channels[desk.desk.id].members[last.id] = None
    found = (await desk.running.store.read(lambda work: work.desks.all()))[0]
    principal = f"slack:{desk.team}/@{group.id}"
    await desk.running.store.write(lambda work: work.desks.set_rank(found.id, principal, Rank.AGENT))
    assert Member(principal, Rank.AGENT) in await desk.running.store.read(lambda work: work.desks.members(found.id))
    desk.chat.people.groups_changed()
    await desk.say(desk.anna, "my printer is on fire")
    await desk.press(last, "Claim", on=desk.card().ts)
    assert "claimed by colleague519" in desk.card().text
    desk.slack.work.groups[group.id].users.remove(last.id)
    desk.chat.people.groups_changed()
    await desk.press(last, "Release", on=desk.card().ts)
    assert "claimed by colleague519" in desk.card().text


async def test_the_home_tab_shows_requesters_their_tickets_and_their_data(both: World):
    await both.say(both.anna, "my printer is on fire")
    await both.slack.open_home(both.anna.id)
    await both.settle()
    home = both.slack.seen_by(both.anna.id).home
    assert "#1 my printer is on fire" in home
    assert "[Open a ticket]" in home
    assert "Unclaimed" not in home
    await both.slack.press(both.anna.id, "My data", on="home")
    await both.settle()
    assert "What we hold about you" in both.slack.seen_by(both.anna.id).modal
    await both.slack.close_modal(both.anna.id)
    await both.slack.press(both.anna.id, "#1", on="home")
    await both.settle()
    assert "Status: open, unclaimed" in both.slack.seen_by(both.anna.id).modal
    await both.slack.close_modal(both.anna.id)
    await both.slack.press(both.anna.id, "Open a ticket", on="home")
    await both.settle()
    assert both.slack.seen_by(both.anna.id).modal.startswith("Open a ticket")


async def test_the_home_tab_shows_agents_the_queue(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    await desk.say(desk.ben, "my screen is dark")
    await desk.press(desk.sam, "Claim", on=desk.card(2).ts)
    await desk.slack.open_home(desk.sam.id)
    await desk.settle()
    home = desk.slack.seen_by(desk.sam.id).home
    claimed, _, queue = home.partition("Unclaimed")
    assert "#2 my screen is dark" in claimed
    assert "#1 my printer is on fire" in queue
