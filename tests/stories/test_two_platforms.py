"""Customers on one platform, agents on another: one desk, one queue."""

from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank, Settings
from bot.inbound import Actor, Place
from bot.message import Mark, UserRef
from tests.desk import ANA, HELP, Desk, FakeChat, help_thread

THERE = Place("other", "w2", "agents")
TOM = Actor(UserRef("other", "w2", "tom"), "Tom")


async def spanning(bare: Desk) -> FakeChat:
    """A desk that takes in on "fake" and whose agents are on "other"; the chat where the agents are."""
    there = FakeChat("other")
    bare.courier.chats = {**bare.chats, "other": there}
    desk = DeskValue(0, "support", THERE, Settings())
    await bare.store.write(lambda work: work.desks.save(desk, [HELP], [Member(str(TOM.ref), Rank.AGENT)]))
    return there


def thread(number: int) -> Place:
    return Place("other", "w2", "agents", f"#{number}")


async def test_a_conversation_goes_from_one_platform_to_the_other_and_back(bare: Desk) -> None:
    there = await spanning(bare)
    await bare.say(ANA, "my printer is on fire")
    assert [seen.text for seen in there.rooms["agents/#1"]] == ["Ana: my printer is on fire"]
    await bare.type(TOM, "/ticket claim 1", THERE)
    await bare.say(TOM, "!r try water", thread(1))
    assert bare.private(ANA) == ["Your ticket #1 is open. We answer here.", "Tom (#1): try water"]
    assert there.marks[bare.last] == (Mark.DELIVERED, "")


async def test_notes_stay_on_the_agents_platform(bare: Desk) -> None:
    await spanning(bare)
    await bare.say(ANA, "anyone here?", HELP)
    await bare.say(TOM, "she is angry", thread(1))
    await bare.type(TOM, "/ticket note 1 very angry", THERE)
    assert "angry" not in str(bare.chat.delivered)


async def test_a_thread_on_one_platform_is_a_room_beside_the_agents_on_the_other(bare: Desk) -> None:
    there = await spanning(bare)
    await bare.say(ANA, "anyone here?", HELP)
    await bare.say(TOM, "!r yes", thread(1))
    assert bare.room("help/#1") == ["Your ticket #1 is open. We answer here.", "Tom: yes"]
    await bare.say(ANA, "good", help_thread(1))
    assert [seen.text for seen in there.rooms["agents/#1"]] == ["Ana: anyone here?", "Ana: good"]


async def test_while_one_platform_is_away_the_other_goes_on(bare: Desk) -> None:
    there = await spanning(bare)
    bare.courier.chats = bare.chats
    await bare.say(ANA, "my printer is on fire")
    await bare.say(ANA, "hello?")
    assert bare.private(ANA) == ["Your ticket #1 is open. We answer here."]
    bare.courier.chats = {**bare.chats, "other": there}
    await bare.deliver()
    assert [seen.text for seen in there.rooms["agents/#1"]] == ["Ana: my printer is on fire", "Ana: hello?"]
