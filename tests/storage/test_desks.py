"""Desks: whose channel it is, who may do what there."""

from dataclasses import replace

import pytest

from bot.desks.model import Desk, Member, Rank, Settings
from bot.errors import Problem
from bot.inbound import Place
from bot.ports import UnitOfWork
from storage.store import SqlStore
from tests.storage.build import AGENTS, ANA, BEN, EVE, HELP, SAM, TOM, desk_in

ROLE, GROUP = "discord:9001/&9300", "slack:T0001/@S0400"
SETTINGS = Settings(language="de", reply_prefix="!a", max_open_per_customer=9, greeting="Hallo!")


async def test_a_desk_comes_back_as_it_was_written(store: SqlStore):
    people = [Member(str(SAM), Rank.AGENT), Member(str(TOM), Rank.LEAD, officer=True), Member(ROLE, Rank.AGENT)]
    intake = [HELP, replace(HELP, platform="other", conversation="hilfe")]
    desk = await store.write(lambda work: work.desks.save(Desk(0, "support", AGENTS, SETTINGS), intake, people))
    assert desk == Desk(desk.id, "support", AGENTS, SETTINGS)

    def look(work: UnitOfWork) -> list[object]:
        desks = work.desks
        return [desks.get(desk.id), desks.all(), desks.intake(desk.id), desks.members(desk.id), desks.get(desk.id + 1)]

    assert await store.read(look) == [desk, [desk], intake, people, None]


async def test_saving_a_desk_again_replaces_all_it_had(store: SqlStore):
    first = await store.write(
        lambda work: desk_in(work, "support", Member(str(SAM), Rank.ADMIN), Member(ROLE, Rank.LEAD))
    )
    elsewhere = [replace(HELP, conversation="elsewhere")]
    members = [Member(str(TOM), Rank.AGENT)]
    second = await store.write(lambda work: work.desks.save(Desk(0, "support", None, SETTINGS), elsewhere, members))
    assert second == Desk(first.id, "support", None, SETTINGS)

    def look(work: UnitOfWork) -> list[object]:
        return [work.desks.all(), work.desks.intake(first.id), work.desks.members(first.id)]

    assert await store.read(look) == [[second], elsewhere, members]


async def test_a_channel_leads_to_its_desk(store: SqlStore):
    desk, _ = await store.write(lambda work: (desk_in(work), desk_in(work, "sales")))
    assert desk.agents is not None

    async def at(place: Place) -> object:
        return await store.read(lambda work: work.desks.at(place))

    assert await at(replace(HELP, conversation="help of support", thread="any", message="any")) == (desk, False)
    assert await at(desk.agents) == (desk, True)
    assert await at(replace(HELP, conversation="unknown")) is None
    assert await at(replace(desk.agents, workspace="other")) is None
    assert await at(replace(desk.agents, platform="other")) is None


async def test_a_channel_belongs_to_one_desk_and_who_takes_it_is_told_whose_it_is(store: SqlStore):
    first = await store.write(desk_in)

    async def save(agents: Place | None, *intake: Place) -> None:
        await store.write(lambda work: work.desks.save(Desk(0, "sales", agents, Settings()), intake, []))

    with pytest.raises(Problem, match="agents of support is already used by the desk support"):
        await save(first.agents)
    with pytest.raises(Problem, match="chat:w/help of support is already used by the desk support"):
        await save(None, replace(HELP, conversation="help of support"))
    with pytest.raises(Problem, match="named twice"):
        await save(None, HELP, HELP)
    assert await store.read(lambda work: work.desks.all()) == [first]


async def test_desks_that_take_in_from_a_workspace(store: SqlStore):
    def job(work: UnitOfWork) -> tuple[Desk, Desk, Desk]:
        save = work.desks.save
        here = save(Desk(0, "here", None, Settings()), [HELP], [])
        both = save(
            Desk(0, "both", None, Settings()), [replace(HELP, workspace="x"), replace(HELP, conversation="b")], []
        )
        only_agents = save(Desk(0, "agents", AGENTS, Settings()), [replace(HELP, platform="other")], [])
        return here, both, only_agents

    here, both, other = await store.write(job)

    async def near(platform: str, workspace: str) -> object:
        return await store.read(lambda work: work.desks.near(platform, workspace))

    assert await near("chat", "w") == [here, both]
    assert await near("chat", "x") == [both]
    assert await near("chat", "") == [here, both]
    assert await near("other", "w") == [other]
    assert await near("third", "") == []


async def test_a_person_has_the_highest_rank_of_all_their_names(store: SqlStore):
    def job(work: UnitOfWork) -> list[int]:
        one = desk_in(work, "one", Member(str(SAM), Rank.AGENT), Member(ROLE, Rank.LEAD), Member(GROUP, Rank.AGENT))
        two = desk_in(work, "two", Member(str(SAM), Rank.ADMIN), Member(str(TOM), Rank.CUSTOMER, officer=True))
        return [one.id, two.id]

    one, two = await store.write(job)

    async def rank(desk: int, *principals: str) -> tuple[Rank, bool]:
        return await store.read(lambda work: work.desks.rank(desk, principals))

    assert await rank(one, str(SAM)) == (Rank.AGENT, False)
    assert await rank(one, str(SAM), ROLE, "discord:9001/&1") == (Rank.LEAD, False)
    assert await rank(one, str(BEN), GROUP) == (Rank.AGENT, False)
    assert await rank(two, str(SAM), ROLE) == (Rank.ADMIN, False)
    assert await rank(two, str(TOM)) == (Rank.CUSTOMER, True)
    assert await rank(two, str(EVE)) == (Rank.CUSTOMER, False)
    assert await rank(one) == (Rank.CUSTOMER, False)

    async def ranked(least: Rank, *principals: str) -> object:
        return await store.read(lambda work: work.desks.ranked(principals, least))

    assert await ranked(Rank.AGENT, str(SAM)) == [one, two]
    assert await ranked(Rank.LEAD, str(SAM)) == [two]
    assert await ranked(Rank.LEAD, str(SAM), ROLE) == [one, two]
    assert await ranked(Rank.AGENT, str(ANA)) == []


async def test_a_rank_is_given_changed_and_taken_away(store: SqlStore):
    officer = Member(str(TOM), Rank.AGENT, officer=True)
    desk = (await store.write(lambda work: desk_in(work, "support", officer))).id

    async def members_after(principal: str, rank: Rank) -> object:
        await store.write(lambda work: work.desks.set_rank(desk, principal, rank))
        return {m.principal: m for m in await store.read(lambda work: work.desks.members(desk))}

    sam, role = Member(str(SAM), Rank.LEAD), Member(ROLE, Rank.AGENT)
    assert await members_after(str(SAM), Rank.LEAD) == {str(TOM): officer, str(SAM): sam}
    assert await members_after(ROLE, Rank.AGENT) == {str(TOM): officer, str(SAM): sam, ROLE: role}
    assert await members_after(str(SAM), Rank.CUSTOMER) == {str(TOM): officer, ROLE: role}
    assert await members_after(ROLE, Rank.CUSTOMER) == {str(TOM): officer}
    no_agent = Member(str(TOM), Rank.CUSTOMER, officer=True)
    assert await members_after(str(TOM), Rank.CUSTOMER) == {str(TOM): no_agent}


async def test_settings_are_changed_and_what_is_usual_is_not_written_down(store: SqlStore):
    desk = await store.write(desk_in)
    await store.write(lambda work: work.desks.set(desk.id, SETTINGS))
    assert await store.read(lambda work: work.desks.get(desk.id)) == replace(desk, settings=SETTINGS)
    await store.write(lambda work: work.desks.set(desk.id, Settings()))
    assert await store.read(lambda work: work.desks.get(desk.id)) == desk
