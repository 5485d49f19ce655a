"""Socket Mode seen from the wire, without the SDK's own repairs; and the clock that runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import Channel, FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(frozen=True) as slack:
        slack.patience = 0.1
        yield slack


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def anna(slack: FakeSlack) -> str:
    return slack.user("anna").id


@pytest.fixture
def place(slack: FakeSlack, anna: str) -> Channel:
    return slack.channel("help", [anna])


async def connect(slack: FakeSlack, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    client = AsyncWebClient(slack.app.app_token, base_url=slack.base_url)
    return await session.ws_connect((await client.apps_connections_open(app_token=slack.app.app_token))["url"])


async def next_from(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    received: dict[str, Any] = json.loads((await socket.receive(timeout=5)).data)
    return received


async def test_a_connection_that_is_to_end_gets_nothing_new(
    slack: FakeSlack, session: aiohttp.ClientSession, anna: str, place: Channel
) -> None:
    old = await connect(slack, session)
    assert (await next_from(old))["num_connections"] == 1
    await slack.sockets.refresh()
    assert (await next_from(old))["reason"] == "refresh_requested"
    await slack.say(anna, place, "anybody?")
    assert slack.courier.sent[0].answers[0].reason == "no_connection"
    await slack.advance(11)
    assert (await old.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE


async def test_an_acknowledgement_may_come_on_another_connection(
    slack: FakeSlack, session: aiohttp.ClientSession, anna: str, place: Channel
) -> None:
    first = await connect(slack, session)
    await next_from(first)
    await slack.say(anna, place, "hello")
    envelope = await next_from(first)
    assert (envelope["type"], envelope["retry_attempt"]) == ("events_api", 0)
    second = await connect(slack, session)
    await next_from(second)
    await second.send_json({"envelope_id": envelope["envelope_id"]})
    await slack.settled()
    assert slack.courier.sent[0].ok


async def test_what_is_not_acknowledged_comes_again_with_its_number(
    slack: FakeSlack, session: aiohttp.ClientSession, anna: str, place: Channel
) -> None:
    socket = await connect(slack, session)
    await next_from(socket)
    await slack.say(anna, place, "hello")
    first = await next_from(socket)
    await slack.advance(3)
    again = await next_from(socket)
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
    assert again["payload"]["event_id"] == first["payload"]["event_id"]
    assert again["envelope_id"] != first["envelope_id"]


async def test_a_ticket_opens_one_connection_and_an_app_has_ten(
    slack: FakeSlack, session: aiohttp.ClientSession
) -> None:
    client = AsyncWebClient(slack.app.app_token, base_url=slack.base_url)
    url = (await client.apps_connections_open(app_token=slack.app.app_token))["url"]
    kept = [await session.ws_connect(url)]
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)
    for _ in range(9):
        kept.append(await connect(slack, session))
        assert (await next_from(kept[-1]))["num_connections"] == len(kept)
    assert (await next_from(await connect(slack, session)))["reason"] == "too_many_websockets"
    assert len(slack.sockets.connections) == 10


async def test_a_running_clock_needs_no_push_but_takes_one() -> None:
    async with FakeSlack() as slack:
        await slack.use_http("http://127.0.0.1:9/", verify=False)
        anna = slack.user("anna").id
        place = slack.channel("help", [anna])
        started = slack.clock.now()
        await slack.say(anna, place, "hello")
        for _ in range(100):
            if len(slack.courier.sent[0].answers) == 2:
                break
            await asyncio.sleep(0.01)
        assert len(slack.courier.sent[0].answers) == 2
        await slack.advance(60)
        assert len(slack.courier.sent[0].answers) == 3
        assert 60 < slack.clock.now() - started < 70
        rung = asyncio.Event()
        slack.clock.call_later(0.05, rung.set)
        await asyncio.wait_for(rung.wait(), 5)
