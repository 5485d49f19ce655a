"""A desk on Slack, in Socket Mode and over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack.world import World, world


@pytest.fixture(params=["sockets", "http"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """The same desk in each of the two modes."""
    async with world(tmp_path, http=request.param == "http") as found:
        yield found


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[World]:
    """Over HTTP, where an acknowledgement is seen at once."""
    async with world(tmp_path, http=True) as found:
        yield found
