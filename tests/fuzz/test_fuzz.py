"""A few of the inputs that `make fuzz` tries by the million."""

from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord.markdown import markdown
from adapters.slack.forms import Origin
from bot.message import Mention, Text, UserRef
from tests.fuzz import core, discord, slack
from tests.fuzz.source import PIECES, Source
from tests.fuzz.targets import TARGETS

T = TypeVar("T")
TRICKS = [
    *("\u202egnp.exe", "\u200b@\u200beveryone", "@\u2060here", "\ufeff!r x", "＠everyone", "＜@U1＞", "e\u0301" * 50),
    *("\U000e0041\U000e007f", "\ud800", "\u2028- a\u2029", "ﬀ" * 20, "İ", "\x85# a", "\r\n\r\n", "🏳\u200d🌈" * 20),
]
NESTED = ["[", "(", "<", "> ", "**", "`", "||", "<@U1|", "<@&1>", "{", '"', "&lt;", "- ", "[x](", "```", "\\", "&amp;"]
TEXTS = st.one_of(
    st.sampled_from(TRICKS),
    st.text(max_size=60),
    st.builds(lambda piece, times: piece * times, st.sampled_from(NESTED), st.integers(1, 400)),
    st.lists(st.sampled_from([*PIECES, *TRICKS, *NESTED]), max_size=12).map("".join),
)


class Drawn(Source):
    """What is chosen is chosen by hypothesis, so that an example that fails becomes as small as it can be."""

    def __init__(self, drawing: st.DataObject) -> None:
        super().__init__(b"")
        self.drawing = drawing

    def byte(self) -> int:
        return self.drawing.draw(st.integers(0, 255))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.drawing.draw(st.integers(0, len(choices) - 1))]

    def text(self) -> str:
        return self.drawing.draw(TEXTS)


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in ("pages", "desk-files")])  # which take long
def test_no_shape_of_a_payload_and_no_trick_of_writing_is_a_surprise(name: str):
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def tried(drawing: st.DataObject) -> None:
        with pytest.MonkeyPatch.context() as patched:
            for module in (core, discord, slack):
                patched.setattr(module, "Source", lambda data: Drawn(drawing))
            TARGETS[name](b"")

    tried()


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_is_a_surprise(name: str):
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(min_size=20, max_size=400))
    def tried(data: bytes) -> None:
        TARGETS[name](data)

    tried()


@pytest.mark.parametrize(
    "text", [("@", "everyone"), ("@every", "one"), ("@", "h", "ere"), (Mention(UserRef("a", "b", "c"), "x@"), "here")]
)
def test_no_name_of_everybody_is_made_of_two_spans(text: Text):
    shown = markdown(text)
    assert "@everyone" not in shown
    assert "@here" not in shown


def test_brackets_without_end_are_a_modal_from_nowhere():
    assert Origin.unpacked("[" * 3000) == Origin()
