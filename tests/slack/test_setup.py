"""A desk made in Slack itself."""

from pathlib import Path

from bot.desks.model import Rank
from tests.fakes.slack import FakeSlack
from tests.slack.world import World, world


async def ask(desk: World, who: str, **values: object) -> str:
    """What they are told in the end."""
    await desk.slack.command(who, "@bot", "/desk", "setup")
    await desk.settle()
    assert desk.slack.seen_by(who).modal.startswith("Set up a desk")
    filled = {"intake": [desk.help.id], "channel": desk.desk.id} | values
    await desk.slack.submit(who, filled)
    await desk.settle()
    return desk.slack.seen_by(who).modal


async def test_whoever_runs_the_workspace_makes_a_desk_and_leads_it(tmp_path: Path):
    slack = FakeSlack()
    boss = slack.user("boss", is_admin=True)
    async with world(tmp_path, http=True, slack=slack) as desk:
        billing, money = slack.channel("billing", [boss, desk.anna]), slack.channel("money", [boss, desk.sam])
        told = await ask(
            desk, boss.id, name="billing", intake=[billing.id], channel=money.id, people=[desk.sam.id, desk.kim.id]
        )
        assert "Desk billing is ready. It takes in from 1 channel and has 3 members." in told
        made = next(d for d in await desk.running.store.read(lambda work: work.desks.all()) if d.name == "billing")
        members = await desk.running.store.read(lambda work: work.desks.members(made.id))
        assert {(m.principal, m.rank) for m in members} == {
            (str(desk.ref(boss)), Rank.LEAD),
            (str(desk.ref(desk.sam)), Rank.AGENT),
            (str(desk.ref(desk.kim)), Rank.AGENT),
        }
        said = await desk.say(desk.anna, "where is my invoice?", billing)
        assert "Your ticket #1 is open." in slack.replies(said)[0].text


async def test_others_change_nothing(desk: World):
    told = await ask(desk, desk.sam.id, name="support", people=[desk.ben.id])
    assert "That is for leads of the desk." in told
    told = await ask(desk, desk.sam.id, name="mine")
    assert "new desks are made by those who run this workspace" in told
    desks = await desk.running.store.read(lambda work: work.desks.all())
    assert [each.name for each in desks] == ["support"]


async def test_a_lead_changes_the_agents_and_stays_a_lead(desk: World):
    assert "Desk support is ready." in await ask(desk, desk.lea.id, people=[desk.ben.id])
    found = (await desk.running.store.read(lambda work: work.desks.all()))[0]
    members = await desk.running.store.read(lambda work: work.desks.members(found.id))
    assert {(m.principal, m.rank) for m in members} == {
        (str(desk.ref(desk.lea)), Rank.LEAD),
        (str(desk.ref(desk.ben)), Rank.AGENT),
    }


async def test_whoever_runs_another_workspace_is_a_customer_here(desk: World):
    other = desk.slack.team("partner")
    guest = desk.slack.user("guest", team=other.id, is_admin=True)
    shared = desk.slack.channel("shared", [guest, desk.sam], shared=True)
    told = await ask(desk, guest.id, name="mine")
    assert "new desks are made by those who run this workspace" in told
    await desk.slack.close_modal(guest.id)
    said = await desk.say(guest, f"<@{desk.slack.bot}> our printer burns, too", shared)
    assert "Your ticket #1 is open." in desk.slack.replies(said)[0].text
    ticket = await desk.ticket(1)
    assert ticket is not None
    assert ticket.customer.realm == other.id
