"""What one line of input means."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console import lines
from adapters.console.lines import Address, Delete, Edit, Line, Press, Slash, Where, Words
from bot.errors import Problem


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("customer: my printer is on fire", Line("customer", Where(), "my printer is on fire")),
        ("customer@help: anyone here?", Line("customer", Where("help"), "anyone here?")),
        ("customer@#help: anyone here?", Line("customer", Where("help"), "anyone here?")),
        ("agent@1: !r water", Line("agent", Where("", "1"), "!r water")),
        ("agent@#1: !r water", Line("agent", Where("", "1"), "!r water")),
        ("agent@help/12: hello", Line("agent", Where("help", "12"), "hello")),
        ("agent:   /ticket claim 1  ", Line("agent", Where(), "/ticket claim 1")),
        ("ana: see: this", Line("ana", Where(), "see: this")),
        ("Ζωή: γεια", Line("Ζωή", Where(), "γεια")),
        ("हिन्दी: नमस्ते", Line("हिन्दी", Where(), "नमस्ते")),
        ("🦊: yip", Line("🦊", Where(), "yip")),
        ("Zoe\u0308: two ways to write one name", Line("Zoë", Where(), "two ways to write one name")),
        ("customer:", Line("customer", Where(), "")),
    ],
)
def test_a_line_says_who_where_and_what(text: str, meant: Line):
    assert lines.read(text) == meant


@pytest.mark.parametrize(
    "text", ["no colon", "https://x.test", "customer:no space", "a sentence first: then this", ": nobody", "@bot: hi"]
)
def test_a_line_without_a_name_is_none(text: str):
    assert lines.read(text) is None


@pytest.mark.parametrize(
    "name", ["a\x07b", "a\u202eb", "a\u200bb", "a/b", "a[b", "a]b", "a#b", 'a"b', "x" * 65, "a\ufffd"]
)
def test_a_name_that_hides_something_or_means_something_here_is_refused(name: str):
    with pytest.raises(Problem, match="cannot be a name"):
        lines.read(f"{name}: hello")


@pytest.mark.parametrize("place", ["", "a b", "help/x", "/1", "help/1/2"])
def test_a_place_that_is_none_is_refused(place: str):
    with pytest.raises(Problem):
        lines.place(place)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hello", Words("hello")),
        ("/ticket claim 1", Slash("ticket claim 1")),
        ("/", Slash("")),
        ("@bot claim", Address("claim", Words("@bot claim"))),
        ("@Bot, close it works", Address("close it works", Words("@Bot, close it works"))),
        ("@bots are fun", Words("@bots are fun")),
        ("[Close] 1", Press("Close", "1")),
        ("[Close] #01", Press("Close", "1")),
        ("[#3 my printer]", Press("#3 my printer")),
        ("[sic] is no button", Words("[sic] is no button")),
        ("/edit it is green", Edit("it is green")),
        ("/delete", Delete()),
        ("/edits", Slash("edits")),
        ("look @file:a.png", Words("look", ("a.png",))),
        ('@file:"my photo.png" and @file:b.txt too', Words("and too", ("my photo.png", "b.txt"))),
        ("mail me@file:x", Words("mail me@file:x")),
        ("@file:a.png", Words("", ("a.png",))),
    ],
)
def test_what_somebody_does_by_writing_it(text: str, meant: lines.Body):
    assert lines.body(text) == meant


@pytest.mark.parametrize("text", ["", "   ", "/edit", "/edit  "])
def test_nothing_is_nothing(text: str):
    with pytest.raises(Problem, match="nothing to send"):
        lines.body(text)


@given(st.text())
def test_no_line_breaks_the_parser(text: str):
    with suppress(Problem):
        line = lines.read(text)
        assert line is None or lines.name(line.name) == line.name
        assert line is None or lines.body(line.text) is not None
