"""What people do and see beyond a message and a button; what happens to channels, people and the app."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.fakes.echo_bot import EchoBot, over_http, over_sockets
from tests.fakes.slack import Channel, FakeSlack, NotPossible
from tests.fakes.slack.http_out import encode, signature


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(frozen=True) as slack:
        yield slack


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[EchoBot]:
    async with over_http(slack) as bot:
        yield bot


@pytest.fixture
def anna(slack: FakeSlack) -> str:
    return slack.user("anna").id


@pytest.fixture
def place(slack: FakeSlack, anna: str) -> Channel:
    return slack.channel("help", [anna])


def select(kind: str, **more: Any) -> dict[str, Any]:
    placeholder = {"type": "plain_text", "text": "Pick"}
    return {"type": kind, "action_id": kind, "placeholder": placeholder} | more


def field(label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": {"type": "plain_text", "text": label}, "element": element} | more


OPTIONS = [{"text": {"type": "plain_text", "text": word.title()}, "value": word} for word in ("low", "high")]
HIGH = {"text": {"type": "plain_text", "text": "High", "emoji": True}, "value": "high"}
SETUP: dict[str, Any] = {
    "type": "modal",
    "callback_id": "setup",
    "title": {"type": "plain_text", "text": "Set up"},
    "submit": {"type": "plain_text", "text": "Save"},
    "notify_on_close": True,
    "blocks": [
        field("Priority", select("static_select", options=OPTIONS)),
        field("Agents", select("multi_users_select"), optional=True),
        field("Intake", select("multi_conversations_select"), optional=True),
        {"type": "actions", "elements": [{"type": "overflow", "action_id": "overflow", "options": OPTIONS}]},
    ],
}


async def open_setup(slack: FakeSlack, bot: EchoBot, anna: str) -> None:
    await bot.client.views_open(trigger_id=slack.work.tickets.trigger(anna), view=SETUP)


async def test_menus_give_what_slack_gives(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    await open_setup(slack, bot, anna)
    await slack.choose(anna, "overflow", "High", values={"Priority": "Low"})
    assert bot.events[-1]["actions"][0]["selected_option"]["value"] == "high"
    picked = [v["static_select"] for v in bot.events[-1]["view"]["state"]["values"].values() if "static_select" in v]
    assert picked[0]["selected_option"]["value"] == "low"
    with pytest.raises(NotPossible, match="no option 'Urgent'"):
        await slack.submit(anna, {"Priority": "Urgent"})
    with pytest.raises(NotPossible, match="nothing to choose"):
        await slack.submit(anna, {"Priority": "Low", "Agents": ["U0NOBODY"]})
    with pytest.raises(NotPossible, match="no 'Colour'"):
        await slack.submit(anna, {"Priority": "Low", "Colour": "red"})
    sent = await slack.submit(anna, {"Priority": "High", "Agents": [anna], "Intake": [place.id]})
    values = [value for block in sent.payload["view"]["state"]["values"].values() for value in block.values()]
    assert values == [
        {"type": "static_select", "selected_option": HIGH},
        {"type": "multi_users_select", "selected_users": [anna]},
        {"type": "multi_conversations_select", "selected_conversations": [place.id]},
    ]


async def test_closing_a_form_is_told_if_asked_for(slack: FakeSlack, bot: EchoBot, anna: str) -> None:
    await open_setup(slack, bot, anna)
    await slack.close_modal(anna)
    assert slack.courier.sent[-1].payload["type"] == "view_closed"
    assert slack.seen_by(anna).modals == ()


async def test_everybody_sees_their_own(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    bert = slack.user("bert").id
    await slack.member_joined(place, bert)
    said = await bot.client.chat_postMessage(channel=place.id, text=f"<@{anna}> and <!channel>", username="Anna")
    await bot.client.chat_postEphemeral(channel=place.id, user=anna, text="for you")
    await bot.client.chat_postMessage(channel=bert, text="in private")
    assert slack.seen_by(anna).texts == [f"<@{anna}> and <!channel>", "for you"]
    assert slack.seen_by(bert).texts == [f"<@{anna}> and <!channel>", "in private"]
    line = slack.thread(place, said["ts"])[0]
    assert (line.author, line.by_app, line.pings) == ("Anna", True, frozenset({anna, "channel"}))


async def test_plain_text_pings_nobody(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "&lt;!here&gt;"}]},
    ]
    said = await bot.client.chat_postMessage(channel=place.id, text="<!everyone>", blocks=blocks)
    assert slack.thread(place, said["ts"])[0].pings == set()


async def test_a_private_place_is_left_and_archived(slack: FakeSlack, bot: EchoBot, anna: str) -> None:
    secret = slack.channel("secret", [anna], private=True)
    await slack.channel_rename(secret, "secrets")
    await slack.channel_archive(secret)
    await slack.channel_unarchive(secret)
    await slack.remove_bot(secret)
    assert bot.types() == ["group_rename", "group_archive", "group_unarchive", "member_left_channel", "group_left"]
    await slack.say(anna, secret, "now among ourselves")
    assert len(bot.events) == 5


async def test_people_change_and_go(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    await slack.user_change(anna, real_name="Anna B.")
    assert bot.events[-1]["event"]["user"]["real_name"] == "Anna B."
    await slack.user_change(anna, deleted=True)
    assert bot.events[-1]["event"]["user"]["deleted"] is True
    with pytest.raises(NotPossible):
        await slack.say(anna, place, "I am gone")


async def test_guests_from_elsewhere_carry_their_team(slack: FakeSlack, bot: EchoBot) -> None:
    other = slack.team("Other")
    guest = slack.user("guest", team=other.id)
    shared = slack.channel("shared", [guest], shared=True)
    await slack.say(guest.id, shared, "hello from outside")
    body = bot.events[0]
    assert (body["team_id"], body["event"]["team"]) == (slack.work.team.id, other.id)
    assert body["is_ext_shared_channel"] is True
    assert (await bot.client.users_info(user=guest.id))["user"]["team_id"] == other.id


async def test_groups_and_members_come_in_pages(slack: FakeSlack, bot: EchoBot) -> None:
    people = [slack.user(f"agent{number}").id for number in range(150)]
    crowd = slack.channel("crowd", list(people))
    group = slack.group("agents", people)
    first = await bot.client.conversations_members(channel=crowd.id)
    rest = await bot.client.conversations_members(channel=crowd.id, cursor=first["response_metadata"]["next_cursor"])
    assert (len(first["members"]), len(rest["members"])) == (100, 51)
    page = await bot.client.usergroups_users_list(usergroup=group.id, limit=100)
    assert (len(page["users"]), bool(page["response_metadata"]["next_cursor"])) == (100, True)


async def test_the_manifest_decides_what_arrives() -> None:
    manifest = {
        "display_information": {"name": "Desk"},
        "features": {"slash_commands": [{"command": "/ticket"}], "app_home": {"messages_tab_enabled": False}},
        "oauth_config": {"scopes": {"bot": ["commands", "channels:history", "chat:write"]}},
        "settings": {"event_subscriptions": {"bot_events": ["message.channels", "reaction_added"]}},
    }
    async with FakeSlack(frozen=True, manifest=manifest) as slack, over_sockets(slack) as bot:
        anna = slack.user("anna").id
        place = slack.channel("help", [anna])
        said = await slack.say(anna, place, "hello")
        await slack.react(anna, said, "eyes")  # subscribed to, but reactions:read is missing
        await slack.say(anna, slack.channel("private", [anna], private=True), "hello")
        assert bot.types() == ["message"]
        with pytest.raises(NotPossible, match="not a valid command"):
            await slack.command(anna, place, "/other")
        with pytest.raises(NotPossible, match="cannot write"):
            await slack.say(anna, "@bot", "hello")


async def test_an_app_may_forbid_retries(slack: FakeSlack, anna: str, place: Channel) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    server = web.Application()
    server.add_routes([web.post("/", refuse)])
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/", verify=False)
    await slack.say(anna, place, "hello")
    await slack.advance(400)
    assert [answer.status for answer in slack.courier.sent[0].answers] == [500]
    assert slack.courier.sent[0].given_up
    with pytest.raises(ValueError, match="challenge"):
        await slack.use_http(slack.app.request_url)
    await runner.cleanup()


async def test_an_impostor_is_turned_away(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    await slack.say(anna, place, "hello")
    body, kind = encode(slack.courier.sent[0])
    good = slack.http.headers(body, kind)
    assert (await slack.http.raw(body, good)).status == 200
    assert (await slack.http.raw(body, good | {"X-Slack-Signature": "v0=junk"})).status == 401
    stale = {"X-Slack-Request-Timestamp": "1600000000"}
    stale["X-Slack-Signature"] = signature(slack.app.signing_secret, "1600000000", body)
    assert (await slack.http.raw(body, good | stale)).status == 401
    assert (await slack.http.raw(body + b" ", good)).status == 401


async def test_nobody_listens_and_the_event_is_lost_in_the_end(slack: FakeSlack, anna: str, place: Channel) -> None:
    await slack.use_http("http://127.0.0.1:9/", verify=False)
    await slack.say(anna, place, "hello")
    await slack.advance(1)
    await slack.advance(60)
    await slack.advance(300)
    delivery = slack.courier.sent[0]
    assert [answer.reason for answer in delivery.answers] == ["connection_failed"] * 4
    assert delivery.given_up


async def test_a_measurement_may_leave_out_what_the_bot_said_itself() -> None:
    async with FakeSlack(frozen=True, own_events=False) as slack, over_http(slack) as bot:
        anna = slack.user("anna").id
        said = await slack.say(anna, slack.channel("help", [anna]), "hello")
        await slack.settled()
        assert [line.text for line in slack.replies(said)] == ["echo: hello"]
        assert len(slack.courier.sent) == len(bot.events) == 1
