"""Runs the contract for every platform."""

import pytest

pytest.register_assert_rewrite("tests.contract")

from tests.contract import *  # noqa: E402, F403
