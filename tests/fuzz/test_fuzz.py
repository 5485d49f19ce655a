"""A few of the inputs that `make fuzz` tries by the million."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_is_a_surprise(name: str):
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.binary(min_size=20, max_size=400))
    def tried(data: bytes) -> None:
        TARGETS[name](data)

    tried()
