"""What the fake refuses, with Slack's error codes; asked by the real client."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.echo_bot import CARD, FORM
from tests.fakes.slack import Channel, FakeSlack, Limits


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(frozen=True) as slack:
        yield slack


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.app.bot_token, base_url=slack.base_url, retry_handlers=[])


@pytest.fixture
def anna(slack: FakeSlack) -> str:
    return slack.user("anna").id


@pytest.fixture
def place(slack: FakeSlack, anna: str) -> Channel:
    return slack.channel("help", [anna])


async def refusal(client: AsyncWebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=args)
    return str(caught.value.response["error"])


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}} | more


BAD_BLOCKS: dict[str, list[dict[str, Any]]] = {
    "51 blocks": [{"type": "divider"}] * 51,
    "text of 3,001": [section("x" * 3001)],
    "empty text": [section("")],
    "header of 151": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
    "header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "11 fields": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
    "field of 2,001": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
    "nothing in a section": [{"type": "section"}],
    "26 buttons": [{"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]}],
    "two buttons of one name": [{"type": "actions", "elements": [button(), button()]}],
    "no buttons": [{"type": "actions", "elements": []}],
    "label of 76": [{"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]}],
    "value of 2,001": [{"type": "actions", "elements": [button(value="x" * 2001)]}],
    "a style of its own": [{"type": "actions", "elements": [button(style="warning")]}],
    "an unknown property": [section("x") | {"color": "red"}],
    "an unknown block": [{"type": "sektion"}],
    "one block_id twice": [section("x") | {"block_id": "b"}, section("y") | {"block_id": "b"}],
    "11 elements of context": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
    "an image without alt_text": [{"type": "image", "image_url": "https://example.com/a.png"}],
    "six overflow options": [
        section("x")
        | {
            "accessory": {
                "type": "overflow",
                "options": [{"text": {"type": "plain_text", "text": "x"}, "value": str(n)} for n in range(6)],
            }
        }
    ],
}


@pytest.mark.parametrize("blocks", BAD_BLOCKS.values(), ids=BAD_BLOCKS.keys())
async def test_bad_blocks_are_refused(client: AsyncWebClient, place: Channel, blocks: list[dict[str, Any]]) -> None:
    assert await refusal(client, "chat.postMessage", channel=place.id, text="x", blocks=blocks) == "invalid_blocks"
    assert not place.messages


async def test_what_is_just_within_the_limits_is_taken(client: AsyncWebClient, place: Channel) -> None:
    most = [section("x" * 3000) for _ in range(4)] + [{"type": "divider"}] * 46
    await client.chat_postMessage(channel=place.id, text="x" * 40_000, blocks=most)
    assert len(place.messages) == 1


async def test_texts_too_long_are_refused(client: AsyncWebClient, place: Channel) -> None:
    said = await client.chat_postMessage(channel=place.id, text="x")
    much = [section("x" * 2900) for _ in range(5)]
    assert await refusal(client, "chat.postMessage", channel=place.id, text="x" * 40_001) == "msg_too_long"
    assert await refusal(client, "chat.update", channel=place.id, ts=said["ts"], text="x" * 4001) == "msg_too_long"
    assert await refusal(client, "chat.postMessage", channel=place.id, blocks=much) == "msg_blocks_too_long"
    assert await refusal(client, "chat.postMessage", channel=place.id, text=" ") == "no_text"


async def test_wrong_arguments_are_refused(client: AsyncWebClient, place: Channel) -> None:
    assert await refusal(client, "chat.postMessage", channel=place.id, text="x", colour="red") == "invalid_arguments"
    assert await refusal(client, "chat.postMessage", text="x") == "invalid_arguments"
    assert await refusal(client, "chat.postMassage", text="x") == "unknown_method"
    broken = {"channel": place.id, "text": "x", "metadata": {"event_type": "x"}}
    assert await refusal(client, "chat.postMessage", **broken) == "invalid_metadata_format"
    assert await refusal(client, "conversations.history", channel=place.id, cursor="zz") == "invalid_cursor"


async def test_places_one_may_not_write_in_are_refused(slack: FakeSlack, client: AsyncWebClient, anna: str) -> None:
    secret = slack.channel("secret", [anna], private=True, bot=False)
    public = slack.channel("public", [anna], bot=False)
    archived = slack.channel("old", [anna])
    await slack.channel_archive(archived)
    post = "chat.postMessage"
    assert await refusal(client, post, channel="C0NOWHERE", text="x") == "channel_not_found"
    assert await refusal(client, post, channel=secret.id, text="x") == "channel_not_found"
    assert await refusal(client, post, channel=archived.id, text="x") == "is_archived"
    await client.chat_postMessage(channel=public.id, text="x")  # chat:write.public
    slack.app.scopes -= {"chat:write.public"}
    assert await refusal(client, post, channel=public.id, text="x") == "not_in_channel"
    assert await refusal(client, "conversations.history", channel=public.id) == "not_in_channel"
    assert await refusal(client, "chat.postEphemeral", channel=archived.id, user=anna, text="x") == "is_archived"


async def test_a_missing_scope_is_named(slack: FakeSlack, client: AsyncWebClient, place: Channel) -> None:
    slack.app.scopes -= {"reactions:write", "channels:history", "chat:write.customize"}
    with pytest.raises(SlackApiError) as caught:
        await client.reactions_add(channel=place.id, timestamp="1.2", name="eyes")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "reactions:write"
    assert "chat:write" in caught.value.response.headers["x-oauth-scopes"]
    assert await refusal(client, "conversations.history", channel=place.id) == "missing_scope"
    assert await refusal(client, "chat.postMessage", channel=place.id, text="x", username="Anna") == "missing_scope"


async def test_tokens_are_checked(slack: FakeSlack, client: AsyncWebClient) -> None:
    no_one = AsyncWebClient("xoxb-wrong", base_url=slack.base_url)
    assert await refusal(no_one, "auth.test") == "invalid_auth"
    assert await refusal(AsyncWebClient(base_url=slack.base_url), "auth.test") == "not_authed"
    assert await refusal(client, "apps.connections.open") == "not_allowed_token_type"
    await slack.tokens_revoked()
    assert await refusal(client, "auth.test") == "token_revoked"
    await slack.app_uninstalled()
    assert await refusal(client, "auth.test") == "account_inactive"


async def test_messages_of_others_and_gone_ones_stay_as_they_are(
    slack: FakeSlack, client: AsyncWebClient, anna: str, place: Channel
) -> None:
    said = await slack.say(anna, place, "mine")
    there = {"channel": place.id, "ts": said.ts}
    assert await refusal(client, "chat.update", **there, text="yours") == "cant_update_message"
    assert await refusal(client, "chat.delete", **there) == "cant_delete_message"
    assert await refusal(client, "chat.update", channel=place.id, ts="1.2", text="x") == "message_not_found"
    assert await refusal(client, "conversations.replies", channel=place.id, ts="1.2") == "thread_not_found"
    reply = await client.chat_postMessage(channel=place.id, text="x", thread_ts=said.ts)
    nested = await refusal(client, "chat.postMessage", channel=place.id, text="x", thread_ts=reply["ts"])
    assert nested == "cannot_reply_to_message"


async def test_a_reply_to_a_vanished_thread_lands_at_the_top(
    slack: FakeSlack, client: AsyncWebClient, anna: str, place: Channel
) -> None:
    said = await slack.say(anna, place, "gone in a moment")
    await slack.delete(said)
    posted = await client.chat_postMessage(channel=place.id, text="too late", thread_ts=said.ts)
    assert "thread_ts" not in posted["message"]


async def test_reactions_count_once(slack: FakeSlack, client: AsyncWebClient, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, "hello")
    there = {"channel": place.id, "timestamp": said.ts}
    await client.reactions_add(**there, name="eyes")
    assert await refusal(client, "reactions.add", **there, name="eyes") == "already_reacted"
    assert await refusal(client, "reactions.add", **there, name="No Emoji") == "invalid_name"
    await client.reactions_remove(**there, name="eyes")
    assert await refusal(client, "reactions.remove", **there, name="eyes") == "no_reaction"


async def test_a_trigger_serves_once_and_for_three_seconds(slack: FakeSlack, client: AsyncWebClient, anna: str) -> None:
    tickets = slack.work.tickets
    first, second = tickets.trigger(anna), tickets.trigger(anna)
    opened = await client.views_open(trigger_id=first, view=FORM)
    assert await refusal(client, "views.open", trigger_id=first, view=FORM) == "exchanged_trigger_id"
    assert await refusal(client, "views.open", trigger_id="1.2.x", view=FORM) == "invalid_trigger_id"
    await slack.advance(3.1)
    assert await refusal(client, "views.open", trigger_id=second, view=FORM) == "expired_trigger_id"
    view_id, old = opened["view"]["id"], opened["view"]["hash"]
    await client.views_update(view_id=view_id, hash=old, view=FORM)
    assert await refusal(client, "views.update", view_id=view_id, hash=old, view=FORM) == "hash_conflict"
    assert await refusal(client, "views.update", view_id="V0GONE", view=FORM) == "not_found"


async def test_bad_views_are_refused(slack: FakeSlack, client: AsyncWebClient, anna: str) -> None:
    long = {"type": "plain_text", "text": "x" * 25}
    no_submit = {name: part for name, part in FORM.items() if name != "submit"}
    for bad in (FORM | {"title": long}, FORM | {"private_metadata": "x" * 3001}, no_submit, FORM | {"type": "home"}):
        trigger = slack.work.tickets.trigger(anna)
        assert await refusal(client, "views.open", trigger_id=trigger, view=bad) == "invalid_arguments"
    too_many = {"type": "home", "blocks": [{"type": "divider"}] * 101}
    assert await refusal(client, "views.publish", user_id=anna, view=too_many) == "invalid_arguments"
    assert await refusal(client, "views.publish", user_id="U0NOBODY", view=too_many) == "invalid_arguments"


async def test_three_views_lie_on_each_other_at_most(slack: FakeSlack, client: AsyncWebClient, anna: str) -> None:
    opened = await client.views_open(trigger_id=slack.work.tickets.trigger(anna), view=FORM)
    for _ in range(2):
        opened = await client.views_push(trigger_id=slack.work.tickets.trigger(anna, opened["view"]["id"]), view=FORM)
    trigger = slack.work.tickets.trigger(anna, opened["view"]["id"])
    assert await refusal(client, "views.push", trigger_id=trigger, view=FORM) == "push_limit_reached"
    assert len(slack.seen_by(anna).modals) == 3


async def test_a_response_url_serves_five_times_and_half_an_hour(
    slack: FakeSlack, client: AsyncWebClient, anna: str, place: Channel
) -> None:
    tickets = slack.work.tickets
    url, later = (tickets.response_url("commands", anna, place.id) for _ in range(2))
    async with aiohttp.ClientSession() as session:

        async def answer(to: str, **message: Any) -> tuple[int, str]:
            async with session.post(to, json=message) as response:
                return response.status, await response.text()

        assert [await answer(url, text=str(n)) for n in range(5)] == [(200, "ok")] * 5
        assert await answer(url, text="6") == (404, '{"ok": false, "error": "used_url"}')
        assert (await answer(later, text="x", blocks=[{"type": "x"}]))[0] == 400
        await slack.advance(30 * 60 + 1)
        assert await answer(later, text="x") == (404, '{"ok": false, "error": "expired_url"}')
    assert slack.seen_by(anna).texts == ["0", "1", "2", "3", "4"]


async def test_rate_limits_are_per_method_and_channel(slack: FakeSlack, client: AsyncWebClient, anna: str) -> None:
    slack.work.limits = Limits.slack()
    one, two = slack.channel("one", [anna]), slack.channel("two", [anna])
    for _ in range(5):
        await client.chat_postMessage(channel=one.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=one.id, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel=two.id, text="x")
    await slack.advance(1)
    await client.chat_postMessage(channel=one.id, text="x")


async def test_an_unlisted_app_reads_history_once_a_minute(
    slack: FakeSlack, client: AsyncWebClient, anna: str, place: Channel
) -> None:
    for number in range(20):
        await slack.say(anna, place, str(number))
    slack.work.limits = Limits.unlisted()
    first = await client.conversations_history(channel=place.id, limit=200)
    assert (len(first["messages"]), first["has_more"]) == (15, True)
    assert await refusal(client, "conversations.history", channel=place.id) == "ratelimited"
    await slack.advance(60)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_history(channel=place.id, limit=200, cursor=cursor)
    assert [message["text"] for message in rest["messages"]] == ["4", "3", "2", "1", "0"]


async def test_a_card_and_a_form_are_good(client: AsyncWebClient, slack: FakeSlack, anna: str, place: Channel) -> None:
    await client.chat_postMessage(channel=place.id, text="x", blocks=CARD)
    home = {"type": "home", "blocks": CARD}
    published = await client.views_publish(user_id=anna, view=home)
    assert slack.seen_by(anna).home == "*#42* open\n[Claim]"
    await client.views_publish(user_id=anna, view=home, hash=published["view"]["hash"])
    old = published["view"]["hash"]
    assert await refusal(client, "views.publish", user_id=anna, view=home, hash=old) == "hash_conflict"
