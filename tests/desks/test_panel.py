"""Panels as they are kept, written in a desk's file, and typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.desk_file import DeskFileError, read, write
from bot.desks.model import Desk, Settings
from bot.desks.panel import Category, Kind, Panel, Question, slug
from bot.desks.typed import questions, written
from bot.process.platforms import PLATFORMS
from tests.desks.conftest import INTAKE, OFFICE, Office

FILE = """\
desks:
  - name: support
    panel:
      title: How can we help?
      text: |
        Two lines
        of text.
      menu: yes
      categories:
        - name: It is broken
          hint: Something does not work
          questions:
            - ask: Device
              kind: choice
              choices: [phone, 08]
            - ask: What happened?
              kind: long
            - {ask: Photo, kind: file, required: no}
        - {name: 請求, tag: billing}
"""
PANEL = Panel(
    title="How can we help?",
    text="Two lines\nof text.\n",
    menu=True,
    categories=(
        Category(
            name="It is broken",
            hint="Something does not work",
            questions=(
                Question(ask="Device", kind=Kind.CHOICE, choices=("phone", "08")),
                Question(ask="What happened?", kind=Kind.LONG),
                Question(ask="Photo", kind=Kind.FILE, required=False),
            ),
        ),
        Category(name="請求", tag="billing"),
    ),
)


def test_a_panel_is_read_as_it_is_written_and_written_as_it_was_read() -> None:
    sheets = read(FILE.encode(), "desks.yaml", PLATFORMS).sheets
    assert sheets[0].panel == PANEL
    assert read(write(sheets).encode(), "again.yaml", PLATFORMS).sheets[0].panel == PANEL


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("txt: hello", "desks.yaml:4: unknown key txt; did you mean text?"),
        ("menu: perhaps", "desks.yaml:4: menu has to be true or false"),
        ("categories: 7", "desks.yaml:4: categories has to be a list of up to 25: - name: …"),
        ("categories: [{hint: x}]", "desks.yaml:4: name is missing"),
        ("categories: [{name: 請求}]", "desks.yaml:4: this category needs a tag of its own: a-z, 0-9 and -"),
        ("categories: [{name: A}, {name: a}]", "desks.yaml:4: two categories have the same tag"),
        (
            "categories: [{name: A, questions: [{ask: x, kind: foto}]}]",
            "desks.yaml:4: kind has to be text, long, choice or file",
        ),
        (
            "categories: [{name: A, questions: [{ask: x}, {ask: x}]}]",
            "desks.yaml:4: the questions of a category have to be different",
        ),
        (
            "categories: [{name: A, questions: [{ask: x, kind: choice}]}]",
            "desks.yaml:4: a question of the kind choice, and no other, has choices",
        ),
        (
            "categories: [{name: A, questions: [{ask: 1},{ask: 2},{ask: 3},{ask: 4},{ask: 5},{ask: 6}]}]",
            "desks.yaml:4: questions has to be a list of up to 5: - ask: …",
        ),
    ],
)
def test_what_cannot_be_a_panel_is_told_with_its_line(lines: str, told: str) -> None:
    with pytest.raises(DeskFileError) as error:
        read(f"desks:\n  - name: support\n    panel:\n      {lines}\n".encode(), "desks.yaml", PLATFORMS)
    assert str(error.value) == told


async def test_a_panel_is_kept_with_its_desk_whatever_else_changes(office: Office) -> None:
    await office.do(lambda work: work.desks.set_panel(1, PANEL))
    await office.do(lambda work: work.desks.set(1, Settings(language="de")))
    (desk,) = await office.do(lambda work: work.desks.all())
    assert desk.panel == PANEL
    await office.do(lambda work: work.desks.save(Desk(0, "support", OFFICE, Settings()), [INTAKE], []))
    assert (await office.do(lambda work: work.desks.all()))[0].panel == Panel()


def test_a_tag_follows_from_the_name() -> None:
    assert slug("Hilfe für Ärzte & Co.") == "hilfe-fur-arzte-co"
    assert slug("請求") == ""
    assert len(slug("x" * 80)) == 30


def test_questions_are_typed_in_a_line() -> None:
    assert questions("Order number; Device [phone | tablet, optional]; Photo [FILE]; ") == (
        Question(ask="Order number"),
        Question(ask="Device", kind=Kind.CHOICE, choices=("phone", "tablet"), required=False),
        Question(ask="Photo", kind=Kind.FILE),
    )


@pytest.mark.parametrize("line", ["What? [loud]", "Device [a|a]", "Device [a|]", "[long]", "x" * 101])
def test_what_cannot_be_a_question_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        questions(line)


PLAIN = st.text("abc ?!äß", min_size=1, max_size=20).map(str.strip).filter(bool)
ASKED = st.builds(Question, ask=PLAIN, kind=st.sampled_from([Kind.TEXT, Kind.LONG, Kind.FILE]), required=st.booleans())


@given(st.lists(ASKED, max_size=5))
def test_what_is_written_is_what_was_typed(asked: list[Question]) -> None:
    assert questions("; ".join(map(written, asked))) == tuple(asked)


def test_an_answer_finds_its_question_when_others_change() -> None:
    assert Question(ask="Device").name == Question(ask="Device", kind=Kind.LONG).name
    assert Question(ask="Device").name != Question(ask="Devices").name


def test_a_panel_has_twenty_five_categories_at_most() -> None:
    full = Panel(categories=tuple(Category(name=f"Topic {n}") for n in range(25)))
    with pytest.raises(ValidationError):
        full.with_category(Category(name="One more"))
    changed = Category(name="Topic 3", hint="new")
    assert full.with_category(changed).find("topic-3") == changed
