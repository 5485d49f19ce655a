"""Who sends the same signed request again, or presses what they were shown before they were let go, changes nothing."""

from pathlib import Path

from bot.desks.model import Rank
from bot.ports import UnitOfWork
from tests.desk import AGENTS, ANA, SAM, Desk, agents_thread
from tests.slack.world import world


async def test_a_signed_request_replayed_within_its_time_has_no_second_effect(tmp_path: Path):
    """An event, a command and a button, byte for byte."""
    async with world(tmp_path, http=True) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.press(desk.sam, "Claim")
        await desk.command(desk.sam, "/ticket note 1 text:look", desk.desk)
        await desk.command(desk.anna, "/ticket list")
        sent = list(desk.slack.courier.sent)
        assert {one.kind for one in sent} == {"events_api", "interactive", "slash_commands"}
        before, ticket = desk.agents_room(), await desk.ticket(1)
        for one in sent:
            answer = await desk.slack.courier._attempt(one, 0, "")
            assert answer.status == 200
        await desk.settle()
        assert desk.agents_room() == before
        assert await desk.ticket(1) == ticket


async def test_an_agent_who_was_let_go_can_press_nothing_any_more(desk: Desk) -> None:
    await desk.say(ANA, "my printer is on fire")
    claim = [(b.action, b.arg) for seen in desk.chat.rooms["agents"] for b in seen.message.buttons]
    assert claim

    def let_go(work: UnitOfWork) -> None:
        work.desks.set_rank(work.desks.all()[0].id, str(SAM.ref), Rank.CUSTOMER)

    await desk.store.write(let_go)
    before = await desk.ticket(1)
    for action, arg in claim:
        assert "There is no ticket" in await desk.press(SAM, action, arg)
    for line in ("/ticket show 1", "/ticket note 1 x", "/ticket reply 1 x", "/ticket close 1"):
        assert "There is no ticket" in await desk.type(SAM, line, AGENTS)
    await desk.say(SAM, "!r I am still here", agents_thread(1))
    assert await desk.ticket(1) == before
    assert "still here" not in str(desk.chat.delivered)


async def test_an_agent_who_was_let_go_on_slack_can_press_nothing_any_more(tmp_path: Path):
    """Byte for byte what worked a moment ago, and whatever else is in the agents' channel."""
    async with world(tmp_path, http=True) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.press(desk.sam, "Claim")
        await desk.press(desk.sam, "Release")
        await desk.command(desk.lea, f"/desk remove person:<@{desk.sam.id}>", desk.desk)
        before = await desk.ticket(1)
        for label in ("Claim", "Close"):
            await desk.press(desk.sam, label)
            assert not desk.slack.seen_by(desk.sam.id).modal, label
        for line in ("claim 1", "note 1 text:x", "reply 1 text:x", "close 1"):
            await desk.command(desk.sam, f"/ticket {line}", desk.desk)
        assert await desk.ticket(1) == before
        await desk.press(desk.kim, "Claim")  # it does work for agents
        assert await desk.ticket(1) != before
