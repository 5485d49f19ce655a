"""Nothing lost, nothing doubled: what goes wrong at Slack, on the way, and here."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.slack.manifest import manifest
from adapters.slack.posting import UPDATE_EVERY
from bot.errors import Busy
from bot.ports import TryLater
from bot.routes import all_routes
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.limits import Rate
from tests.slack.world import World, bot, eventually, world


def copies(desk: World, text: str) -> int:
    return sum(line.text == text for line in desk.agents_room())


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"status": 503, "accepted": True},
        {"drop": True},
        {"drop": True, "accepted": True},
        {"status": 429},
    ],
    ids=["503", "503 after it was taken", "cut", "cut after it was taken", "429"],
)
async def test_a_message_is_shown_once_whatever_becomes_of_the_post(desk: World, fault: dict[str, Any]):
    await desk.say(desk.anna, "my printer is on fire")
    desk.slack.fail("chat.postMessage", **fault)
    await desk.slack.say(desk.anna.id, "@bot", "it is blue now")
    assert await desk.running.courier.finish(10)
    assert copies(desk, "it is blue now") == 1
    await desk.say(desk.anna, "and green")
    assert [line.text for line in desk.agents_room()] == ["my printer is on fire", "it is blue now", "and green"]


async def test_a_file_is_shared_once_although_the_answer_was_lost(desk: World):
    desk.slack.fail("files.completeUploadExternal", status=503, accepted=True)
    await desk.slack.say(desk.anna.id, "@bot", "look", files=[("photo.png", b"\x00\x01" * 5000)])
    assert await desk.running.courier.finish(10)
    await desk.settle()
    assert [line.files for line in desk.agents_room() if line.files] == [("photo.png",)]


async def test_what_was_posted_before_a_crash_is_found_and_not_posted_again(tmp_path: Path, caplog):
    slack = FakeSlack()
    async with world(tmp_path, http=True, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        deliver = desk.chat.deliver

        async def never_noted(effect: Any, at: Any, token: str) -> None:
            await deliver(effect, at, token)
            raise TryLater(0.5)

        desk.chat.deliver = never_noted
        await desk.say(desk.anna, "it is blue now")
        assert copies(desk, "it is blue now") == 1
        await desk.stop()
        with caplog.at_level(logging.INFO, "adapters.slack.posting"):
            async with bot(slack, tmp_path, http=True) as again:
                assert await again.courier.finish(10)
        assert copies(desk, "it is blue now") == 1
    assert "a post of unknown outcome was found" in caplog.text


async def test_slack_delivers_again_what_could_not_be_stored(both: World):
    app, failing = both.running.app, [Busy(), Busy()]
    write = both.running.store.write

    async def busy(job: Any, *, patient: bool = False) -> Any:
        if failing:
            raise failing.pop()
        return await write(job)

    both.slack.patience = 0.2
    app.store.write = busy  # type: ignore[method-assign]
    await both.slack.say(both.anna.id, "@bot", "my printer is on fire")
    await both.slack.advance(400)
    await both.settle()
    assert [line.text for line in both.agents_room()] == ["my printer is on fire"]


async def test_the_same_event_four_times_is_one_message(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    (event,) = [d for d in desk.slack.courier.sent if d.payload.get("event", {}).get("user") == desk.anna.id]
    for _ in range(3):
        desk.slack.courier.repeat(event)
    await desk.settle()
    assert [answer.status for answer in event.answers] == [200] * 4
    assert copies(desk, "my printer is on fire") == 1


async def test_what_slack_asks_to_wait_for_holds_up_no_other_channel(desk: World):
    await desk.say(desk.anna, "first")
    desk.slack.fail("chat.postMessage", status=429, retry_after=30)
    await desk.slack.say(desk.anna.id, "@bot", "this one waits")
    await eventually(lambda: desk.slack.faults.met)
    said = await desk.slack.say(desk.ben.id, desk.help, "another room")
    await eventually(lambda: desk.slack.replies(said))
    assert "Your ticket #2 is open." in desk.slack.replies(said)[0].text
    assert copies(desk, "this one waits") == 0
    held = [call for call in desk.slack.calls("chat.postMessage") if call.args["channel"] == desk.desk.id]
    assert [call.error for call in held][-1] == "ratelimited" or held[-1].error.startswith("http_429")


async def test_many_changes_of_a_card_are_few_updates_and_the_last_one_is_shown(tmp_path: Path):
    async with world(tmp_path, http=True, update_every=UPDATE_EVERY) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        clock = asyncio.get_running_loop().time
        start = clock()
        commands = [f"/ticket tag 1 +t{number}" for number in range(20)]
        await asyncio.gather(*(desk.slack.command(desk.sam.id, desk.desk, "/ticket", c[8:]) for c in commands))
        assert await desk.running.courier.finish(30)
        updates = [call for call in desk.slack.calls("chat.update") if call.args["ts"] == desk.card().ts]
        assert 1 <= len(updates) <= (clock() - start) / UPDATE_EVERY + 1
        assert "Tags: " + ", ".join(sorted(f"t{number}" for number in range(20))) in desk.card().text


async def test_updates_keep_to_the_rate_that_slack_asks_for_and_end_at_the_last_state(tmp_path: Path):
    slack = FakeSlack(manifest=manifest(all_routes()))
    slack.work.limits.methods["chat.update"] = Rate(50, 2)
    async with world(tmp_path, http=True, slack=slack) as desk:
        for who in (desk.anna, desk.ben):
            await desk.say(who, "my printer is on fire")
        for number in (1, 2):
            for verb in ("claim", "priority high", "tag +fire"):
                word, _, rest = verb.partition(" ")
                await desk.slack.command(desk.sam.id, desk.desk, "/ticket", f"{word} {number} {rest}".strip())
        assert await desk.running.courier.finish(30)
        for number in (1, 2):
            text = desk.card(number).text
            assert all(part in text for part in ("claimed by sam", "Priority: high", "Tags: fire")), text
        refused = [call for call in desk.slack.calls("chat.update") if call.error]
        assert len(refused) <= 4


async def test_a_channel_without_the_bot_is_told_to_the_agents(desk: World):
    said = await desk.say(desk.anna, "anyone here?", desk.help)
    del desk.slack.work.channels[desk.help.id].members[desk.slack.bot]  # without an event that tells of it
    await desk.command(desk.sam, "/ticket reply 1 Yes, we are.", desk.desk)
    told = desk.agents_room()[-1].text + desk.agents_room()[-2].text
    assert "could not be delivered" in told
    assert "invite it there" in told
    await desk.slack.invite_bot(desk.help)
    await desk.press(desk.sam, "Try again")
    assert desk.slack.replies(said)[-1].text == "Yes, we are."


async def test_a_reply_to_a_thread_that_is_gone_is_not_left_in_the_channel(desk: World):
    said = await desk.say(desk.anna, "anyone here?", desk.help)
    del desk.slack.work.channels[desk.help.id].messages[said.ts]
    await desk.command(desk.sam, "/ticket reply 1 Yes, we are.", desk.desk)
    assert not any(line.text == "Yes, we are." for line in desk.slack.seen_by(desk.anna.id).within(desk.help))
    assert any("the thread is gone" in line.text for line in desk.agents_room())


async def test_connections_that_are_renewed_or_cut_lose_nothing(tmp_path: Path):
    async with world(tmp_path) as desk:
        await desk.say(desk.anna, "one")
        await desk.slack.sockets.refresh()
        await desk.slack.say(desk.anna.id, "@bot", "two")
        await desk.slack.sockets.connected(2)
        await desk.slack.advance(61)  # Slack's second retry, if there was no connection at all
        await desk.say(desk.anna, "three")
        assert sorted(line.text for line in desk.agents_room()) == ["one", "three", "two"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "abc", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "", "X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": "9" * 4000, "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "NOW", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1700000000", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "NOW", "X-Slack-Signature": "v1=é"},
    ],
)
async def test_whoever_is_not_slack_gets_401_and_changes_nothing(desk: World, headers: dict[str, str]):
    now = str(int(desk.slack.clock.now()))
    sent = {name: now if value == "NOW" else value for name, value in headers.items()}
    url = desk.slack.app.request_url
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{}", headers=sent) as answer:
        assert answer.status == 401


async def test_answers_keep_coming_when_slack_is_slow_to_say_who_somebody_is(desk: World):
    desk.slack.fail("users.info", status=503, times=-1)
    await desk.say(desk.anna, "my printer is on fire")
    assert [line.text for line in desk.agents_room()] == ["my printer is on fire"]
    ticket = await desk.ticket(1)
    assert ticket is not None
    assert ticket.customer == desk.ref(desk.anna)


async def test_a_message_that_is_deleted_before_it_could_be_stored_never_comes_back(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    store, failing = desk.running.app.store, [Busy()] * 4

    class Busily:
        async def write(self, job: Any) -> Any:
            if failing:
                raise failing.pop()
            return await store.write(job)

    desk.running.app.store = Busily()  # type: ignore[assignment]
    desk.slack.patience = 0.2
    said = await desk.slack.say(desk.anna.id, "@bot", "my password is 4711")
    await desk.slack.delete(said)
    await desk.slack.advance(400)
    await desk.settle()
    assert [line.text for line in desk.agents_room()] == ["my printer is on fire"]


async def test_a_message_that_slack_never_takes_is_told_in_the_room_and_the_next_ones_go_on(desk: World):
    await desk.say(desk.anna, "help")
    desk.slack.fail("chat.postMessage", error="invalid_blocks")
    await desk.say(desk.anna, "poison")
    await desk.say(desk.anna, "hello?")
    room = [line.text for line in desk.agents_room()]
    assert "poison" not in room
    assert "hello?" in room
    assert sum("A message that belongs here could not be delivered" in text for text in room) == 1
    await desk.press(desk.sam, "Try again")
    assert [line.text for line in desk.agents_room()][-1] == "poison"


async def test_whether_slack_is_reached_is_known(both: World):
    assert await both.chat.is_connected()
    both.slack.fail("auth.test", error="account_inactive")
    await both.chat.catch_up.alive()
    assert not await both.chat.is_connected()
    await both.chat.catch_up.alive()
    assert await both.chat.is_connected()
    await both.stop()
    assert not await both.chat.is_connected()
