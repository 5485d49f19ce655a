"""A desk that starts before its network does is a desk."""

from pathlib import Path

import discord
import pytest

from adapters.discord import login
from tests.discord.shop import World, running


async def test_a_start_without_a_way_to_discord_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It ended with a traceback, and without the other platforms."""
    monkeypatch.setattr(login, "FIRST_PAUSE", 0.01)
    async with World() as fake:
        fake.faults.drop("GET /users/@me", times=2)
        fake.faults.fail("GET /users/@me", status=503, times=2)
        async with running(fake, tmp_path) as shop:
            await shop.set_up()
            await fake.dm(fake.ann, "it burns")
            await shop.settled()
            assert (await shop.ticket()).subject == "it burns"
    told = [line for line in caplog.messages if line.startswith("not connected yet")]
    assert set(told) == {
        "not connected yet: Discord cannot be reached (ServerDisconnectedError)",
        "not connected yet: Discord cannot be reached (503)",
    }


async def test_what_discord_refuses_for_good_is_not_tried_for_ever(tmp_path: Path) -> None:
    async with World() as fake:
        fake.faults.fail("GET /users/@me", status=400)
        with pytest.raises(discord.HTTPException):
            async with running(fake, tmp_path):
                pass
