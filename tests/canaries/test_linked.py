"""The same for one person on Slack and on Discord who linked both accounts: asked for on one, confirmed on the other,
it is gone from both; in clear, with keys, and on PostgreSQL."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.client import Gateway
from bot.config import Settings
from storage import leases
from tests.canaries import going
from tests.canaries.life import Life, furnish, live
from tests.canaries.on_discord import OnDiscord, connected, stage, where
from tests.canaries.on_slack import OnSlack, on_slack
from tests.discord.shop import World, at_once
from tests.storage.sealed import KEY

pytestmark = pytest.mark.timeout(600)  # two whole lives


class Time:
    """What the bot takes for now."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def two_stages(folder: Path, time: Time, **settings: Any) -> AsyncIterator[tuple[OnSlack, OnDiscord]]:
    """One bot, with a desk on each platform."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gateway, "before_identify_hook", at_once)
        async with World() as server, on_slack(folder, now=time.now, **where(server), **settings) as slack:
            await connected(slack.running)
            yield slack, stage(server, slack.running, folder)
            assert server.violations == []


async def link(one: Life, other: Life) -> None:
    await one.types("/mydata link")
    code = re.findall(r"/mydata link ([A-Za-z0-9]{10})", "\n".join(one.stage.sees(one.user)))[-1]
    await one.shuts_forms()
    await other.types(f"/mydata link {code}")
    await other.stage.presses(other.user, "Yes, both are mine")
    await one.stage.settle()
    await one.stage.presses(one.user, "Yes, both are mine")
    await other.stage.settle()


async def test_of_one_person_on_two_platforms_nothing_is_left_on_either(tmp_path: Path) -> None:
    await goes_from_both(tmp_path)


async def test_with_keys_nothing_is_left_of_one_person_on_two_platforms(tmp_path: Path) -> None:
    await goes_from_both(tmp_path, content_key=KEY.hex(), search="memory")


async def test_on_postgresql_nothing_is_left_of_one_person_on_two_platforms(
    tmp_path: Path, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LIFE", 600.0)  # seconds: nobody else is there to take over
    await goes_from_both(tmp_path, database_url=empty_postgres)


async def goes_from_both(folder: Path, **settings: Any) -> None:
    time = Time()
    async with two_stages(folder, time, **settings) as (slack, discord):
        hers, his = await going.both_live(slack)
        await furnish(discord)
        elsewhere = Life(discord, discord.her)
        await live(elsewhere, 1)
        await link(hers, elsewhere)
        assert hers.words.keys() & elsewhere.words.keys()
        for life in (hers, elsewhere):
            if "content_key" in settings:
                going.everything_is_shown(life)
            else:
                going.everything_is_held(life)
        time.ahead = timedelta(days=1, minutes=1)
        before = going.Before.of(his, hers)

        await going.asks_to_be_deleted(hers)
        await discord.settle()
        await discord.presses(elsewhere.user, "Delete all of it")
        await going.is_told(hers)
        await going.is_told(elsewhere)

        found = Settings.model_validate({"data_dir": folder} | settings)
        accounts = [discord.ref(elsewhere.user).id, slack.ref(hers.user).id]
        going.is_gone(hers, found, [*going.words_to_go(elsewhere), *accounts])
        going.is_gone(elsewhere, found, accounts)
        before.is_all_there(his, hers)
