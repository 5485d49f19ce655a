"""What leads and agents may do at their desk."""

import asyncio

import pytest
from pydantic.fields import FieldInfo

from bot.desks import views
from bot.desks.importing import hand_out
from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from bot.tickets.model import RoomKind, Ticket
from tests.desks.conftest import INTAKE, OFFICE, Office, person


async def test_an_agent_may_look_at_what_the_desk_is_set_to(office: Office):
    await office.types("ann", "/desk show")  # from now on her name is known
    shown = await office.answer("ann", "/desk show")
    fields = {field.name: "".join(map(str, field.value)) for field in shown.fields}
    assert shown.title == "Desk support"
    assert fields["Takes in from"] == "chat:w/help"
    assert fields["Agents' channel"] == "chat:w/office"
    assert fields["Leads"] == "chat:w/lea"
    assert fields["Agents"] == "Ann, chat:w/@agents"
    assert fields["reply_prefix"] == "“!r” (a message in the agents' room that begins so is sent)"
    assert fields["greeting"] == "not set (said to a customer when a ticket opens, after its number)"
    assert set(Settings.model_fields) <= set(fields)


async def test_a_customer_may_not_even_look(office: Office):
    assert await office.types("carla", "/desk show") == "That is for agents of the desk. Nothing was changed."


async def test_someone_in_a_group_of_agents_may_look(office: Office):
    shown = await office.types("gus", "/desk show", groups=("chat:w/@agents",))
    assert shown.startswith("Desk support")


async def test_a_lead_changes_a_setting(office: Office):
    assert await office.types("lea", "/desk set max_open_per_customer 5") == "max_open_per_customer is now 5."
    assert (await office.settings()).max_open_per_customer == 5


async def test_a_text_is_kept_as_it_was_typed(office: Office):
    await office.types("lea", "/desk set greeting  We answer  within a day. \n Promised!")
    assert (await office.settings()).greeting == "We answer  within a day. \n Promised!"


async def test_a_setting_goes_back_to_what_it_was(office: Office):
    await office.types("lea", "/desk set greeting Hello")
    assert await office.types("lea", "/desk set greeting default") == "greeting is now not set."
    assert await office.settings() == Settings()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("max_open_per_customer many", "max_open_per_customer has to be a whole number from 1 to 1000."),
        ("max_open_per_customer 0", "max_open_per_customer has to be a whole number from 1 to 1000."),
        ("cooldown_seconds 1e99", "cooldown_seconds has to be a whole number from 0 to 86400."),
        ("reply_prefix a b", "reply_prefix has to be a text of 1 to 10 characters without spaces."),
        ("language English", "language has to be a language such as en or pt-BR."),
        (f"greeting {'x' * 1001}", "greeting has to be a text of 0 to 1000 characters."),
    ],
)
async def test_a_wrong_value_is_refused_with_what_is_allowed(office: Office, typed: str, told: str):
    assert await office.types("lea", f"/desk set {typed}") == f"Nothing was changed. {told}"
    assert await office.settings() == Settings()


async def test_an_unknown_setting_is_answered_with_the_known_ones(office: Office):
    told = await office.types("lea", "/desk set colour red")
    assert told.startswith("For setting, choose one of: language, reply_prefix,")


@pytest.mark.parametrize(("name", "info"), Settings.model_fields.items())
def test_every_setting_can_say_what_it_does_and_what_it_may_be(name: str, info: FieldInfo):
    assert info.description
    assert len(views.allowed(info)) > 5


async def test_an_agent_may_not_change_anything(office: Office):
    for line in ("set language de", "agent ann lead", "remove lea", "block carla 1", "unblock carla", "blocked"):
        assert await office.types("ann", f"/desk {line}") == "That is for leads of the desk. Nothing was changed."
    assert await office.settings() == Settings()
    assert (await office.ranks())["chat/w/ann"] is Rank.AGENT


async def test_a_lead_takes_an_agent_on_and_lets_them_go(office: Office):
    assert await office.types("lea", "/desk agent bob") == "Bob is now an agent of the desk support."
    assert (await office.ranks())["chat/w/bob"] is Rank.AGENT
    assert await office.types("lea", "/desk remove bob") == "Bob no longer works at the desk support."
    assert "chat/w/bob" not in await office.ranks()


async def test_a_group_is_named_as_in_the_file(office: Office):
    told = await office.types("lea", "/desk agent group:chat:w/&night rank:lead")
    assert told == "chat:w/&night is now a lead of the desk support."
    assert (await office.ranks())["chat:w/&night"] is Rank.LEAD
    await office.types("lea", "/desk remove group:chat:w/&night")
    assert "chat:w/&night" not in await office.ranks()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Name either a person or a group."),
        ("bob group:chat:w/@x", "Name either a person or a group."),
        ("group:@x", "I do not know who that is."),
        ("group:elsewhere:w/@x", "Nothing was changed: this desk has no channel on “elsewhere”."),
        ("bob boss", "I did not understand “boss”."),
    ],
)
async def test_who_cannot_be_meant_is_asked_about(office: Office, typed: str, told: str):
    before = await office.ranks()
    assert (await office.types("lea", f"/desk agent {typed}")).startswith(told)
    assert await office.ranks() == before


async def test_only_an_admin_makes_and_unmakes_admins(office: Office):
    refused = "That is for administrators of the desk. Nothing was changed."
    assert await office.types("lea", "/desk agent ann admin") == refused
    assert await office.types("lea", "/desk agent ada agent") == refused
    assert await office.types("lea", "/desk remove ada") == refused
    await office.types("ada", "/desk agent ann admin")
    assert (await office.ranks())["chat/w/ann"] is Rank.ADMIN


async def test_the_last_admin_stays(office: Office):
    told = "Nothing was changed: this is the desk's last administrator. Make somebody else administrator first."
    assert await office.types("ada", "/desk remove ada") == told
    assert await office.types("ada", "/desk agent ada lead") == told
    await office.types("ada", "/desk agent lea admin")
    await office.types("ada", "/desk remove ada")
    assert "chat/w/ada" not in await office.ranks()


async def test_the_last_lead_stays(office: Office):
    await office.do(lambda work: work.desks.set_rank(1, "chat/w/ada", Rank.CUSTOMER))
    told = "Nothing was changed: this is the desk's last lead. Make somebody else lead first."
    assert await office.types("lea", "/desk remove lea") == told
    assert await office.types("lea", "/desk agent lea agent") == told
    assert (await office.ranks())["chat/w/lea"] is Rank.LEAD


async def test_a_lead_is_not_made_less_by_accident(office: Office):
    told = await office.types("lea", "/desk agent ada")
    assert told.startswith("Nothing was changed: Ada is administrator already.")
    assert (await office.ranks())["chat/w/ada"] is Rank.ADMIN


async def test_who_leaves_is_still_an_officer_if_they_were_one(office: Office):
    members = [Member("chat/w/ada", Rank.ADMIN), Member("chat/w/ann", Rank.AGENT, officer=True)]
    await office.do(lambda work: work.desks.save(Desk(0, "support", OFFICE, Settings()), [INTAKE], members))
    assert "They are still its privacy officer" in await office.types("ada", "/desk remove ann")
    assert await office.do(lambda work: work.desks.rank(1, ["chat/w/ann"])) == (Rank.CUSTOMER, True)
    assert "has no rank of their own" in await office.types("ada", "/desk remove ann")


async def test_what_somebody_still_holds_is_told_when_they_leave(office: Office):
    ticket = Ticket(
        id=0, desk=1, number=0, subject="printer", customer=person("carla"), opened_at=office.now, last_at=office.now,
        room_kind=RoomKind.DIRECT, assignee=person("ann"),
    )  # fmt: skip
    await office.do(lambda work: work.tickets.add(ticket))
    told = await office.types("lea", "/desk remove ann")
    assert told.endswith("They still hold #1: please assign these to somebody else.")


async def test_nobody_is_removed_who_is_not_there(office: Office):
    assert "has no rank of their own at this desk" in await office.types("lea", "/desk remove carla")


async def test_a_lead_of_one_desk_has_no_say_at_another(office: Office):
    other = Place("chat", "w", "billing office")
    await office.do(
        lambda work: work.desks.save(
            Desk(0, "billing", other, Settings()), [Place("chat", "w", "billing")], [Member("chat/w/bill", Rank.LEAD)]
        )
    )
    assert await office.types("lea", "/desk set language de", other) == (
        "That is for leads of the desk. Nothing was changed."
    )
    assert await office.types("lea", "/desk set language de", INTAKE) == "language ist jetzt „de“."


async def test_two_leads_who_remove_each_other_at_once_do_not_leave_the_desk_without_one(busy_office: Office):
    told = await asyncio.gather(
        busy_office.types("lea", "/desk remove ben"), busy_office.types("ben", "/desk remove lea")
    )
    assert sorted(text.split(".")[0] for text in told)[1] == "That is for leads of the desk"
    (desk,) = await busy_office.do(hand_out)
    assert len(desk.leads) == 1


async def test_settings_changed_at_once_are_all_kept(busy_office: Office):
    await asyncio.gather(
        busy_office.types("lea", "/desk set language de"),
        busy_office.types("ben", "/desk set greeting Hello"),
        busy_office.types("lea", "/desk set cooldown_seconds 5"),
    )
    (desk,) = await busy_office.do(hand_out)
    assert desk.settings == Settings(language="de", greeting="Hello", cooldown_seconds=5)
