"""A desk made inside Discord, by those who run the server, in the time it takes to read this."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.desks.model import Desk, Rank
from tests.discord.shop import Shop, World, running
from tests.fakes.discord import Invocation, Perm, User
from tests.fakes.discord.components import walk


async def desks(shop: Shop) -> list[Desk]:
    return list(await shop.store.read(lambda work: work.desks.all()))


async def set_up(shop: Shop, who: User, **chosen: Any) -> str:
    fake = shop.fake
    form: Invocation = await (await fake.command(who, fake.help, "desk setup")).finished()
    assert form.modal, [m.text for m in form.messages]
    filled = {"intake": [fake.help], "channel": [fake.desk_channel]} | chosen
    return await shop.does(fake.submit_modal(who, form, filled))


def boss(fake: World) -> User:
    return fake.add_user("boss", fake.shop, [fake.add_role(fake.shop, "managers", Perm.MANAGE_GUILD)])


async def test_whoever_runs_the_server_makes_a_desk_with_menus_and_it_works_at_once(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path) as shop:
        told = await set_up(shop, boss(fake), groups=[fake.agents], people=[fake.ben])
        assert told.startswith("Desk support is ready. It takes in from 1 channel and has 3 members.")
        (desk,) = await desks(shop)
        members = await shop.store.read(lambda work: work.desks.members(desk.id))
        ranks = {member.principal: member.rank for member in members}
        assert ranks[f"discord:{fake.shop.id}/&{fake.agents.id}"] == Rank.AGENT
        assert ranks[f"discord//{fake.ben.id}"] == Rank.AGENT
        assert Rank.LEAD in ranks.values()

        await shop.asks(fake.ann, "my order is late")
        assert await shop.does(fake.press(fake.sam, shop.card(), "Claim")) == "Ticket **#1** is yours."


async def test_the_menus_of_the_form_show_channels_people_and_roles_and_only_the_one_who_asked_sees_them(
    fake: World, tmp_path: Path
) -> None:
    async with running(fake, tmp_path):
        form = await (await fake.command(boss(fake), fake.help, "desk setup")).finished()
        assert form.modal
        fields = {item["custom_id"]: item["type"] for item in walk(form.modal["components"]) if item.get("custom_id")}
        assert fields == {"name": 4, "intake": 8, "channel": 8, "people": 5, "groups": 6}
        assert form.messages == []


async def test_customers_and_agents_make_no_desks(shop: Shop) -> None:
    fake = shop.fake
    told = await shop.does(fake.command(fake.ann, fake.help, "desk setup", {"name": "mine"}))
    assert "new desks are made by those who run this workspace" in told
    assert "That is for leads of the desk" in await shop.does(fake.command(fake.ann, fake.help, "desk setup"))
    assert [desk.name for desk in await desks(shop)] == ["support"]


async def test_a_server_has_several_desks_and_a_channel_belongs_to_one(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        chief = boss(fake)
        await set_up(shop, chief, groups=[fake.agents])
        money, office = fake.add_channel(fake.shop, "money"), fake.add_channel(fake.shop, "office")
        clash = await set_up(shop, chief, name="billing", channel=[office], intake=[fake.help])
        assert "already used by the desk support" in clash
        assert "Desk billing is ready" in await set_up(shop, chief, name="billing", intake=[money], channel=[office])
        assert [desk.name for desk in await desks(shop)] == ["support", "billing"]
        await fake.say(fake.ann, money, "where is my invoice?")
        await shop.settled()
        assert any("where is my invoice?" in m.text for c in fake.world.children(office) for m in c.messages.values())


async def test_a_name_that_was_typed_is_kept_when_the_form_leaves_it_out(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        chief = boss(fake)
        form = await (await fake.command(chief, fake.help, "desk setup", {"name": "billing"})).finished()
        chosen = {"intake": [fake.help], "channel": [fake.desk_channel]}
        assert "Desk billing is ready" in await shop.does(fake.submit_modal(chief, form, chosen))


async def test_what_the_bot_may_not_do_in_the_channels_is_told_at_once(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        hidden = fake.add_channel(fake.shop, "hidden")
        fake.allow(hidden, fake.shop, deny=Perm.VIEW_CHANNEL)
        fake.allow(fake.help, fake.bot, deny=Perm.CREATE_PRIVATE_THREADS)
        told = await set_up(shop, boss(fake), channel=[hidden])
        assert "Desk support is ready" in told
        assert "I cannot see #hidden" in told
        assert "in #help I lack: Create Private Threads" in told


async def test_the_form_shows_what_the_desk_has_now(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        chief = boss(fake)
        await set_up(shop, chief, groups=[fake.agents], people=[fake.ben])
        form = await (await fake.command(chief, fake.help, "desk setup")).finished()
        assert form.modal
        fields = {item["custom_id"]: item for item in walk(form.modal["components"]) if item.get("custom_id")}
        assert fields["name"]["value"] == "support"
        assert picked(fields["intake"]) == [("channel", str(fake.help.id))]
        assert picked(fields["channel"]) == [("channel", str(fake.desk_channel.id))]
        assert picked(fields["people"]) == [("user", str(fake.ben.id))]
        assert picked(fields["groups"]) == [("role", str(fake.agents.id))]


def picked(field: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each["type"], str(each["id"])) for each in field["default_values"]]
