"""A whole desk that logs all it can, and no secret of it is in the log; nor a word or a name of anybody."""

import io
import logging
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.client import Gateway
from tests.discord.shop import World as Server
from tests.discord.shop import at_once, running
from tests.fakes.slack import FakeSlack
from tests.slack.world import world

CONTENT_KEY = "5e" * 32


@pytest.mark.parametrize("http", [True, False], ids=["http", "sockets"])
async def test_a_desk_that_logs_all_it_can_logs_no_secret(tmp_path: Path, log: io.StringIO, http: bool):
    given: dict[str, Any] = {"log_level": "DEBUG", "content_key": CONTENT_KEY, "search": "memory"}
    async with world(tmp_path, http=http, **given) as desk:
        await desk.say(desk.anna, "my password is hunter2")
        await desk.press(desk.sam, "Claim")
        await desk.command(desk.sam, "/ticket reply 1 text:change it to swordfish", desk.desk)
        desk.slack.fail("chat.postMessage", error="invalid_auth")
        await desk.say(desk.anna, "this is refused, hunter3")
        desk.slack.fail("chat.postMessage", status=500)
        await desk.say(desk.anna, "this comes late, hunter4")
        await desk.command(desk.anna, "/mydata")
        logging.getLogger("bot").debug("the end: %s", 1)
        secrets = secrets_of(desk.slack)
    written = log.getvalue()
    assert "the end: 1" in written
    assert [name for name, secret in secrets.items() if secret in written] == []


async def test_on_discord_neither(tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    """The bot's token, those of answers to what people press, and their words and names."""
    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    async with Server() as fake, running(fake, tmp_path) as shop:
        await shop.set_up()
        joe = fake.add_user("josephine", fake.shop)
        await shop.asks(joe, "my password is hunter2")
        sent = [await fake.press(fake.sam, shop.card(), "Claim")]
        await sent[-1].finished()
        fake.faults.fail("POST */messages", 500)
        await fake.say(fake.sam, shop.agents_room(), "!r change it to swordfish")
        await shop.settled()
        fake.faults.fail("POST */callback", 500)
        sent.append(await fake.command(joe, fake.help, "mydata export"))
        sent.append(await fake.command(joe, fake.help, "ticket open", {"text": "hunter3 is taken"}))
        await sent[-1].finished()
        await shop.settled()
        fake.faults.fail("POST */messages", 401)
        await fake.say(fake.sam, shop.agents_room(), "!r never mind hunter4")
        await shop.until(lambda: not fake.faults.planned)
        logging.getLogger("bot").debug("the end: %s", 1)
        tokens = [fake.token, *(one.token for one in sent)]
    written = log.getvalue()
    assert "the end: 1" in written
    assert all(len(token) > 8 for token in tokens)
    assert [token for token in tokens if token in written] == []
    words = ("hunter2", "hunter3", "hunter4", "swordfish", "josephine", "Josephine")
    assert [word for word in words if word in written] == []


def secrets_of(slack: FakeSlack) -> dict[str, str]:
    app = slack.app
    found = {"bot token": app.bot_token, "app token": app.app_token, "signing secret": app.signing_secret}
    assert all(len(secret) > 8 for secret in found.values())
    words = {word: word for word in ("hunter2", "hunter3", "hunter4", "swordfish")}
    return found | words | {"content key": CONTENT_KEY, "content key, in bytes": repr(bytes.fromhex(CONTENT_KEY))[2:-1]}
