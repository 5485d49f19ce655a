"""Names in texts."""

import time

import pytest

from bot.message import UserRef
from bot.privacy.exporting.disguise import Disguise, Replacer, called, eraser
from bot.privacy.model import GONE, Other

ANA = UserRef("fake", "w", "U0ANA")
SAM = UserRef("fake", "w", "U0SAM")
KIM = UserRef("fake", "w", "U0KIM")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ask Ana Lima", "ask [erased]"),
        ("ANA LIMA, ana lima", "[erased], [erased]"),
        ("Hi Ana, dear Mrs. Lima!", "Hi [erased], dear Mrs. [erased]!"),
        ("<@U0ANA> and fake/w/U0ANA", "<@[erased]> and [erased]"),
        ("banana, Analima, U0ANA2", "banana, Analima, U0ANA2"),
        ("(Ana)", "([erased])"),
        ("", ""),
    ],
)
def test_names_and_ids_are_found_as_whole_words(text: str, shown: str) -> None:
    assert eraser(ANA, "Ana Lima")(text) == shown


def test_short_names_are_left_alone() -> None:
    assert eraser(UserRef("fake", "w", "al"), "Al")("Al is al") == "Al is al"


def test_a_name_is_found_however_its_accents_are_written() -> None:
    assert eraser(ANA, "Zoé")("Zoe\u0301 and Zo\u00e9 and ZOÉ") == "[erased] and [erased] and [erased]"


def test_a_sharp_s_is_found_in_capitals() -> None:
    assert eraser(ANA, "Groß")("GROSS und Groß") == "[erased] und [erased]"


def test_names_in_scripts_without_spaces_are_found() -> None:
    assert eraser(ANA, "王小明")("请王小明看一下") == "请[erased]看一下"


def test_a_name_without_letters_is_found() -> None:
    assert eraser(ANA, "🦊🦊🦊")("hi 🦊🦊🦊!") == "hi [erased]!"


def test_a_name_is_no_pattern() -> None:
    assert eraser(ANA, "a.* (b|c) [x")("a.* (b|c) [x and a111 b") == "[erased] and a111 b"


def test_the_longer_name_is_replaced_first() -> None:
    assert Replacer({"Ana": "Agent 1", "Ana Lima": "Agent 2"})("Ana Lima and Ana") == "Agent 2 and Agent 1"


def test_people_are_told_apart_by_labels() -> None:
    disguise = Disguise({ANA: "Ana"}, [Other(SAM, "agent", "Sam"), Other(KIM, "customer", "Kim")], "salt")
    replace = disguise.replacer(disguise.others)
    assert replace("Sam told Kim and Ana, said Sam") == "Agent 1 told Customer 1 and Ana, said Agent 1"
    assert disguise.label(ANA) == "fake/w/U0ANA"
    assert disguise.label(SAM) == "Agent 1"


def test_the_own_name_stays_although_somebody_else_has_it_too() -> None:
    disguise = Disguise({ANA: "Ana Lima"}, [Other(SAM, "agent", "Ana Costa")], "salt")
    assert disguise.replacer(())("Ana Costa, I am Ana Lima") == "Agent 1, I am Ana Lima"


def test_two_exports_number_people_differently() -> None:
    others = [Other(UserRef("fake", "w", f"agent{n}"), "agent") for n in range(20)]
    one, two = (Disguise({ANA: "Ana"}, others, salt) for salt in ("one", "two"))
    assert [one.label(o.who) for o in others] != [two.label(o.who) for o in others]
    assert {one.label(o.who) for o in others} == {two.label(o.who) for o in others}


def test_an_erased_person_is_nobody() -> None:
    ghost = Other(UserRef(GONE, "", "random1"), "customer", "")
    disguise = Disguise({ANA: "Ana"}, [ghost], "salt")
    assert disguise.label(ghost.who) == "Erased person"
    assert disguise.replacer([ghost])("random1") == "random1"


def test_a_thousand_names_cost_no_more_than_their_texts() -> None:
    names = {
        name: "Agent" for n in range(1000) for name in called(UserRef("fake", "w", f"U{n:05}"), f"Agnes{n} Berg{n}")
    }
    replace, text = Replacer(names), "the printer is on fire and nobody comes " * 20
    start = time.perf_counter()
    for _ in range(200):
        assert replace(text) == text
    assert time.perf_counter() - start < 1  # an alternation of all names takes more than 10 s
