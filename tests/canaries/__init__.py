import pytest

pytest.register_assert_rewrite("tests.canaries.going", "tests.canaries.looking")
