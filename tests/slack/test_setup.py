"""A desk made in Slack itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.desks.model import Member, Rank
from bot.inbound import Place
from bot.ports import UnitOfWork
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


@pytest.mark.parametrize("line", ["", "support", "mine"])
async def test_others_are_told_before_they_fill_anything_in(desk: World, line: str):
    for who in (desk.sam, desk.anna):
        await desk.command(who, f"/desk setup {line}".strip())
        assert desk.slack.seen_by(who.id).modal == ""
        assert "Nothing was changed" in desk.private(who)[-1].text
    desks = await desk.running.store.read(lambda work: work.desks.all())
    assert [each.name for each in desks] == ["support"]


async def test_a_form_that_was_forged_or_outlived_a_right_changes_nothing(desk: World):
    await desk.command(desk.lea, "/desk setup")
    first = (await desk.running.store.read(lambda work: work.desks.all()))[0]
    await desk.running.store.write(lambda work: work.desks.set_rank(first.id, str(desk.ref(desk.lea)), Rank.AGENT))
    await desk.submit(desk.lea, people=[desk.ben.id])
    assert "That is for leads of the desk." in desk.slack.seen_by(desk.lea.id).modal
    assert str(desk.ref(desk.ben)) not in {m.principal for m in await members(desk)}


async def members(desk: World) -> set[Member]:
    def of_the_first(work: UnitOfWork) -> set[Member]:
        return set(work.desks.members(work.desks.all()[0].id))

    return await desk.running.store.read(of_the_first)


async def test_the_form_shows_what_the_desk_has_so_nothing_is_lost_by_sending_it_again(both: World):
    before = await members(both)
    await both.command(both.lea, "/desk setup")
    shown = {b["block_id"]: b["element"] for b in both.slack.modal(both.lea.id).payload["blocks"]}
    assert shown["name"]["initial_value"] == "support"
    assert shown["intake"]["initial_conversations"] == [both.help.id]
    assert shown["channel"]["initial_conversation"] == both.desk.id
    assert set(shown["people"]["initial_users"]) == {both.sam.id, both.kim.id}
    await both.submit(both.lea)
    assert "Desk support is ready. It takes in from 1 channel" in both.slack.seen_by(both.lea.id).modal
    assert await members(both) == before


async def test_several_channels_and_user_groups_are_chosen_from_lists(both: World):
    more = both.slack.channel("more", [both.lea, both.anna])
    for number in range(130):
        both.slack.group(f"team{number:03}", [])
    late = both.slack.user("late")
    oncall = both.slack.group("oncall", [*(both.slack.user(f"c{n}").id for n in range(501)), late.id])
    both.slack.work.channels[both.desk.id].members[late.id] = None

    await both.command(both.lea, "/desk setup")
    assert len(await both.slack.suggest(both.lea.id, "Groups of agents", "")) == 100
    assert await both.slack.suggest(both.lea.id, "Groups of agents", "@onc") == ["@oncall · Oncall"]
    await both.submit(both.lea, intake=[both.help.id, more.id], groups=[oncall.id])
    assert Member(f"slack:{both.team}/@{oncall.id}", Rank.AGENT) in await members(both)

    said = await both.say(both.anna, "where is my invoice?", more)
    assert "Your ticket #1 is open." in both.slack.replies(said)[0].text
    await both.press(late, "Claim", on=both.card().ts)
    assert "claimed by late" in both.card().text

    await both.command(both.lea, "/desk setup")
    again = {b["block_id"]: b["element"] for b in both.slack.modal(both.lea.id).payload["blocks"]}
    assert [option["text"]["text"] for option in again["groups"]["initial_options"]] == ["@oncall · Oncall"]
    await both.submit(both.lea, groups=[])
    assert f"slack:{both.team}/@{oncall.id}" not in {m.principal for m in await members(both)}


async def test_what_the_desk_has_on_other_platforms_stays(desk: World):
    elsewhere = Place("discord", "9001", "9100")
    abroad = Member("discord//9301", Rank.AGENT)

    def widen(work: UnitOfWork) -> None:
        first = work.desks.all()[0]
        members = [*work.desks.members(first.id), abroad]
        work.desks.save(first, [*work.desks.intake(first.id), elsewhere], members)

    await desk.running.store.write(widen)
    await desk.command(desk.lea, "/desk setup")
    await desk.submit(desk.lea, people=[desk.sam.id])
    found = await desk.running.store.read(lambda work: work.desks.intake(work.desks.all()[0].id))
    assert set(found) == {elsewhere, desk.place(desk.help)}
    assert {m.principal for m in await members(desk)} == {
        str(desk.ref(desk.lea)), str(desk.ref(desk.sam)), abroad.principal,
    }  # fmt: skip


async def test_whoever_runs_a_workspace_changes_no_desk_whose_agents_are_elsewhere(desk: World):
    boss = desk.slack.user("boss", is_admin=True)

    def move(work: UnitOfWork) -> None:
        first = work.desks.all()[0]
        moved = replace(first, agents=Place("discord", "9001", "9200"))
        work.desks.save(moved, work.desks.intake(first.id), work.desks.members(first.id))

    await desk.running.store.write(move)
    await desk.command(boss, "/desk setup support")
    assert "only its leads change it" in desk.private(boss)[-1].text
    await desk.command(desk.lea, "/desk setup support")
    await desk.submit(desk.lea)  # the agents' channel is elsewhere, and need not be chosen
    agents = await desk.running.store.read(lambda work: work.desks.all()[0].agents)
    assert agents == Place("discord", "9001", "9200")


async def test_the_answer_says_in_which_channels_the_bot_is_missing(desk: World):
    quiet = desk.slack.channel("quiet", [desk.lea], bot=False)
    old = desk.slack.channel("old", [desk.lea])
    old.archived = True
    await desk.command(desk.lea, "/desk setup")
    await desk.submit(desk.lea, intake=[desk.help.id, quiet.id, old.id])
    told = desk.slack.seen_by(desk.lea.id).modal
    assert "I am not in #quiet; invite me there" in told
    assert "#old is archived" in told
    assert "#help" not in told


async def test_slack_that_does_not_list_its_groups_leaves_the_form_usable(desk: World):
    desk.slack.fail("usergroups.list", status=503, times=-1)
    await desk.command(desk.lea, "/desk setup")
    assert await desk.slack.suggest(desk.lea.id, "Groups of agents", "") == []
    await desk.submit(desk.lea)
    assert "Desk support is ready." in desk.slack.seen_by(desk.lea.id).modal


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
    await desk.command(guest, "/desk setup mine", shared)
    assert any("new desks are made by those who run this workspace" in text for text in desk.sees(guest))
    said = await desk.say(guest, f"<@{desk.slack.bot}> our printer burns, too", shared)
    assert "Your ticket #1 is open." in desk.slack.replies(said)[0].text
    ticket = await desk.ticket(1)
    assert ticket is not None
    assert ticket.customer.realm == other.id
