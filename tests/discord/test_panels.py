"""Panels: what customers choose from, the forms behind it, and the tickets that come of it."""

from pathlib import Path
from typing import Any

import pytest

from bot.desks.importing import take_over
from bot.desks.panel import Category, Kind, Panel, Question
from bot.desks.sheet import Sheet
from tests.discord.shop import Shop, World, running
from tests.fakes.discord import Channel, Invocation, Message, User
from tests.fakes.discord.components import walk

DEVICE = Question(ask="Device", kind=Kind.CHOICE, choices=("phone", "tablet"))
PHOTO = Question(ask="Photo", kind=Kind.FILE, required=False)
LONG = "Please describe in your own words what happened and when"
BROKEN = Category(
    name="It is broken",
    hint="Something does not work",
    questions=(DEVICE, Question(ask=LONG, kind=Kind.LONG), PHOTO, Question(ask="Order number", required=False)),
)
BILLING = Category(name="Billing")


async def post(shop: Shop, panel: Panel, **options: str) -> Message:
    """The panel, posted in #help by a lead."""
    fake = shop.fake
    await shop.store.write(lambda work: work.desks.set_panel(work.desks.all()[0].id, panel))
    told = await shop.does(fake.command(fake.sam, fake.help, "desk panel", options))
    assert "is posted here in a moment" in told
    return panels(shop)[-1]


def panels(shop: Shop) -> list[Message]:
    return [m for m in shop.fake.messages(shop.fake.help) if m.components]


async def open_form(shop: Shop, who: User, shown: Message, label: str) -> Invocation:
    form = await (await shop.fake.press(who, shown, label)).finished()
    assert form.modal, [m.text for m in form.messages]
    return form


async def fill(shop: Shop, who: User, form: Invocation, answers: dict[str, Any]) -> str:
    return await shop.does(shop.fake.submit_modal(who, form, answers))


def rooms_of(shop: Shop, who: User) -> list[Channel]:
    return [c for c in shop.fake.world.children(shop.fake.help) if shop.fake.can_see(who, c)]


async def test_a_category_asks_its_own_questions_and_the_answers_begin_the_ticket(shop: Shop) -> None:
    fake = shop.fake
    await shop.set_up(rooms="private")
    shown = await post(shop, Panel(title="Hello", text="What is it?", categories=(BROKEN, BILLING)))
    assert "What is it?" in shown.text
    form = await open_form(shop, fake.ann, shown, "It is broken")
    assert form.modal
    assert form.modal["title"] == "It is broken"
    labels = [item["label"] for item in form.modal["components"]]
    assert labels == ["Device", "Please describe in your own words what happe…", "Photo", "Order number"]
    assert form.modal["components"][1]["description"] == LONG

    answers = {"Device": "phone", labels[1]: "It fell.\nTwice.", "Photo": [("crack.png", b"png")]}
    told = await fill(shop, fake.ann, form, answers)
    assert "Your ticket **#1** is open" in told
    assert "It is broken: It fell." in shop.card().text
    assert "it-is-broken" in shop.card().text
    said = next(m for m in fake.messages(shop.agents_room()) if "Device" in m.text)
    assert f"Device: phone\n{LONG}:\nIt fell.\nTwice.\nPhoto: crack.png" in said.text
    assert [(a.filename, a.data) for a in said.attachments] == [("crack.png", b"png")]
    (room,) = rooms_of(shop, fake.ann)
    assert not fake.can_see(fake.ben, room)
    assert room.name == "#1"


@pytest.mark.parametrize(("rooms", "threads"), [("open", 1), ("private", 1), ("direct", 0)])
async def test_what_is_filled_in_is_between_the_customer_and_the_desk(shop: Shop, rooms: str, threads: int) -> None:
    fake = shop.fake
    await shop.set_up(rooms=rooms)
    form = await open_form(shop, fake.ann, await post(shop, Panel(categories=(BILLING,))), "Billing")
    await fill(shop, fake.ann, form, {"What happened?": "twice charged"})
    assert len(rooms_of(shop, fake.ann)) == threads
    assert rooms_of(shop, fake.ben) == []
    where = rooms_of(shop, fake.ann)[0] if threads else fake.ann
    assert any("is open" in text for text in shop.texts(where))


async def test_a_menu_holds_twenty_five_categories_and_opens_the_same_forms(shop: Shop) -> None:
    fake = shop.fake
    many = tuple(Category(name=f"Topic {n}", hint=f"About {n}") for n in range(25))
    shown = await post(shop, Panel(categories=many), look="menu")
    (menu,) = [item for item in walk(shown.components) if item["type"] == 3]
    assert [option["label"] for option in menu["options"]] == [f"Topic {n}" for n in range(25)]
    assert menu["options"][3]["description"] == "About 3"
    form = await (await fake.select(fake.ann, shown, menu["custom_id"], ["Topic 24"])).finished()
    assert form.modal
    assert "is open" in await fill(shop, fake.ann, form, {"What happened?": "it stopped"})
    assert "topic-24" in shop.card().text


async def test_twenty_five_buttons_fit_too_and_a_longest_name_is_carried(shop: Shop) -> None:
    named = Category(name="x" * 80, tag="t" * 30, hint="h" * 100)
    many = (named, *(Category(name=f"Topic {n}") for n in range(24)))
    shown = await post(shop, Panel(title="t" * 100, text="w" * 1500, categories=many))
    assert len([item for item in walk(shown.components) if item["type"] == 2]) == 25
    await open_form(shop, shop.fake.ann, shown, "x" * 80)


async def test_panels_work_after_a_restart(fake: World, tmp_path: Path) -> None:
    async with running(fake, tmp_path) as shop:
        await shop.set_up()
        shown = await post(shop, Panel(categories=(BILLING,)))
    async with running(fake, tmp_path) as shop:
        form = await open_form(shop, fake.ann, shown, "Billing")
        await fill(shop, fake.ann, form, {"What happened?": "twice charged"})
        assert "Billing: twice charged" in shop.card().text


async def test_a_panel_posted_again_takes_the_place_of_the_old_one_even_if_that_was_deleted(shop: Shop) -> None:
    fake = shop.fake
    await post(shop, Panel(categories=(BILLING,)))
    second = await post(shop, Panel(categories=(BILLING, BROKEN)))
    assert panels(shop) == [second]
    await fake.delete(fake.world.users[fake.shop.owner_id], second)
    third = await post(shop, Panel(categories=(BROKEN,)))
    assert panels(shop) == [third]


async def test_a_category_that_is_gone_is_told_and_what_there_is_now_is_offered(shop: Shop) -> None:
    fake = shop.fake
    shown = await post(shop, Panel(categories=(BROKEN, BILLING)))
    form = await open_form(shop, fake.ann, shown, "Billing")
    await shop.does(fake.command(fake.sam, fake.help, "desk category-remove", {"name": "Billing"}))
    told = await shop.does(fake.press(fake.ann, shown, "Billing"))
    assert "not offered any more" in told
    told = await fill(shop, fake.ann, form, {"What happened?": "twice charged"})
    assert "not offered any more" in told
    assert "twice charged" in told, "what was typed is given back"
    offered = next(m for m in fake.seen_by(fake.ann) if m.components and "twice charged" in m.text)
    await open_form(shop, fake.ann, offered, "It is broken")


async def test_answers_to_questions_that_changed_while_the_form_was_open_are_not_lost(shop: Shop) -> None:
    fake = shop.fake
    asks = {"name": "Billing", "questions": "Invoice number; Amount"}
    await shop.does(fake.command(fake.sam, fake.help, "desk category", asks))
    shown = await post(shop, Panel(categories=(Category(name="Billing", questions=(Question(ask="Invoice number"),)),)))
    form = await open_form(shop, fake.ann, shown, "Billing")
    await shop.does(fake.command(fake.sam, fake.help, "desk category", asks | {"questions": "Customer number"}))
    assert "is open" in await fill(shop, fake.ann, form, {"Invoice number": "77"})
    assert any("Answer: 77" in text for text in shop.texts(shop.agents_room()))


async def test_who_may_open_no_ticket_now_reads_so_before_the_form(shop: Shop) -> None:
    fake = shop.fake
    await shop.set_up(max_open_per_customer=1)
    shown = await post(shop, Panel(categories=(BILLING,)))
    form = await open_form(shop, fake.ann, shown, "Billing")
    await fill(shop, fake.ann, form, {"What happened?": "one"})
    assert "as many as this desk allows" in await shop.does(fake.press(fake.ann, shown, "Billing"))
    told = await fill(shop, fake.ann, form, {"What happened?": "two"})
    assert "as many as this desk allows" in told
    assert "two" in told


async def test_a_file_that_is_not_taken_is_told_and_the_ticket_opens_all_the_same(shop: Shop) -> None:
    fake = shop.fake
    shown = await post(shop, Panel(categories=(Category(name="Broken", questions=(PHOTO,)),)))
    form = await open_form(shop, fake.ann, shown, "Broken")
    told = await fill(shop, fake.ann, form, {"Photo": [("virus.exe", b"bad")]})
    assert "is open" in told
    assert "virus.exe" in told
    assert (await shop.ticket()).open


async def test_categories_are_made_in_discord_with_questions_in_a_line(shop: Shop) -> None:
    fake = shop.fake
    line = "Order number; What happened? [long]; Device [phone|tablet]; Photo [file, optional]"
    asks = {"name": "Repairs", "questions": line}
    told = await shop.does(fake.command(fake.sam, fake.desk_channel, "desk category", asks))
    assert line in told.replace("\\", "")
    panel = (await shop.store.read(lambda work: work.desks.all()))[0].panel
    assert [q.kind for q in panel.categories[0].questions] == [Kind.TEXT, Kind.LONG, Kind.CHOICE, Kind.FILE]
    assert panel.categories[0].known_by == "repairs"


@pytest.mark.parametrize(
    "wrong", [{"name": "日本"}, {"name": "A", "questions": "a;b;c;d;e;f"}, {"name": "A", "tag": "no way"}]
)
async def test_what_cannot_be_a_category_is_told_and_changes_nothing(shop: Shop, wrong: dict[str, str]) -> None:
    fake = shop.fake
    assert "Nothing was changed" in await shop.does(fake.command(fake.sam, fake.help, "desk category", wrong))
    assert (await shop.store.read(lambda work: work.desks.all()))[0].panel == Panel()


async def test_only_leads_post_panels(shop: Shop) -> None:
    fake = shop.fake
    assert "That is for leads" in await shop.does(fake.command(fake.ann, fake.help, "desk panel"))
    assert panels(shop) == []


async def test_a_desk_without_categories_has_a_panel_with_one_button(shop: Shop) -> None:
    shown = await post(shop, Panel())
    form = await open_form(shop, shop.fake.ann, shown, "Open a ticket")
    assert "is open" in await fill(shop, shop.fake.ann, form, {"subject": "Refund", "text": "Where is it?"})


async def test_a_button_of_another_server_opens_nothing_here(shop: Shop) -> None:
    fake = shop.fake
    shown = await post(shop, Panel(categories=(BILLING,)))
    other = fake.add_guild("Other")
    eve, place = fake.add_user("eve", other), fake.add_channel(other, "general")
    stolen = await fake.say(fake.bot, place, "look")
    stolen.components = shown.components
    assert "not offered here" in await shop.does(fake.press(eve, stolen, "Billing"))


async def test_where_there_are_several_desks_a_panel_names_its_own(shop: Shop) -> None:
    fake = shop.fake
    guild, role = str(fake.shop.id), f"discord:{fake.shop.id}/&{fake.agents.id}"
    sheet = {
        "name": "billing",
        "intake": [f"discord:{guild}/{fake.add_channel(fake.shop, 'money').id}"],
        "leads": [role],
    }

    await shop.store.write(lambda work: take_over([Sheet.model_validate(sheet)], work))
    lobby = fake.add_channel(fake.shop, "lobby")
    told = await shop.does(fake.command(fake.sam, lobby, "desk panel", {"desk": "billing"}))
    assert "desk billing" in told
    assert "There is no desk" in await shop.does(fake.command(fake.sam, lobby, "desk panel", {"desk": "nope"}))
