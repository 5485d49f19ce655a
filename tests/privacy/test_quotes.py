"""Another person quoted somebody who had their data erased: T22."""

from datetime import timedelta

import pytest

from bot.privacy.erasing.quotes import (
    FEWEST,
    FEWEST_ELSEWHERE,
    LIKE,
    SAME,
    Sayings,
    Whose,
    likeness,
    quoted,
    without,
    words,
)
from bot.privacy.officers.holding import hold
from storage.files import DiskFiles
from tests.desk import HELP, LEA, SAM, Desk, agents_thread, help_thread, person
from tests.privacy.canaries import everything
from tests.privacy.conftest import release, settle
from tests.privacy.test_cases import _make_officer
from tests.privacy.test_erasure import CARL, CLIO, engine, erase
from tests.privacy.test_export import contents, export_of

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID = "My lilac printer burns since Monday, and nobody answers the phone.\nYes\nPlease call 0170 555 at noon."
HERE, ELSEWHERE = 1, 2
SIMILAR = [  # what is quoted, in which ticket, how like it is, whose it is
    ("My lilac printer burns since Monday, and nobody answers the phone.", HERE, 1.0, Whose.THEIRS),
    ("MY LILAC PRINTER burns since monday and nobody answers the phone", HERE, 1.0, Whose.THEIRS),
    ("nobody answers the phone", HERE, 1.0, Whose.THEIRS),
    ("nobody answers the phone", ELSEWHERE, 1.0, Whose.OTHERS),  # who does not say that?
    ("lilac printer burns since Monday, and nobody answers", ELSEWHERE, 1.0, Whose.THEIRS),
    ("My lilac printer burnt since Monday, and nobody answers the phone", HERE, 10 / 11, Whose.THEIRS),
    ("My violet printer burnt since Monday, and no one answers the phone", HERE, 8 / 12, Whose.PERHAPS),
    ("My lilac printer burns, says Clio on the phone to us", HERE, 6 / 11, Whose.PERHAPS),
    ("My lilac printer burns. So does mine, I fear, and the desk it stands on", HERE, 6 / 15, Whose.OTHERS),
    ("The weather is fine today, is it not", HERE, 1 / 8, Whose.OTHERS),
    ("yes!", HERE, 1.0, Whose.THEIRS),
    ("yes!", ELSEWHERE, 1.0, Whose.OTHERS),
    ("the phone", HERE, 1.0, Whose.OTHERS),  # part of a line, too short to be anybody's
]


@pytest.mark.parametrize(("quote", "ticket", "like", "whose"), SIMILAR)
def test_T22_how_like_a_quote_is_says_whose_it_is(quote: str, ticket: int, like: float, whose: Whose) -> None:
    assert likeness(words(quote), words(SAID)) == pytest.approx(like, abs=0.1)
    assert Sayings([(HERE, SAID)]).whose(quote, ticket) is whose


def test_T22_the_thresholds_are_these() -> None:
    assert (SAME, LIKE, FEWEST, FEWEST_ELSEWHERE) == (0.8, 0.5, 4, 8)
    said = "one two three four five six seven eight nine ten"
    for same, whose in ((8, Whose.THEIRS), (7, Whose.PERHAPS), (5, Whose.PERHAPS), (4, Whose.OTHERS)):
        quote = " ".join(said.split()[:same] + ["x"] * (10 - same))
        assert Sayings([(HERE, said)]).whose(quote, HERE) is whose, same


def test_T22_what_they_quoted_of_others_themselves_is_not_theirs() -> None:
    sayings = Sayings([(HERE, "> the teapot is broken, I think\nthen mend it, will you")])
    assert sayings.whose("the teapot is broken, I think", HERE) is Whose.OTHERS
    assert sayings.whose("then mend it, will you", HERE) is Whose.THEIRS


def test_T22_a_quote_in_a_script_without_spaces_is_found() -> None:
    assert Sayings([(HERE, "我的打印机着火了，请帮忙。")]).whose("我的打印机着火了", HERE) is Whose.THEIRS


def test_T22_a_passage_becomes_one_line_and_all_others_stay() -> None:
    text = "hello\n> one\n>> two\nmine\n  > three\n\nbye > now"
    assert quoted(text) == ["one\ntwo", "three"]
    assert without(text, lambda passage: passage != "three") == "hello\n> [erased]\nmine\n  > three\n\nbye > now"
    assert without(text, lambda passage: False) == text


# At the desk

DORA = person("dora9x41")


async def a_ticket_with_quotes(desk: Desk) -> None:
    """Clio's, in a channel, in which Carl and Sam quote her, Carl exactly and Dora in her own words."""
    await desk.store.write(lambda work: _make_officer(LEA, work))
    await desk.say(CLIO, "my lilac printer burns since Monday, says the magenta lamp", HELP)
    await desk.type(SAM, "/ticket claim 1")
    await desk.say(CARL, "> my lilac printer burns since Monday\nteapot: mine, too", help_thread(1))
    await desk.say(SAM, "!r > My LILAC printer burns since Monday!\nwalnut answer", agents_thread(1))
    await desk.say(DORA, "> your lilac printer burnt on Monday, magenta lamp or not\ncedar: I wonder", help_thread(1))
    await settle(desk)


def shown(desk: Desk) -> str:
    return "\n".join(text for room in desk.chat.rooms for text in desk.room(room))


async def test_T22_quotes_of_theirs_go_in_rows_and_copies_and_own_words_stay(office: Desk) -> None:
    await a_ticket_with_quotes(office)
    assert "> my lilac printer" in shown(office)
    await erase(office, CLIO)
    rows = "\n".join(everything(engine(office)).values())
    for place in (rows, shown(office)):
        assert "lilac printer burns" not in place
        assert "LILAC" not in place
    assert "> [erased]\\nteapot: mine, too" in rows
    assert "> [erased]\\nwalnut answer" in rows
    assert "your words where others quoted them: 2 messages" in office.private(CLIO)[-1]
    assert "1 message of somebody else in which you may be quoted" in office.private(CLIO)[-1]


async def test_T22_what_may_be_theirs_is_listed_without_its_words_and_an_officer_decides(office: Desk) -> None:
    await a_ticket_with_quotes(office)
    await erase(office, CLIO)
    [letter] = [text for text in office.private(LEA) if "quoted" in text]
    listed = await office.type(LEA, "/privacy quotes")
    for told in (letter, listed):
        assert [word for word in ("lilac", "magenta", "cedar", CLIO.name, CLIO.ref.id) if word in told] == []
    assert "1: in support#1, of 2026-01-05" in listed
    read = await office.type(LEA, "/privacy quotes 1")
    assert "your lilac printer burnt on Monday" in read
    assert "cedar" not in read  # what they wrote themselves is nobody's business
    assert "here and in every copy" in await office.type(LEA, "/privacy quotes 1 erase")
    await settle(office)
    assert "lilac" not in "\n".join(everything(engine(office)).values())
    assert "lilac" not in shown(office)
    assert "> [erased]\\ncedar: I wonder" in "\n".join(everything(engine(office)).values())
    assert await office.type(LEA, "/privacy quotes") == "No message waits for you to look who is quoted in it."


async def test_T22_an_officer_may_find_that_it_is_somebody_elses(office: Desk) -> None:
    await a_ticket_with_quotes(office)
    await erase(office, CLIO)
    assert "stays" in await office.type(LEA, "/privacy quotes 1 keep")
    assert "> your lilac printer burnt" in "\n".join(everything(engine(office)).values())
    assert "no message of that number" in await office.type(LEA, "/privacy quotes 1")


async def test_T22_nobody_but_an_officer_reads_or_decides_it(office: Desk) -> None:
    await a_ticket_with_quotes(office)
    await erase(office, CLIO)
    for line in ("/privacy quotes", "/privacy quotes 1", "/privacy quotes 1 erase"):
        assert "That is for privacy officers" in await office.type(SAM, line)
    assert "1: in support#1" in await office.type(LEA, "/privacy quotes")


async def test_T22_a_quote_in_somebody_elses_own_ticket_goes_too_from_its_subject_as_well(
    office: Desk, files: DiskFiles
) -> None:
    await office.say(CLIO, "my lilac printer burns since Monday, says the magenta lamp")
    await office.say(CARL, "> my lilac printer burns since Monday, says the magenta lamp\nteapot: mine, too")
    await office.say(CARL, "> thank you\nteapot again")
    assert "> my lilac printer" in shown(office)
    await erase(office, CLIO)
    assert "lilac" not in "\n".join(everything(engine(office)).values())
    assert "lilac" not in shown(office)
    assert "teapot: mine, too" in shown(office)
    assert "#2 > [erased]" in office.card(2)
    his = "".join(contents(await export_of(office, files, CARL)).values())
    assert "teapot: mine, too" in his
    assert "thank you" in his


async def test_T22_under_a_legal_hold_a_quote_is_left_and_looked_at_later(office: Desk) -> None:
    await a_ticket_with_quotes(office)
    until = f"{office.clock.time + timedelta(days=9):%Y-%m-%d}"
    await office.store.write(lambda work: hold(CARL.ref, "claims", until, "", "", None, work))
    await erase(office, CLIO)
    assert "> my lilac printer burns since Monday\\nteapot" in "\n".join(everything(engine(office)).values())
    assert len((await office.type(LEA, "/privacy quotes")).splitlines()) == 3
    assert "legal hold keeps that message" in await office.type(LEA, "/privacy quotes 1 erase")
    await release(office, LEA, 1)
    assert "here and in every copy" in await office.type(LEA, "/privacy quotes 1 erase")
    assert "> my lilac printer burns" not in "\n".join(everything(engine(office)).values())


async def test_T22_a_second_run_changes_nothing(office: Desk) -> None:
    await a_ticket_with_quotes(office)
    await erase(office, CLIO)
    before = of_the_ticket(office)
    await office.say(CLIO, "hello")
    await erase(office, CLIO)
    assert of_the_ticket(office) == before


def of_the_ticket(desk: Desk) -> list[str]:
    return [row for (table, _), row in everything(engine(desk)).items() if table == "quotes" or "[erased]" in row]
