"""A message that a platform always refuses is given up, its agents see that and can decide, and the next ones go on."""

from bot.ports import Refused, TryLater
from tests.desk import ANA, KIM, LEA, SAM, Desk

TOLD = "A message that belongs here could not be delivered: it is too odd. It is kept; try again, or discard it."


async def test_agents_see_in_the_room_what_could_not_be_shown_there_and_can_try_again(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("it is too odd") if "poison" in str(effect) else None
    await desk.say(ANA, "poison")
    await desk.say(ANA, "hello?")
    assert desk.agents_room(1) == ["Ana: help", TOLD, "Ana: hello?"]
    desk.chat.refuse = lambda effect: None
    assert await desk.click(SAM, "Try again", "agents/#1") == "Trying again."
    assert desk.agents_room(1)[-1] == "Ana: poison"
    assert await desk.click(KIM, "Try again", "agents/#1") == "That is not waiting any more. Nothing was changed."


async def test_what_is_discarded_is_never_shown_and_can_still_be_read_in_the_history(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("it is too odd") if "poison" in str(effect) else None
    await desk.say(ANA, "poison")
    assert await desk.click(SAM, "Discard", "agents/#1") == "Discarded; it will not be delivered."
    desk.chat.refuse = lambda effect: None
    await desk.deliver()
    assert desk.agents_room(1) == ["Ana: help", TOLD]
    assert "poison" in await desk.type(SAM, "/ticket history 1")
    assert await desk.store.read(lambda work: work.outbox.dead(9)) == []


async def test_a_mistake_of_ours_is_given_up_after_its_tries_and_told_once(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: ValueError("hunter2") if "poison" in str(effect) else None
    await desk.say(ANA, "poison")
    await desk.say(ANA, "hello?")
    for _ in range(12):
        desk.later(minutes=1)
        await desk.deliver()
    told = [text for text in desk.agents_room(1) if "could not be delivered" in text]
    assert told == [TOLD.replace("it is too odd", "ValueError")]
    assert "Ana: hello?" in desk.agents_room(1)


async def test_one_mistake_after_a_long_wait_for_the_platform_is_no_reason_to_give_up(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: TryLater(1, "away") if "poison" in str(effect) else None
    await desk.say(ANA, "poison")
    for mood in [TryLater(1, "away")] * 12 + [ValueError("hunter2")]:
        desk.chat.refuse = lambda effect, mood=mood: mood if "poison" in str(effect) else None  # type: ignore[misc]
        desk.later(minutes=1)
        await desk.deliver()
    desk.chat.refuse = lambda effect: None
    desk.later(minutes=1)
    await desk.deliver()
    assert desk.agents_room(1) == ["Ana: help", "Ana: poison"]


async def test_a_room_that_takes_nothing_at_all_is_told_to_its_leads_and_not_to_itself(desk: Desk) -> None:
    await desk.say(ANA, "help")
    desk.chat.refuse = lambda effect: Refused("no rights there") if effect.room.endswith(":agents") else None
    await desk.say(ANA, "hello?")
    await desk.say(ANA, "anyone?")
    dead = await desk.store.read(lambda work: work.outbox.dead(9))
    assert [row.effect.kind for row, _ in dead] == ["post", "post"], "the words about them are not kept as well"
    assert len([text for text in desk.private(LEA) if "no rights there" in text]) == 1
    desk.chat.refuse = lambda effect: None
    await desk.click(LEA, "Try again", f"@{LEA.ref.id}")
    assert desk.agents_room(1)[1:] == ["Ana: hello?", "Ana: anyone?"]
