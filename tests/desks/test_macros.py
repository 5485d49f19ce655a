"""Macros: what a desk answers often is written once, and sent like any other reply."""

import pytest

from bot.completion import suggest
from bot.inbound import Actor, Place
from bot.macros.model import MOST_MACROS, Macro, filled
from bot.message import Mark
from bot.ports import Ask
from bot.router import Takes
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, LEA, SAM, Desk, agents_thread, person, private

RICE = "Hello {name}, have you tried rice? Your number is #{number}. {agent}"


async def has(desk: Desk, number: int) -> None:
    every = [Macro(name=f"m{n}", text="x") for n in range(number)]
    await desk.store.write(lambda work: work.macros.replace(work.desks.all()[0].id, every))


async def test_a_macro_is_sent_as_a_reply_with_the_places_filled_in(desk: Desk):
    await desk.say(person("ana", "Ana Maria Silva"), "it fell into water")
    saved = await desk.type(LEA, f"/desk macro-save rice {RICE}")
    assert saved == (
        "Desk support has the macro rice now. In a ticket it reads like this:\n"
        "Hello Robin, have you tried rice? Your number is #7. Lea"
    )
    assert await desk.type(SAM, "/ticket macro 1 rice") == "Your reply is on its way to the customer of #1."
    said = "Hello Ana, have you tried rice? Your number is #1. Sam"
    assert desk.private(ANA)[1:] == [f"Sam (#1): {said}"]
    assert desk.agents_room(1)[1:] == [f"Sam → customer: {said}"]
    assert desk.chat.rooms["agents/#1"][1].message.mark is Mark.DELIVERED
    assert said in await desk.type(SAM, "/ticket history 1")


async def test_in_the_tickets_room_the_name_is_enough(desk: Desk):
    await desk.say(ANA, "it fell into water")
    await desk.type(LEA, "/desk macro-save rice Try rice.")
    await desk.type(SAM, "/ticket macro RICE", agents_thread(1))
    assert desk.private(ANA)[1:] == ["Sam (#1): Try rice."]


async def test_without_a_name_a_form_offers_what_there_is(desk: Desk):
    await desk.say(ANA, "it fell into water")
    await desk.type(LEA, "/desk macro-save rice Try rice.")
    await desk.type(LEA, "/desk macro-save sun Try the sun.")
    assert await desk.type(SAM, "/ticket macro 1") == "form: Answer with a macro"
    assert desk.form_shown().inputs[0].choices == ("rice", "sun")
    await desk.fill(SAM, name="sun")
    assert desk.private(ANA)[1:] == ["Sam (#1): Try the sun."]


async def test_where_there_are_more_than_a_menu_holds_the_name_is_typed(desk: Desk):
    await desk.say(ANA, "it fell into water")
    await has(desk, 26)
    await desk.type(SAM, "/ticket macro 1")
    assert desk.form_shown().inputs[0].choices == ()
    await desk.fill(SAM, name="m25")
    assert desk.private(ANA)[1:] == ["Sam (#1): x"]


async def test_a_form_saves_lines_and_shows_what_is_there_already(desk: Desk):
    assert await desk.type(LEA, "/desk macro-save") == "form: Save a macro"
    await desk.fill(LEA, name="bye", text="Thank you.\n\nUntil next time!")
    assert await desk.type(SAM, "/desk macros bye") == "Macro bye\nThank you.\n\nUntil next time!"
    await desk.type(LEA, "/desk macro-save bye")
    assert [i.value for i in desk.form_shown().inputs] == ["bye", "Thank you.\n\nUntil next time!"]
    await desk.fill(LEA, name="bye", text="Bye.")
    assert await desk.type(SAM, "/desk macros bye") == "Macro bye\nBye."


async def test_agents_list_them_and_leads_remove_them(desk: Desk):
    assert await desk.type(SAM, "/desk macros") == (
        "Desk support has no macros yet. Its leads save one with /desk macro-save."
    )
    await desk.type(LEA, "/desk macro-save sun Try\nthe sun.")
    await desk.type(LEA, "/desk macro-save rice Try rice.")
    assert await desk.type(SAM, "/desk macros") == (
        "Macros of desk support\nrice: Try rice.\nsun: Try the sun.\n"
        "/ticket macro NAME sends one to the ticket's customer."
    )
    assert (
        await desk.type(LEA, "/desk macro-remove rice")
        == "Desk support has the macro rice no longer. It read:\nTry rice."
    )
    assert await desk.type(LEA, "/desk macro-remove rice") == "There is no macro “rice”. There are: sun."


async def test_customers_see_none_and_agents_change_none(desk: Desk):
    await desk.type(LEA, "/desk macro-save rice Try rice.")
    await desk.say(ANA, "help")
    for line in ("/desk macros", "/desk macros rice", "/ticket macro 1 rice"):
        assert await desk.type(ANA, line, HELP) == "That is for agents of the desk. Nothing was changed."
    for line in ("/desk macro-save rice Eat it.", "/desk macro-save", "/desk macro-remove rice"):
        assert await desk.type(SAM, line) == "That is for leads of the desk. Nothing was changed."
    assert await desk.submit(SAM, "desk.macro-save", name="rice", text="Eat it.") == (
        "That is for leads of the desk. Nothing was changed."
    )
    assert await desk.type(BEN, "/ticket macro 1 rice") == "There is no ticket #1 that you can see."
    assert await desk.type(SAM, "/desk macros rice") == "Macro rice\nTry rice."


async def test_one_desks_macros_are_not_anothers(desk: Desk):
    other = await desk.set_up_other("billing", KIM)
    await desk.type(LEA, "/desk macro-save rice Try rice.")
    there = Place("fake", "w", "billing-agents")
    await desk.say(BEN, "where is my bill", Place("fake", "w", "billing"))
    told = await desk.type(KIM, "/ticket macro 1 rice", there)
    assert told == "Desk billing has no macros yet. Its leads save one with /desk macro-save."
    assert await desk.store.read(lambda work: work.macros.all(other.id)) == []


@pytest.mark.parametrize("name", ["7", "rice!", "a b", "-rice", "x" * 31, "réis"])
async def test_a_name_that_cannot_be_typed_is_refused(desk: Desk, name: str):
    told = await desk.submit(LEA, "desk.macro-save", name=name, text="Try rice.")
    assert told.startswith("Nothing was changed. The name of a macro is up to 30 small letters, digits and dashes")
    assert "no macros yet" in await desk.type(LEA, "/desk macros")


async def test_too_long_and_too_many_are_refused(desk: Desk):
    assert (await desk.type(LEA, f"/desk macro-save rice {'x' * 3001}")).startswith("Nothing was changed.")
    await has(desk, MOST_MACROS)
    told = await desk.type(LEA, "/desk macro-save rice Try rice.")
    assert told == "Nothing was changed: a desk has up to 200 macros. Remove one first."
    assert "has the macro m7 now" in await desk.type(LEA, "/desk macro-save m7 Another text.")


@pytest.mark.parametrize(
    ("text", "customer", "reads"),
    [
        ("Hello {name}, welcome", "", "Hello, welcome"),
        ("{name} {agent} {number}", "{agent} {number}", "{agent} Sam 7"),
        ("if (x) {y} {Name} {{name}}", "Ana", "if (x) {y} {Name} {Ana}"),
        ("@everyone {name}", "@everyone", "@everyone @everyone"),
    ],
)
def test_nothing_else_is_taken_for_a_place_to_fill(text: str, customer: str, reads: str):
    assert filled(text, 7, customer, "Sam") == reads


async def suggested(
    desk: Desk, typed: str, who: Actor, place: Place = AGENTS, takes: Takes = Takes.MACRO
) -> list[tuple[str, str]]:
    return list(await desk.store.read(lambda work: suggest(takes, typed, who, place, work)))


async def test_they_are_completed_by_name_then_by_their_words_for_agents_only(desk: Desk):
    await desk.type(LEA, "/desk macro-save sun Dry it in the sun.")
    await desk.type(LEA, "/desk macro-save dry-rice Try\nrice.")
    assert await suggested(desk, "dr", SAM) == [
        ("dry-rice: Try rice.", "dry-rice"), ("sun: Dry it in the sun.", "sun"),
    ]  # fmt: skip
    assert await suggested(desk, "sun", SAM) == [("sun: Dry it in the sun.", "sun")]
    assert len(await suggested(desk, "", SAM)) == 2
    assert await suggested(desk, "", ANA, HELP) == []


async def test_desks_and_categories_are_completed_for_agents_only(desk: Desk):
    await desk.type(LEA, "/desk category Refunds")
    await desk.type(LEA, "/desk category Repairs")
    assert await suggested(desk, "ref", SAM, takes=Takes.CATEGORY) == [("Refunds", "Refunds")]
    assert [name for _, name in await suggested(desk, "RE", SAM, takes=Takes.CATEGORY)] == ["Refunds", "Repairs"]
    assert await suggested(desk, "sup", SAM, takes=Takes.DESK) == [("support", "support")]
    assert (
        await suggested(desk, "", ANA, HELP, Takes.CATEGORY) == await suggested(desk, "", ANA, HELP, Takes.DESK) == []
    )


async def test_a_restricted_tickets_customer_gets_none(desk: Desk):
    await desk.say(ANA, "help")
    await desk.type(LEA, "/desk macro-save rice Try rice.")
    await desk.type(ANA, "/mydata restrict", private(ANA))
    await desk.press(ANA, "mydata.restrict-now", place=private(ANA))
    before = desk.private(ANA)
    await desk.type(SAM, "/ticket macro 1 rice")
    assert not isinstance(desk.reply, Ask)
    assert desk.private(ANA) == before
