"""Three languages at one desk: everybody reads their own, and a room reads the desk's."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.inbound import CommandInvoked
from bot.language import Phrase
from bot.message import Mark
from bot.ports import Refused, Say
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, SAM, Desk, agents_thread, help_thread, private

GERDA = replace(ANA, name="Gerda", language="de-AT")
FELIX = replace(BEN, name="Felix", language="fr")
DIETER = replace(SAM, name="Dieter", language="de")
AWAY = Phrase("the platform is away")


async def test_a_german_customer_and_an_english_desk(desk: Desk) -> None:
    await desk.say(GERDA, "Mein Drucker brennt")
    assert desk.private(GERDA) == ["Ihr Ticket #1 ist eröffnet. Wir antworten hier."]
    assert desk.card(1) == "#1 Mein Drucker brennt\nFrom: Gerda\nStatus: open, unclaimed"
    assert await desk.click(SAM, "Claim") == "Ticket #1 is yours."
    assert await desk.type(SAM, "/ticket reply 1 Have you tried water?") == (
        "Your reply is on its way to the customer of #1."
    )
    assert desk.private(GERDA)[-1] == "Sam (#1): Have you tried water?"
    await desk.say(GERDA, "Yes, thanks")
    assert desk.agents_room(1)[-1] == "Gerda: @sam Yes, thanks"
    await desk.type(SAM, "/ticket close 1 solved")
    assert desk.private(GERDA)[-1] == (
        "Ticket #1 ist geschlossen: solved\n"
        "Falls es nicht gelöst ist, schreiben Sie innerhalb von 7 Tagen noch einmal, dann wird es wieder geöffnet."
    )
    assert desk.agents_room(1)[-1] == "#1: closed by Sam: solved"
    assert await desk.click(GERDA, "Wieder öffnen", "@ana") == "Ticket #1 ist wieder offen."
    assert desk.agents_room(1)[-1] == "#1: opened again by Gerda"


async def test_an_english_agent_at_a_german_desk(bare: Desk) -> None:
    desk = bare
    await desk.set_up(language="de")
    english = replace(SAM, language="en-US")
    await desk.say(FELIX, "Au secours")
    assert desk.private(FELIX) == ["Ihr Ticket #1 ist eröffnet. Wir antworten hier."]  # there is no French
    assert desk.card(1) == "#1 Au secours\nVon: Felix\nStatus: offen, frei"
    assert await desk.click(english, "Übernehmen") == "Ticket #1 is yours."
    assert desk.card(1).endswith("Status: übernommen von Sam")
    assert await desk.type(DIETER, "/ticket claim 1") == "Ticket #1 haben Sie schon."
    assert await desk.type(KIM, "/ticket claim 1") == "Dieter hat Ticket #1 schon. Nichts wurde geändert."
    assert await desk.type(english, "/ticket assign 1 kim") == "Ticket #1 is assigned to Kim."
    assert desk.agents_room(1)[-1] == "@kim Sam hat Ihnen Ticket #1 zugewiesen."


async def test_a_thread_that_everybody_reads_is_in_the_desks_language(desk: Desk) -> None:
    await desk.say(GERDA, "Mein Drucker brennt", HELP)
    await desk.deliver()
    rooms = [text for name in desk.chat.rooms if name.startswith("help") for text in desk.room(name)]
    assert rooms == ["Your ticket #1 is open. We answer here."]


async def test_what_was_told_once_is_remembered(desk: Desk) -> None:
    """Not every event says which language somebody speaks."""
    await desk.say(GERDA, "Mein Drucker brennt")
    assert await desk.type(replace(GERDA, language=""), "/ticket show 99") == (
        "Es gibt kein Ticket #99, das Sie sehen können."
    )


async def test_what_somebody_corrected_goes_before_what_the_platform_says(desk: Desk) -> None:
    await desk.say(GERDA, "Mein Drucker brennt")
    assert await desk.type(GERDA, "/mydata correct language en") == (
        "Your language is en from now on, whatever the platform says."
    )
    assert await desk.type(GERDA, "/ticket show 99") == "There is no ticket #99 that you can see."


async def test_forms_and_their_answers(desk: Desk) -> None:
    assert await desk.type(GERDA, "/ticket open") == "form: Ticket eröffnen"
    form = desk.form_shown()
    assert [each.label for each in form.inputs] == ["Betreff", "Was ist geschehen?"]
    assert form.language == "de"
    told = await desk.fill(GERDA, subject="Drucker", text="Er brennt")
    assert told == "Ihr Ticket #1 ist eröffnet. Wir antworten in Ihren Privatnachrichten mit dem Bot."
    assert isinstance(desk.reply, Say)
    assert desk.reply.message.language == "de"


async def test_everybody_who_takes_part_is_told_in_their_own(desk: Desk) -> None:
    await desk.say(GERDA, "Mein Drucker brennt")
    ben = replace(BEN, language="en")
    await desk.type(SAM, "/ticket add 1 ben", named=(ben,))
    assert desk.private(BEN) == ["Sam added you to ticket #1: Mein Drucker brennt. What you write here is read there."]
    await desk.type(SAM, "/ticket close 1")
    assert desk.private(GERDA)[-1].startswith("Ticket #1 ist geschlossen.\n")
    assert desk.private(BEN)[-1].startswith("Ticket #1 is closed.\n")


async def test_why_something_was_refused_is_said_to_agents_in_theirs(bare: Desk) -> None:
    desk = bare
    await desk.set_up(language="de")
    await desk.say(GERDA, "Mein Drucker brennt")
    desk.chat.refuse = lambda effect: (
        Refused(AWAY) if effect.kind == "direct" and effect.key.startswith("message:") else None
    )
    await desk.say(DIETER, "!r Wasser?", agents_thread(1))
    assert desk.mark(desk.last) == (Mark.FAILED, "die Plattform ist nicht erreichbar")
    assert desk.agents_room(1)[-1].startswith(
        "Eine Nachricht an den Kunden ließ sich nicht zustellen: die Plattform ist nicht erreichbar."
    )
    dead = await desk.store.read(lambda work: work.outbox.dead(9))
    assert [reason for _, reason in dead] == ["the platform is away"]


async def test_a_message_that_is_refused_is_refused_in_ones_own(desk: Desk) -> None:
    await desk.store.write(lambda work: work.people.block(ANA.ref, work.now.replace(day=9), "Werbung"))
    await desk.say(GERDA, "Kauft das!")
    assert desk.private(GERDA)[-1] == (
        "Sie können diesem Helpdesk nicht schreiben bis 09.01.2026, 09:00 UTC (Werbung). "
        "Ihre Nachricht wurde nicht weitergegeben."
    )


async def test_ones_data(desk: Desk) -> None:
    await desk.say(GERDA, "Mein Drucker brennt")
    shown = await desk.type(GERDA, "/mydata")
    assert shown.startswith("Was wir über Sie gespeichert haben\nVon Ihnen\n")
    assert "• Tickets: 1, aufbewahrt, um Ihnen zu antworten" in shown


async def test_where_there_is_no_catalogue_at_all_it_is_english(bare: Desk) -> None:
    await bare.set_up(language="fr")
    assert await bare.type(FELIX, "/ticket show 99") == "There is no ticket #99 that you can see."


async def test_a_repeated_delivery_and_a_crash_change_no_language(desk: Desk) -> None:
    """What waits to be delivered was said already, so nothing is looked up when it goes."""
    event = CommandInvoked("once", GERDA, private(GERDA), "ticket open", {"text": "Hilfe", "subject": "Hilfe"})
    assert await desk.handle(event) == (
        "Ihr Ticket #1 ist eröffnet. Wir antworten in Ihren Privatnachrichten mit dem Bot."
    )
    assert await desk.handle(event) == ""
    assert desk.private(GERDA)[0] == "Ihr Ticket #1 ist eröffnet. Wir antworten hier."


@pytest.mark.parametrize("place", [AGENTS, HELP, help_thread(1)])
async def test_someone_of_no_known_language_gets_the_desks(bare: Desk, place: object) -> None:
    await bare.set_up(language="de")
    assert await bare.type(BEN, "/ticket show 99", place) == "Es gibt kein Ticket #99, das Sie sehen können."  # type: ignore[arg-type]


async def test_words_carried_over_look_nobodys_language_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would cost every message a query."""
    await desk.say(GERDA, "Mein Drucker brennt")
    await desk.say(BEN, "Mine, too", HELP)
    asked = []

    def languages(*about: object) -> Iterator[str]:
        asked.append(about)
        yield "de"

    for where in ("bot.app.languages_for", "bot.relay.rooms.languages_of"):
        monkeypatch.setattr(where, languages)
    await desk.say(GERDA, "Sehr")
    await desk.say(SAM, "!r Water?", agents_thread(1))
    await desk.say(SAM, "hm", agents_thread(1))
    await desk.say(BEN, "It smells", help_thread(2))
    await desk.say(SAM, "!r Water, too?", agents_thread(2))
    assert desk.private(GERDA)[-1] == "Sam (#1): Water?"
    assert asked == []
    await desk.type(SAM, "/ticket close 1")
    assert len(asked) == 2
