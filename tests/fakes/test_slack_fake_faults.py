"""Things that go wrong on purpose: limits, errors before and after acceptance, cut connections, slowness, files."""

from collections.abc import AsyncIterator
from time import perf_counter

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import Channel, FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(frozen=True) as slack:
        yield slack


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.app.bot_token, base_url=slack.base_url, retry_handlers=[])


@pytest.fixture
def place(slack: FakeSlack) -> Channel:
    return slack.channel("help", [slack.user("anna")])


def texts(place: Channel) -> list[str]:
    return [said.text for said in place.messages.values()]


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_an_error_before_and_after_acceptance(
    slack: FakeSlack, client: AsyncWebClient, place: Channel, accepted: bool
) -> None:
    slack.fail("chat.postMessage", status=503, accepted=accepted)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=place.id, text="one")
    assert caught.value.response.status_code == 503
    await client.chat_postMessage(channel=place.id, text="two")
    assert texts(place) == (["one", "two"] if accepted else ["two"])


@pytest.mark.parametrize("accepted", [False, True], ids=["before", "after"])
async def test_a_connection_cut_before_and_after_acceptance(
    slack: FakeSlack, client: AsyncWebClient, place: Channel, accepted: bool
) -> None:
    slack.fail("chat.postMessage", drop=True, accepted=accepted, times=2)
    for text in ("one", "two"):
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=place.id, text=text)
    await client.chat_postMessage(channel=place.id, text="three")
    assert texts(place) == (["one", "two", "three"] if accepted else ["three"])
    assert [call.error for call in slack.calls("chat.postMessage")] == ["dropped", "dropped", ""]


async def test_a_limit_met_on_the_third_call_only(slack: FakeSlack, client: AsyncWebClient, place: Channel) -> None:
    slack.fail("chat.postMessage", status=429, retry_after=30, skip=2)
    for text in ("one", "two"):
        await client.chat_postMessage(channel=place.id, text=text)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=place.id, text="three")
    assert caught.value.response.headers["Retry-After"] == "30"
    assert texts(place) == ["one", "two"]


async def test_slowness_is_added_to_whatever_else_happens(
    slack: FakeSlack, client: AsyncWebClient, place: Channel
) -> None:
    slack.fail("*", delay=0.05, times=-1)
    slack.fail("chat.postMessage", error="fatal_error")
    start = perf_counter()
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.chat_postMessage(channel=place.id, text="one")
    await client.chat_postMessage(channel=place.id, text="two")
    assert perf_counter() - start >= 0.1
    slack.faults.clear()
    assert texts(place) == ["two"]


async def test_a_lost_post_is_found_by_its_metadata(slack: FakeSlack, client: AsyncWebClient, place: Channel) -> None:
    slack.fail("chat.postMessage", drop=True, accepted=True)
    token = {"event_type": "helpthread", "event_payload": {"token": "t1"}}
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=place.id, text="one", metadata=token)
    bare = await client.conversations_history(channel=place.id)
    assert "metadata" not in bare["messages"][0]
    full = await client.conversations_history(channel=place.id, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == token


async def test_a_file_goes_up_in_three_steps_and_down_with_the_token(
    slack: FakeSlack, client: AsyncWebClient, place: Channel
) -> None:
    await client.files_upload_v2(channel=place.id, filename="a.txt", content="hello", initial_comment="look")
    await slack.settled()
    line = slack.seen_by(next(iter(place.members))).lines[-1]
    assert (line.text, line.files) == ("look", ("a.txt",))
    kept = next(iter(slack.work.files.values()))
    about = (await client.files_info(file=kept.id))["file"]
    assert about["shares"]["public"][place.id][0]["ts"] == line.ts
    async with aiohttp.ClientSession() as session:
        token = {"Authorization": f"Bearer {slack.app.bot_token}"}
        async with session.get(about["url_private"], headers=token) as response:
            assert await response.read() == b"hello"
        async with session.get(about["url_private"]) as response:
            assert (response.status, response.content_type) == (200, "text/html")
        slack.app.scopes -= {"files:read"}
        async with session.get(about["url_private_download"], headers=token) as response:
            assert (response.status, response.content_type) == (200, "text/html")
    await client.files_delete(file=kept.id)
    assert slack.work.files == {}


async def test_an_upload_that_is_cut_short_shares_nothing(
    slack: FakeSlack, client: AsyncWebClient, place: Channel
) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=5)
    async with aiohttp.ClientSession() as session, session.post(ticket["upload_url"], data=b"hel") as response:
        assert response.status == 400
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}], channel_id=place.id)
    assert place.messages == {}


async def test_a_download_may_be_sent_elsewhere(slack: FakeSlack, place: Channel) -> None:
    said = await slack.say(next(iter(place.members)), place, "see", files=[("a.png", b"png")])
    slack.fail("files.download", redirect="http://127.0.0.1:9/secret")
    url = f"{slack.work.base_url}/files-pri/T-{said.files[0]}/a.png"
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "http://127.0.0.1:9/secret")
