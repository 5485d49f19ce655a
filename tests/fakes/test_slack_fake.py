"""The fake Slack with a real bot on slack-bolt: stories in both modes, and what follows when it does not answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.echo_bot import CARD, EchoBot, over_http, over_sockets
from tests.fakes.slack import Channel, FakeSlack, NotPossible


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(frozen=True) as slack:
        yield slack


@pytest.fixture(params=["sockets", "http"])
async def bot(slack: FakeSlack, request: pytest.FixtureRequest) -> AsyncIterator[EchoBot]:
    async with over_sockets(slack) if request.param == "sockets" else over_http(slack) as bot:
        yield bot


@pytest.fixture
def anna(slack: FakeSlack) -> str:
    return slack.user("anna").id


@pytest.fixture
def place(slack: FakeSlack, anna: str) -> Channel:
    return slack.channel("help", [anna])


def break_down(slack: FakeSlack, bot: EchoBot) -> None:
    """From now on the bot acknowledges nothing; no use in waiting long for it."""
    bot.broken = RuntimeError("the database is gone")
    slack.patience = 0.3


async def test_a_message_is_answered_in_its_thread(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, "the printer burns")
    assert [line.text for line in slack.thread(place, said.ts)] == ["the printer burns", "echo: the printer burns"]
    assert "echo: the printer burns" in slack.seen_by(anna)
    assert slack.seen_by(slack.user("stranger").id).texts == []


async def test_a_direct_message_reaches_the_bot(slack: FakeSlack, bot: EchoBot, anna: str) -> None:
    await slack.say(anna, "@bot", "hello")
    assert bot.events[0]["event"]["channel_type"] == "im"
    assert slack.seen_by(anna).texts == ["hello", "echo: hello"]


async def test_the_bot_hears_nothing_from_where_it_is_not(slack: FakeSlack, bot: EchoBot, anna: str) -> None:
    elsewhere = slack.channel("elsewhere", [anna], bot=False)
    await slack.say(anna, elsewhere, f"hello <@{slack.bot}>")
    assert bot.events == []


async def test_an_edit_and_a_deletion_are_told(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, "one")
    await slack.edit(said, "two")
    assert bot.events[-1]["event"]["message"]["text"] == "two"
    assert bot.events[-1]["event"]["previous_message"]["text"] == "one"
    await slack.delete(said)
    assert bot.events[-1]["event"]["message"]["subtype"] == "tombstone"
    lonely = await slack.other_bot_says(place, "ad")
    await slack.delete(lonely)
    assert bot.events[-1]["event"]["subtype"] == "message_deleted"
    assert slack.seen_by(anna).texts == ["This message was deleted.", "echo: one"]


async def test_a_command_opens_a_form_that_can_be_sent(
    slack: FakeSlack, bot: EchoBot, anna: str, place: Channel
) -> None:
    await slack.command(anna, place, "/ticket", "open")
    assert "you said open" in slack.seen_by(anna)
    assert slack.seen_by(anna).modal == "New ticket\nSubject: []\n[Open]"
    refused = await slack.submit(anna, {"Subject": "no"})
    assert refused.body == {"response_action": "errors", "errors": {"subject": "Not this one."}}
    await slack.submit(anna, {"Subject": "yes"})
    assert slack.seen_by(anna).modal == ""
    await slack.command(anna, place, "/ticket", "open")
    with pytest.raises(NotPossible, match="must be filled in"):
        await slack.submit(anna)


async def test_a_button_is_pressed_and_answered(slack: FakeSlack, bot: EchoBot, anna: str, place: Channel) -> None:
    await bot.client.chat_postMessage(channel=place.id, text="card", blocks=CARD)
    delivery = await slack.press(anna, "Claim")
    assert delivery.ok
    assert bot.events[-1]["actions"][0]["value"] == "42"
    assert slack.seen_by(anna).texts == ["*#42* open\n[Claim]", "claimed"]
    assert slack.seen_by(anna).lines[-1].ephemeral
    assert slack.seen_by(slack.user("bert").id).texts == []


async def test_reactions_home_shortcuts_and_mentions_arrive(
    slack: FakeSlack, bot: EchoBot, anna: str, place: Channel
) -> None:
    said = await slack.say(anna, place, f"<@{slack.bot}> hi")
    await slack.react(anna, said, "ticket")
    await slack.open_home(anna)
    await slack.shortcut(anna, "open_ticket", said)
    assert sorted(bot.types()) == ["app_home_opened", "app_mention", "message", "reaction_added"]
    assert bot.events[-1]["message"]["text"] == f"<@{slack.bot}> hi"


async def test_an_event_is_brought_again_at_once_and_after_one_and_five_minutes(
    slack: FakeSlack, bot: EchoBot, anna: str, place: Channel
) -> None:
    break_down(slack, bot)
    await slack.say(anna, place, "hello")
    if slack.app.request_url == "":
        await slack.advance(3)  # over a socket, silence is the only way to say no
    await slack.advance(3)
    await bot.heard(2)
    await slack.advance(59)
    assert len(bot.events) in (2, 3)
    await slack.advance(4)
    await bot.heard(3)
    await slack.advance(306)
    await bot.heard(4)
    await slack.advance(3)
    assert slack.courier.sent[0].given_up
    assert {body["event_id"] for body in bot.events} == {slack.courier.sent[0].event_id}


async def test_a_repeated_event_is_acknowledged_once_it_works(
    slack: FakeSlack, bot: EchoBot, anna: str, place: Channel
) -> None:
    break_down(slack, bot)
    await slack.say(anna, place, "hello")
    bot.broken, slack.patience = None, 5
    await slack.advance(3)
    await slack.advance(60)
    assert "echo: hello" in slack.seen_by(anna)
    assert slack.courier.sent[0].ok


async def test_a_person_is_told_when_the_bot_does_not_answer(
    slack: FakeSlack, bot: EchoBot, anna: str, place: Channel
) -> None:
    break_down(slack, bot)
    asking = asyncio.create_task(slack.command(anna, place, "/ticket", "list"))
    await asyncio.sleep(0.1)
    await slack.advance(3)
    assert not (await asking).ok
    assert "/ticket failed with the error" in slack.seen_by(anna)


async def test_nobody_waits_for_ever_while_the_clock_stands_still(
    slack: FakeSlack, bot: EchoBot, anna: str, place: Channel
) -> None:
    slack.courier.ask_patience = 0.05
    slack.app.request_url = slack.app.request_url.replace("/slack/events", "/elsewhere")
    break_down(slack, bot)
    delivery = await slack.command(anna, place, "/ticket", "list")
    assert [answer.status for answer in delivery.answers] in ([0], [404])
    assert "/ticket failed with the error" in slack.seen_by(anna)


async def test_what_slack_has_no_way_to_do_nobody_can_do(slack: FakeSlack, anna: str, place: Channel) -> None:
    said = await slack.say(anna, place, "hello")
    with pytest.raises(NotPossible, match="no slash commands in threads"):
        await slack.command(anna, place, "/ticket", "claim", thread_ts=said.ts)
    with pytest.raises(NotPossible, match="cannot write"):
        await slack.say(slack.user("bert").id, place, "let me in")
    with pytest.raises(NotPossible, match="sees no 'Claim'"):
        await slack.press(anna, "Claim")


async def test_each_event_goes_to_one_of_several_connections(slack: FakeSlack, anna: str, place: Channel) -> None:
    async with over_sockets(slack, connections=2) as bot:
        for number in range(6):
            await slack.say(anna, place, str(number))
        seen = [body["event"]["text"] for body in bot.events]
        assert sorted(seen) == [str(number) for number in range(6)]
        assert all(connection.envelopes for connection in slack.sockets.connections)


async def test_connections_are_replaced_without_a_gap(slack: FakeSlack, anna: str, place: Channel) -> None:
    async with over_sockets(slack):
        old = slack.sockets.connections[0]
        await slack.sockets.refresh()
        await slack.sockets.connected()
        await slack.say(anna, place, "still there?")
        await slack.advance(11)
        assert "echo: still there?" in slack.seen_by(anna)
        assert old not in slack.sockets.connections


async def test_what_a_cut_connection_swallowed_is_brought_again(slack: FakeSlack, anna: str, place: Channel) -> None:
    async with over_sockets(slack) as bot:
        break_down(slack, bot)
        await slack.say(anna, place, "hello")
    slack.patience = 5
    async with over_sockets(slack) as bot:
        await slack.advance(3)
        await slack.settled()
        assert "echo: hello" in slack.seen_by(anna)
        assert len(bot.events) == 1
