"""Whatever customers, agents and their names say, nobody who is not meant is called; and it can still be read."""

from pathlib import Path

import pytest

from adapters.discord.client import Gateway
from tests.discord.shop import World as Server
from tests.discord.shop import at_once, running
from tests.slack.world import world

ON_SLACK = "<!channel> <!here|here> <!everyone> <!subteam^S0123> @channel &lt;!channel&gt; <!chan\u200bnel>"
ON_DISCORD = "@everyone @here <@&{role}> <@{user}> @every\u200bone @\u2060here"


async def test_on_slack(tmp_path: Path):
    async with world(tmp_path) as desk:
        mallory = desk.slack.user("mallory", real_name="<!channel> <!here>")
        await desk.say(mallory, f"{ON_SLACK} help")
        await desk.say(mallory, f"second {ON_SLACK}")
        await desk.command(desk.sam, f"/ticket reply 1 text:answer {ON_SLACK}", desk.desk)
        await desk.command(desk.sam, f"/ticket rename 1 subject:subject {ON_SLACK}", desk.desk)
        await desk.press(desk.sam, "Claim")
        posted = [line for who in (desk.sam, mallory) for line in desk.slack.seen_by(who.id).lines if line.by_app]
    assert [line for line in posted if line.pings - {mallory.id}] == []
    read = " ".join(line.text for line in posted)
    for part in ("help", "second", "answer", "subject", "channel", "everyone"):
        assert part in read


async def test_on_discord(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    async with Server() as fake, running(fake, tmp_path) as shop:
        await shop.set_up()
        fake.set_bot_permissions(fake.shop, 8)  # an admin, who may call everybody
        hostile = ON_DISCORD.format(role=fake.agents.id, user=fake.kim.id)
        mallory = fake.add_user("@everyone", fake.shop)
        room = shop.thread(await shop.asks(mallory, f"{hostile} help"))
        await fake.say(fake.sam, shop.agents_room(), f"!r answer {hostile}")
        await shop.settled()
        typed = {"ticket": "1", "text": f"typed {hostile}"}
        await shop.does(fake.command(fake.sam, fake.desk_channel, "ticket reply", typed))
        renamed = {"ticket": "1", "subject": f"subject {hostile}"}
        await shop.does(fake.command(fake.sam, fake.desk_channel, "ticket rename", renamed))
        by_bot = [ping for ping in fake.pings if ping.message is not None and ping.message.author is fake.bot]
        read = " ".join(shop.texts(room) + shop.texts(shop.agents_room()) + [shop.card().text])
    assert [ping for ping in by_bot if ping.why != "thread"] == []
    for part in ("help", "answer", "typed", "subject", "everyone"):
        assert part in read
