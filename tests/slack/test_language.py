"""A person's Slack locale is the language they are spoken to; the agents' channel has the desk's."""

from tests.slack.world import World


def german(desk: World) -> None:
    desk.anna.locale = "de-AT"
    desk.sam.locale = "en-GB"


async def test_a_german_customer_is_spoken_to_in_german(desk: World):
    german(desk)
    await desk.say(desk.anna, "Mein Drucker brennt")
    (told,) = [line.text for line in desk.private(desk.anna) if line.by_app]
    assert told.startswith("Ihr Ticket #1 ist eröffnet. Wir antworten hier.")
    assert "[Schließen]" in told
    assert "Status: open, unclaimed" in desk.card().text
    await desk.press(desk.sam, "Claim", on=desk.card().ts)
    await desk.command(desk.sam, "/ticket reply 1 Tried water?")
    name = next(line.author for line in desk.private(desk.anna) if "Tried water?" in line.text)
    assert name == "sam (#1) (via the bot)"


async def test_their_modals_and_their_home_are_german(desk: World):
    german(desk)
    await desk.command(desk.anna, "/ticket open")
    form = desk.slack.seen_by(desk.anna.id).modal
    for words in ("Ticket eröffnen", "Betreff", "Was ist geschehen?", "Senden", "Schließen"):
        assert words in form, form
    await desk.submit(desk.anna, subject="Drucker", text="Er brennt")
    assert "Ihr Ticket #1 ist eröffnet." in desk.slack.seen_by(desk.anna.id).modal
    await desk.slack.open_home(desk.anna.id)
    await desk.settle()
    home = desk.slack.seen_by(desk.anna.id).home
    assert "Ihre Tickets" in home
    assert "offen, frei" in home


async def test_what_cannot_be_understood_is_said_in_german(desk: World):
    german(desk)
    await desk.say(desk.anna, "Mein Drucker brennt")
    await desk.command(desk.anna, "/ticket list kaputt", desk.help)
    assert any("„kaputt“ habe ich nicht verstanden." in text for text in desk.sees(desk.anna))


async def test_a_german_desk_reads_why_something_was_not_delivered(desk: World):
    await desk.set_up(language="de")
    await desk.say(desk.anna, "Mein Drucker brennt", desk.help)
    room = desk.card().ts
    desk.slack.work.channels[desk.help.id].archived = True
    await desk.say(desk.sam, "!r Wasser?", desk.desk, thread_ts=room)
    texts = [line.text for line in desk.agents_room()]
    assert any("Nicht zugestellt: der Kanal ist archiviert." in text for text in texts), texts
    assert any("Eine Nachricht an den Kunden ließ sich nicht zustellen" in text for text in texts), texts
