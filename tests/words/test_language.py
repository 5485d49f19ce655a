"""Who reads decides, and words carried over cost nothing."""

from collections.abc import Iterator

import pytest

from bot.language import Phrase, _, best, current, here, known, reading, several
from bot.message import Bold, Message, UserRef, say, told
from bot.tickets import views
from bot.tickets.model import RoomKind, Ticket
from bot.wording import moment
from tests.desk import ANA, Clock

NOW = Clock().time
TICKET = Ticket(7, 1, 42, "Drucker", ANA.ref, NOW, NOW, RoomKind.DIRECT)


@pytest.mark.parametrize(
    ("languages", "chosen"),
    [
        (["de"], "de"),
        (["de-AT"], "de"),
        (["de_CH"], "de"),
        (["DE"], "de"),
        (["en-GB", "de"], "en"),
        (["fr", "de"], "de"),
        (["", "de"], "de"),
        (["fr"], "en"),
        (["x" * 300], "en"),
        (["../../etc"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_there_is(languages: list[str], chosen: str):
    assert best(languages) == chosen


def test_words_are_the_readers():
    assert _("Close") == "Close"
    with reading("de-AT"):
        assert _("Close") == "Schließen"
        with reading("en"):
            assert _("Close") == "Close"
        assert _("Close") == "Schließen"
        assert current() == "de"
    assert _("Close") == "Close"


def test_what_people_say_is_filled_in_as_it_is():
    with reading("de"):
        assert _("{name} may write again.", name="{who} & Close") == "{who} & Close darf wieder schreiben."
        assert _("") == ""


def test_one_and_many():
    with reading("de"):
        assert [several("{number} channel", "{number} channels", n) for n in (0, 1, 2)] == [
            "0 Kanäle", "1 Kanal", "2 Kanäle",
        ]  # fmt: skip


def test_dates_and_durations_are_the_readers():
    line = views.line(TICKET, {}, Clock().time.replace(hour=11))
    assert line == "#42 Drucker · somebody · 2 h · open, unclaimed"
    with reading("de"):
        assert views.line(TICKET, {}, NOW.replace(hour=11)) == "#42 Drucker · jemand · 2 Std. · offen, frei"
        assert moment(NOW) == "05.01.2026, 09:00 UTC"


def test_nobodys_language_is_looked_up_before_the_first_word():
    asked = []

    def languages() -> Iterator[str]:
        asked.append("person")
        yield "fr"
        asked.append("desk")
        yield "de"
        asked.append("nobody")
        yield "en"

    with reading(languages()):
        carried_over = Message(("Hallo",), speaker="Ana")
        assert (asked, known(), carried_over.language) == ([], "", "")
        assert _("Close") == "Schließen"
        assert say(_("Close")).language == known() == "de"
        _("Reply")
    assert asked == ["person", "desk"]


def test_a_phrase_is_english_until_somebody_reads_it():
    inner = Phrase("the platform is away")
    phrase = Phrase("{what} could not be delivered: {reason}. It is kept; try again, or discard it.",
                    what="Close", reason=inner)  # fmt: skip
    assert phrase == "Close could not be delivered: the platform is away. It is kept; try again, or discard it."
    with reading("de"):
        assert here(phrase).startswith("Close ließ sich nicht zustellen: die Plattform ist nicht erreichbar.")
        assert here("Close") == "Close"


def test_bold_and_mentions_stand_where_the_language_puts_them():
    who = Bold(UserRef("fake", "w", "ana").id)
    with reading("de"):
        text = told("Ticket {ticket} now has {name} in it.", ticket=Bold("#1"), name=who)
    assert text == (who, " nimmt jetzt an Ticket ", Bold("#1"), " teil.")
