"""What the doctor says about Slack, a line each."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.doctor import Found, examine
from adapters.slack.manifest import manifest
from bot.config import Settings
from bot.doctor import examine as examine_all
from bot.inbound import Place
from bot.routes import all_routes
from tests.fakes.slack import FakeSlack
from tests.slack.world import world


async def look(slack: FakeSlack, *places: Place, **given: Any) -> list[Found]:
    app = slack.app
    told = {"bot_token": app.bot_token, "app_token": app.app_token, "signing_secret": "", "url": slack.base_url}
    return await examine(**(told | given), places=places, now=given.pop("now", datetime.now(UTC)))


async def test_all_is_well():
    async with FakeSlack(manifest=manifest(all_routes())) as slack:
        help_channel = slack.channel("help", [slack.user("anna")])
        found = await look(slack, Place("slack", slack.work.team.id, help_channel.id))
        assert not [each for each in found if each.todo]
        assert [each.what for each in found][-1] == f"the bot is in #help ({help_channel.id})"


async def test_each_trouble_says_what_to_do():
    made = manifest(all_routes())
    made["oauth_config"]["scopes"]["bot"].remove("reactions:write")
    made["oauth_config"]["scopes"]["bot"].remove("im:write")
    async with FakeSlack(manifest=made) as slack:
        outside = slack.channel("outside", [slack.user("anna")], bot=False)
        old = slack.channel("old", [])
        old.archived = True
        team = slack.work.team.id
        places = [Place("slack", team, c) for c in (outside.id, old.id, "C0NOWHERE")] + [Place("slack", "T9", "C9")]
        found = await look(slack, *places, app_token="xapp-wrong")
        assert [(each.what.split("(")[0].strip(), each.wrong) for each in found if each.todo] == [
            ("the app lacks im:write, to write to people directly", True),
            ("the app lacks reactions:write, to mark what became of a message", False),
            ("Slack opens no socket for SLACK_APP_TOKEN", True),
            ("the bot is not in #outside", True),
            ("#old", True),
            ("the bot does not see channel C0NOWHERE", True),
            ("T9/C9 is in another workspace", True),
        ]


async def test_a_wrong_token_a_wrong_clock_and_no_network():
    async with FakeSlack() as slack:
        (found,) = await look(slack, bot_token="xoxb-wrong")
        assert found == Found(
            "Slack does not accept SLACK_BOT_TOKEN (invalid_auth)", "copy it from the app's OAuth page", True
        )
        app = slack.app
        late = datetime.now(UTC) + timedelta(hours=1)
        found_late = await examine(app.bot_token, app.app_token, "", slack.base_url, (), late)
        assert any("seconds off Slack's" in each.what and each.wrong for each in found_late)
        address = slack.base_url
    (away,) = await examine("xoxb-1", "", "", address, (), datetime.now(UTC))
    assert away.what.startswith("Slack cannot be reached")


@pytest.mark.parametrize("server", [False, True], ids=["SQLite", "PostgreSQL"])
async def test_helpthread_doctor_looks_at_the_channels_of_the_desks(
    tmp_path: Path, server: bool, request: pytest.FixtureRequest
):
    database = {"database_url": request.getfixturevalue("empty_postgres")} if server else {}
    async with world(tmp_path, http=True, **database) as desk:
        await desk.slack.remove_bot(desk.help)
        settings = Settings.model_validate({
            "data_dir": tmp_path, "slack_bot_token": desk.slack.app.bot_token,
            "slack_signing_secret": "x", "slack_api_url": desk.slack.base_url, **database,
        })  # fmt: skip
        found = await asyncio.to_thread(lambda: list(examine_all(settings, datetime.now(UTC))))
        lines = [str(each) for each in found]
        assert f"WRONG  the bot is not in #help ({desk.help.id}): invite it there" in lines
        assert f"ok     the bot is in #desk ({desk.desk.id})" in lines
