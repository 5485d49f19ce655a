"""Payloads and answers of the fake beside real samples, where those lie next to the checkout: nothing they always have
may be missing, and what both have is of the same type."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.echo_bot import CARD, FORM, EchoBot, over_sockets
from tests.fakes.slack import Channel, FakeSlack
from tests.fakes.slack.schema import BESIDE, SCHEMA

SAMPLES = BESIDE / "curated"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="needs the published samples beside the checkout")

# Not always there on Slack either: of enterprises, of old apps, of pictures, of what one client sends.
OPTIONAL = {"enterprise_id", "enterprise_name", "enterprise", "authed_users", "is_ext_shared_channel", "token"}
ID = re.compile("[CU][0-9A-Z]{5,}")
PREVIEWS = ("thumb_", "original_", "permalink_public", "edit_link", "preview", "lines", "deanimate", "image_", "pjpeg")


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def differences(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """What `theirs` has and `ours` lacks, and what is of another type."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name, value in theirs.items():
            if (ID.fullmatch(name) or "/values" in where) and ours:
                yield from differences(next(iter(ours.values())), value, f"{where}/{name}")
            elif name in ours:
                yield from differences(ours[name], value, f"{where}/{name}")
            elif name not in OPTIONAL and not name.startswith(PREVIEWS):
                yield f"{where}/{name} is missing"
    elif isinstance(theirs, list) and isinstance(ours, list):
        if theirs and ours:
            yield from differences(ours[-1], theirs[0], f"{where}/0")
    elif type(ours) is not type(theirs) and None not in (ours, theirs):
        yield f"{where} is {type(ours).__name__}, not {type(theirs).__name__}"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(frozen=True) as slack:
        yield slack


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[EchoBot]:
    async with over_sockets(slack) as bot:
        yield bot


@pytest.fixture
def anna(slack: FakeSlack) -> str:
    return slack.user("anna", email="anna@example.com").id


@pytest.fixture
def place(slack: FakeSlack, anna: str) -> Channel:
    return slack.channel("help", [anna])


async def test_messages_look_like_slacks(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, "hello")
    assert [*differences(bot.events[0], sample("message.channels"))] == []
    await slack.say(anna, place, "again", thread_ts=said.ts)
    reply = next(body for body in bot.events if body["event"].get("text") == "again")
    assert [*differences(reply, sample("message.channels.thread"))] == []
    await slack.say(anna, "@bot", "psst")
    direct = next(body for body in bot.events if body["event"]["channel_type"] == "im")
    assert [*differences(direct, sample("message.im"))] == []


async def test_changes_look_like_slacks(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    said = await slack.other_bot_says(place, "x")
    mine = await slack.say(anna, place, "broad", thread_ts=said.ts, broadcast=True)
    assert [*differences(_subtype(bot, "thread_broadcast"), sample("message.thread_broadcast"))] == [
        "/event/root/client_msg_id is missing",  # the parent here is a bot's
        "/event/root/user is missing",
        "/event/root/team is missing",
    ]
    await slack.edit(mine, "broader")
    assert [*differences(_subtype(bot, "message_changed"), sample("message.message_changed"))] == []
    await slack.delete(mine)
    assert [*differences(_subtype(bot, "message_deleted"), sample("message.message_deleted"))] == []
    await slack.say(anna, place, "see", files=[("a.png", b"png")])
    assert [*differences(_subtype(bot, "file_share"), sample("message.file_share"))] == []


def _subtype(bot: EchoBot, name: str) -> dict[str, Any]:
    return next(body for body in bot.events if body.get("event", {}).get("subtype") == name)


async def test_other_events_look_like_slacks(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, f"<@{slack.bot}> hi")
    await slack.react(anna, said, "eyes")
    await slack.open_home(anna)
    await slack.tokens_revoked()
    await slack.app_uninstalled()
    events = {delivery.payload["event"]["type"]: delivery.payload for delivery in slack.courier.sent}
    for name in ("app_mention", "reaction_added", "app_home_opened", "tokens_revoked", "app_uninstalled"):
        assert [*differences(events[name], sample(name))] == [], name


async def test_interactions_look_like_slacks(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, "hello")
    await slack.command(anna, place, "/ticket", "open")
    assert [*differences(bot.events[-1], sample("slash_command.full"))] == []
    await slack.submit(anna, {"Subject": "x"})
    assert [*differences(bot.events[-1], sample("view_submission"))] == []
    await slack.shortcut(anna, "open_ticket")
    assert [*differences(bot.events[-1], sample("shortcut"))] == []
    await slack.shortcut(anna, "open_ticket", await slack.say(anna, place, f"test <@{slack.bot}>"))
    assert [*differences(bot.events[-1], sample("message_action"))] == []
    await bot.client.chat_postMessage(channel=place.id, text="card", blocks=CARD)
    await slack.press(anna, "Claim")
    assert [*differences(bot.events[-1], sample("block_actions.small"))] == []
    await bot.client.chat_postMessage(channel=place.id, text="card", blocks=CARD, thread_ts=said.ts)
    await slack.press(anna, "Claim")
    theirs = sample("block_actions.in_thread")
    assert [*differences(bot.events[-1], theirs)] == ["/state/values/block_1 is missing"]
    await bot.client.views_open(
        trigger_id=slack.work.tickets.trigger(anna), view=FORM | {"notify_on_close": True, "callback_id": "x"}
    )
    await slack.close_modal(anna)
    closed = slack.courier.sent[-1].payload
    assert [*differences(closed, sample("view_closed"))] == []


ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {},
    "chat.getPermalink": {"channel": "{place}", "message_ts": "{ts}"},
    "chat.postEphemeral": {"channel": "{place}", "user": "{anna}", "text": "x"},
    "conversations.history": {"channel": "{place}", "limit": 1},
    "conversations.info": {"channel": "{place}"},
    "conversations.members": {"channel": "{place}"},
    "conversations.open": {"users": "{anna}"},
    "conversations.replies": {"channel": "{place}", "ts": "{ts}", "limit": 1},
    "files.info": {"file": "{file}"},
    "reactions.add": {"channel": "{place}", "timestamp": "{ts}", "name": "eyes"},
    "team.info": {},
    "users.info": {"user": "{anna}"},
    "users.list": {},
    "users.lookupByEmail": {"email": "anna@example.com"},
    "views.publish": {"user_id": "{anna}", "view": {"type": "home", "blocks": CARD[:1]}},
}
# What the fake leaves out knowingly: looks, states of reading, and what only user tokens see.
LEFT_OUT = (
    *("color", "has_2fa", "is_primary_owner", "is_app_user", "avatar_hash", "status_", "has_files", "unlinked"),
    *("last_read", "locale", "parent_conversation", "pending_shared", "is_pending_ext_shared", "previous_names"),
    *("is_read_only", "subscribed", "unread_count", "email_domain", "is_starred", "comments_count", "channel_name"),
    *("image_exif_rotation", "latest_reply", "reply_count", "reply_users", "thread_ts", "icon", "domain"),
)


@pytest.mark.parametrize("method", sorted(ANSWERS))
async def test_answers_look_like_slacks(slack: FakeSlack, anna: str, place: Channel, method: str) -> None:
    client = AsyncWebClient(slack.app.bot_token, base_url=slack.base_url)
    said = await slack.say(anna, place, "hello", files=[("a.png", b"png")])
    await slack.say(anna, place, "reply", thread_ts=said.ts)
    await slack.say(anna, place, "second")
    words = {"place": place.id, "anna": anna, "ts": said.ts, "file": said.files[0]}
    args = {k: v.format(**words) if isinstance(v, str) else v for k, v in ANSWERS[method].items()}
    answer = (await client.api_call(method, json=args)).data
    found = [d for d in differences(answer, sample(f"responses/{method}.200")) if not _left_out(d)]
    assert found == []


def _left_out(difference: str) -> bool:
    return difference.split(" ")[0].rpartition("/")[2].startswith(LEFT_OUT)


@pytest.mark.skipif(not SCHEMA.exists(), reason="needs blockkit.schema.json beside the checkout")
async def test_the_schema_of_slacks_types_is_a_second_opinion() -> None:
    async with FakeSlack(schema=True) as slack:
        anna = slack.user("anna").id
        place = slack.channel("help", [anna])
        client = AsyncWebClient(slack.app.bot_token, base_url=slack.base_url)
        await client.chat_postMessage(channel=place.id, text="x", blocks=CARD)
        await client.views_open(trigger_id=slack.work.tickets.trigger(anna), view=FORM)
        wrong = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "expand": "very"}
        with pytest.raises(SlackApiError, match="invalid_blocks"):
            await client.chat_postMessage(channel=place.id, text="x", blocks=[wrong])
        assert len(place.messages) == 1
