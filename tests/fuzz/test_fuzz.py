"""A few of the inputs that `make fuzz` tries by the million."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord.markdown import markdown
from adapters.slack.forms import Origin
from bot.message import Mention, Text, UserRef
from tests.fuzz.targets import TARGETS


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
