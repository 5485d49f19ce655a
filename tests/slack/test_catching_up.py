"""After a stop the bot reads what was said meanwhile, before it takes in anything newer in the same room."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.slack import FakeSlack, Limits
from tests.slack.world import World, bot, world


async def said_while_away(desk: World) -> None:
    """Ben's first message ever, more in open rooms, and a new ticket with an answer in its thread."""
    await desk.slack.say(desk.anna.id, "@bot", "it is blue now")
    await desk.slack.say(desk.ben.id, "@bot", "my screen is dark")
    said = await desk.slack.say(desk.anna.id, desk.help, "a second printer burns")
    await desk.slack.say(desk.anna.id, desk.help, "in the kitchen", thread_ts=said.ts)
    await desk.slack.say(desk.sam.id, desk.desk, "!r we come", thread_ts=desk.card().ts)


@pytest.mark.parametrize("limits", [Limits.off, Limits.slack])
async def test_everything_said_meanwhile_is_taken_in_once_and_in_order(tmp_path: Path, limits):
    slack = FakeSlack(limits=limits())
    async with world(tmp_path, http=True, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.stop()
        slack.patience = 0.05
        slack.courier.ask_patience = 0.05
        await said_while_away(desk)
        async with bot(slack, tmp_path, http=True) as desk.running:
            live = asyncio.create_task(slack.say(desk.anna.id, "@bot", "and green"))
            await until_read(desk)
            await live
            assert await desk.running.courier.finish(20)
            await desk.settle()
            first = [line.text for line in desk.agents_room()]
            assert [text for text in first if text != "!r we come"] == [
                "my printer is on fire", "it is blue now", "and green",
            ]  # fmt: skip
            assert any(line.text == "we come" for line in desk.private(desk.anna))
            others = sorted(desk.card(number).text.splitlines()[0] for number in (2, 3))
            assert {text.split(" ", 1)[1] for text in others} == {"a second printer burns", "my screen is dark"}
            kitchen = next(n for n in (2, 3) if "burns" in desk.card(n).text)
            assert [line.text for line in desk.agents_room(kitchen)] == ["a second printer burns", "in the kitchen"]


async def test_at_one_request_a_minute_all_is_read_and_what_comes_in_meanwhile_waits(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("adapters.slack.catchup.PATIENCE", 0.05)
    slack = FakeSlack(limits=Limits({}, Limits.unlisted().methods))  # posting is another matter
    async with world(tmp_path, http=True, slack=slack, virtual=True) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        root = await desk.say(desk.ben, "my screen is dark", desk.help)
        await desk.stop()
        slack.patience = slack.courier.ask_patience = 0.05
        words = [f"line {number}" for number in range(40)]
        for word in words:
            await slack.say(desk.anna.id, "@bot", word)
        for number in range(20):
            await slack.say(desk.ben.id, desk.help, f"reply {number}", thread_ts=root.ts)
        start = slack.clock.now()
        async with bot(slack, tmp_path, http=True, virtual=True) as desk.running:
            await slack.say(desk.anna.id, "@bot", "and this is live")
            await until_read(desk)
            await slack.advance(400)  # Slack's retries
            assert await desk.running.courier.finish(20)
            await desk.settle()
            assert [line.text for line in desk.agents_room(1)] == ["my printer is on fire", *words, "and this is live"]
            assert [line.text for line in desk.agents_room(2)] == [
                "my screen is dark", *(f"reply {number}" for number in range(20)),
            ]  # fmt: skip
        for method in ("conversations.history", "conversations.replies"):
            given = [call for call in slack.calls(method) if not call.error]
            refused = [call for call in slack.calls(method) if call.error]
            assert len(given) <= (slack.clock.now() - start) / 60 + 2
            assert len(refused) <= len(given) + 2


async def test_an_answer_written_now_to_a_message_of_the_absence_waits_for_its_ticket(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("adapters.slack.catchup.PATIENCE", 0.05)
    slack = FakeSlack()
    async with world(tmp_path, http=True, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.stop()
        slack.patience = 0.05
        root = await slack.say(desk.ben.id, desk.help, "my screen is dark")
        slack.fail("conversations.history", status=429, times=2)
        async with bot(slack, tmp_path, http=True) as desk.running:
            await slack.say(desk.ben.id, desk.help, "and the lamp, too", thread_ts=root.ts)
            await until_read(desk)
            await slack.advance(61)
            await desk.settle()
            assert [line.text for line in desk.agents_room(2)] == ["my screen is dark", "and the lamp, too"]


async def until_read(desk: World) -> None:
    async with asyncio.timeout(20):
        while desk.chat.catch_up.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_nothing_is_read_twice_after_a_restart_in_which_nothing_was_said(tmp_path: Path):
    slack = FakeSlack()
    async with world(tmp_path, http=True, slack=slack) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.say(desk.anna, "anyone?", desk.help)
        before = [line.text for line in slack.seen_by(desk.sam.id).lines]
        await desk.stop()
        async with bot(slack, tmp_path, http=True) as desk.running:
            await until_read(desk)
            await desk.settle()
            assert [line.text for line in slack.seen_by(desk.sam.id).lines] == before


async def test_the_watermark_stays_before_a_message_that_cannot_be_stored(desk: World):
    await desk.say(desk.anna, "my printer is on fire")
    chat = desk.chat
    handle, broken = chat.reception.handle, True

    async def failing(event):
        if broken and getattr(event, "text", "") == "it is blue now":
            raise RuntimeError("no room on the disk")
        return await handle(event)

    chat.reception.handle = failing
    desk.slack.patience = 0.2
    said = await desk.slack.say(desk.anna.id, "@bot", "it is blue now")
    await desk.say(desk.anna, "and green")
    await chat.catch_up.look_again()
    until = await desk.running.store.read(lambda work: work.read_until("slack"))
    assert until is not None
    assert until.timestamp() < float(said.ts)
    broken = False
    await desk.slack.advance(61)
    await desk.settle()
    assert sorted(line.text for line in desk.agents_room()) == ["and green", "it is blue now", "my printer is on fire"]
    assert chat.catch_up.failing == {}
