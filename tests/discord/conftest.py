"""A desk on Discord, set up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord.client import Gateway
from tests.discord.shop import Shop, World, at_once, running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)


@pytest.fixture
async def fake() -> AsyncIterator[World]:
    async with World() as world:
        yield world
        assert world.violations == []


@pytest.fixture
async def shop(fake: World, tmp_path: Path) -> AsyncIterator[Shop]:
    async with running(fake, tmp_path) as bot:
        await bot.set_up()
        yield bot
