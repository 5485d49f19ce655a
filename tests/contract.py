"""What every `Chat` must do. A platform adds one parameter to `RIGS`; `tests/test_contract.py` runs it all."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.effects import Admit, Direct, Effect, OpenRoom, Post, PostCard, Remove, Rewrite, SetMark
from bot.inbound import ButtonPressed, CommandInvoked, FormSubmitted, MessageDeleted, MessageEdited, MessagePosted
from bot.message import Bold, Button, Field, Form, Input, Mark, Mention, Message, Style, say
from bot.ports import Ask, Refused, Say, Spot, TryLater
from bot.router import Router
from tests.console.rig import ConsoleRig
from tests.discord.rig import DiscordRig
from tests.rig import HOSTILE, Core, Deletes, Edits, Fills, Presses, Rig, Says, Types, commands
from tests.slack.rig import SlackHttpRig, SlackRig

RIGS: dict[str, Callable[[Path, Router], Rig]] = {
    "console": ConsoleRig,
    "discord": DiscordRig,
    "slack": SlackRig,
    "slack-http": SlackHttpRig,
}

CARD, ROOM, KEY = "ticket:1:agents", "ticket:1:customer", "message:1:customer"
CLOSE = Button("Close", "ticket.close", "7", Style.DANGER)
FORM = Form("ticket.open", "Open a ticket", (Input("subject", "Subject"), Input("text", "More", required=False)), "7")


@pytest.fixture(params=RIGS)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = RIGS[request.param](tmp_path, commands())
    yield rig
    await rig.close()


def card(rig: Rig, message: Message | None = None) -> PostCard:
    message = message or Message(("words",), "#1 printer", (Field("From", ("Ana",)),), (CLOSE,))
    return PostCard(CARD, rig.chat.platform, rig.channel, "#1", message)


def post(rig: Rig, text: str = "hello", key: str = KEY, **more: Any) -> Post:
    return Post(key, rig.chat.platform, CARD, Message((text,), **more))


def direct(rig: Rig, message: Message) -> Direct:
    return Direct(KEY, rig.chat.platform, ROOM, rig.person, message)


async def deliver(rig: Rig, effect: Effect, at: Spot | None, token: str) -> Spot:
    spot = await rig.chat.deliver(effect, at, token)
    assert spot is not None, "it made something, so it has a spot"
    return spot


def texts(rig: Rig) -> list[str]:
    return [seen.text for seen in rig.seen()]


# What the bot does


async def test_a_card_says_all_it_has_to_say_and_its_thread_is_a_room(rig: Rig) -> None:
    spot = await deliver(rig, card(rig), None, "t-1")
    await deliver(rig, post(rig, "in the thread"), spot, "t-2")

    shown, said = rig.seen()
    assert [part in shown.text for part in ("#1 printer", "words", "From", "Ana")] == [True] * 4
    assert shown.buttons == ("Close",)
    assert said.room == (spot.conversation, spot.thread)
    assert shown.room[0] == spot.conversation == rig.channel.conversation


async def test_a_room_is_opened_for_people_and_the_bot_speaks_in_it(rig: Rig) -> None:
    effect = OpenRoom(ROOM, rig.chat.platform, rig.channel, "#1", (rig.person,))
    room = await deliver(rig, effect, None, "t-1")
    said = await deliver(rig, Post(KEY, rig.chat.platform, ROOM, say("hello")), room, "t-2")

    assert (said.conversation, said.thread) == (room.conversation, room.thread)
    assert rig.seen()[-1].room == (room.conversation, room.thread)


async def test_everything_has_a_spot_of_its_own(rig: Rig) -> None:
    room = await deliver(rig, card(rig), None, "t-1")
    first = await deliver(rig, post(rig, "one"), room, "t-2")
    second = await deliver(rig, post(rig, "two"), room, "t-3")
    alone = await deliver(rig, direct(rig, say("three")), None, "t-4")
    assert len({room.message, first.message, second.message, alone.message}) == 4
    assert "" not in {room.message, first.message, alone.message}


async def test_the_same_token_twice_shows_it_once_and_gives_the_same_spot(rig: Rig) -> None:
    room = await deliver(rig, card(rig), None, "t-1")
    steps: list[tuple[Effect, Spot | None]] = [
        (card(rig), None),
        (post(rig), room),
        (direct(rig, say("in private")), None),
    ]
    for number, (effect, at) in enumerate(steps, 1):
        spot = await deliver(rig, effect, at, f"t-{number}")
        before = rig.seen()
        assert await rig.chat.deliver(effect, at, f"t-{number}") == spot
        assert rig.seen() == before


async def test_a_rewritten_message_says_the_new_and_nothing_of_the_old(rig: Rig) -> None:
    room = await deliver(rig, card(rig), None, "t-1")
    spot = await deliver(rig, post(rig, "it is blue"), room, "t-2")
    await rig.chat.deliver(Rewrite(KEY, rig.chat.platform, CARD, say("it is green")), spot, "t-3")

    assert "it is green" in rig.seen()[-1].text
    assert not any("blue" in text for text in texts(rig))
    assert len(rig.seen()) == 2


async def test_a_rewritten_card_has_its_new_buttons(rig: Rig) -> None:
    spot = await deliver(rig, card(rig), None, "t-1")
    closed = Message((), "#1 printer", buttons=(Button("Reopen", "ticket.reopen", "7"),))
    await rig.chat.deliver(Rewrite(CARD, rig.chat.platform, CARD, closed), spot, "t-2")
    (shown,) = rig.seen()
    assert shown.buttons == ("Reopen",)


async def test_what_is_removed_cannot_be_read_any_more(rig: Rig) -> None:
    file = rig.store("secret.txt", b"secret")
    effect = direct(rig, Message(("my secret",), files=(file,), buttons=(CLOSE,)))
    spot = await deliver(rig, effect, None, "t-1")
    remove = Remove(KEY, rig.chat.platform, ROOM)
    await rig.chat.deliver(remove, spot, "t-2")
    await rig.chat.deliver(remove, spot, "t-2")
    assert not any("secret" in seen.text or seen.files for seen in rig.seen())


async def test_what_was_never_posted_is_refused_or_left_alone(rig: Rig) -> None:
    nowhere = Spot(rig.channel.conversation, "", "no-such-message")
    platform = rig.chat.platform
    with pytest.raises(Refused):
        await rig.chat.deliver(Rewrite(KEY, platform, CARD, say("new")), None, "t-1")
    with pytest.raises(Refused):
        await rig.chat.deliver(post(rig), None, "t-2")
    with pytest.raises(Refused):
        await rig.chat.deliver(Admit("a", platform, ROOM, rig.person), None, "t-3")
    assert await rig.chat.deliver(Remove(KEY, platform, CARD), None, "t-4") is None
    assert rig.seen() == []
    gone: list[Effect] = [Rewrite(KEY, platform, CARD, say("new")), Remove(KEY, platform, CARD)]
    for number, effect in enumerate(gone, 5):
        with suppress(Refused, TryLater):
            await rig.chat.deliver(effect, nowhere, f"t-{number}")


async def test_messages_appear_in_the_order_they_were_delivered(rig: Rig) -> None:
    room = await deliver(rig, card(rig), None, "t-0")
    for number in range(1, 11):
        await deliver(rig, post(rig, f"number {number}.", f"message:{number}:agents"), room, f"t-{number}")
    assert [f"number {n}." in text for n, text in enumerate(texts(rig)[1:], 1)] == [True] * 10


async def test_what_people_write_is_data_wherever_it_stands(rig: Rig) -> None:
    message = Message((HOSTILE, Bold(HOSTILE)), HOSTILE, (Field(HOSTILE, (HOSTILE,)),), speaker=HOSTILE)
    room = await deliver(rig, card(rig, message), None, "t-1")
    await deliver(rig, post(rig, HOSTILE, speaker=HOSTILE), room, "t-2")
    await deliver(rig, direct(rig, Message((HOSTILE,), speaker=HOSTILE)), None, "t-3")

    assert rig.alarms() == []
    assert [seen.buttons for seen in rig.seen()] == [(), (), ()]
    for text in texts(rig):
        assert [word in text for word in ("everyone", "bank", "red", "title", "gnp.exe", "%s")] == [True] * 6


async def test_a_mention_names_the_person(rig: Rig) -> None:
    await deliver(rig, direct(rig, say(Mention(rig.person, "Ana"), " has it")), None, "t-1")
    assert "has it" in texts(rig)[0]
    assert "Ana" in texts(rig)[0] or rig.person.id in texts(rig)[0]


async def test_long_text_arrives_to_its_last_word(rig: Rig) -> None:
    words = [f"word{number}" for number in range(4000)]  # 36 kB
    room = await deliver(rig, card(rig), None, "t-1")
    await deliver(rig, post(rig, " ".join(words)), room, "t-2")
    assert [word for text in texts(rig)[1:] for word in text.split() if word.startswith("word")] == words


async def test_files_arrive_complete_under_their_name(rig: Rig) -> None:
    content = bytes(range(256)) * 1000
    message = Message(("look",), files=(rig.store("photo.png", content), rig.store("log.txt", b"all is well")))
    await deliver(rig, direct(rig, message), None, "t-1")
    files = {name: data for seen in rig.seen() for name, data in seen.files.items()}
    assert files == {"photo.png": content, "log.txt": b"all is well"}


@pytest.mark.parametrize("mark", Mark)
async def test_a_mark_is_seen_on_the_message_it_is_about(rig: Rig, mark: Mark) -> None:
    core = Core()
    await rig.play(core, Says("looks like a bad fuser"))
    place = core.events[0].place
    reason = "the room is gone" if mark is Mark.FAILED else ""
    await rig.chat.deliver(SetMark("mark:1", rig.chat.platform, CARD, place, mark, reason), None, "t-1")
    assert rig.mark(place)
    assert reason in rig.mark(place) or any(reason in text for text in texts(rig))


async def test_people_are_let_into_a_room_and_out_again(rig: Rig) -> None:
    room = await deliver(rig, OpenRoom(ROOM, rig.chat.platform, rig.channel, "#1", (rig.person,)), None, "t-1")
    assert await rig.chat.deliver(Admit("a1", rig.chat.platform, ROOM, rig.other), room, "t-2") is None
    assert await rig.chat.deliver(Admit("a2", rig.chat.platform, ROOM, rig.other, out=True), room, "t-3") is None


# What people do


async def test_what_people_say_arrives_as_they_said_it(rig: Rig) -> None:
    core = Core()
    await rig.play(core, Says("my <b>printer</b> & *all* is on fire 🔥"), Says("hello?"))
    first, second = core.events
    assert isinstance(first, MessagePosted)
    assert isinstance(second, MessagePosted)
    assert (first.text, second.text) == ("my <b>printer</b> & *all* is on fire 🔥", "hello?")
    assert first.actor.ref == rig.person
    assert first.place.direct
    assert first.place.platform == rig.chat.platform
    assert len({first.id, second.id}) == 2
    assert len({first.place.message, second.place.message, ""}) == 3


async def test_the_answer_is_seen(rig: Rig) -> None:
    await rig.play(Core([Say(say("There is no ticket #9."))]), Says("what about 9?"))
    assert any("There is no ticket #9." in text for text in texts(rig))


async def test_a_command_arrives_with_its_options(rig: Rig) -> None:
    core = Core()
    await rig.play(core, Types("/ticket close 7 all is well"))
    (event,) = core.events
    assert isinstance(event, CommandInvoked)
    assert event.command.replace(" ", ".") == "ticket.close"
    assert dict(event.options) == {"ticket": "7", "reason": "all is well"}


async def test_a_button_comes_back_with_its_action_and_argument(rig: Rig) -> None:
    spot = await deliver(rig, direct(rig, Message(("Your ticket is open.",), buttons=(CLOSE,))), None, "t-1")
    core = Core()
    await rig.play(core, Presses("Close"))
    (event,) = core.events
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.arg, event.actor.ref) == ("ticket.close", "7", rig.person)
    assert event.place.message == spot.message


async def test_buttons_under_an_answer_can_be_pressed_too(rig: Rig) -> None:
    choose = Message(("Which one?",), buttons=(Button("#3 printer", "draft.to", "ticket-3"), CLOSE))
    core = Core([Say(choose)])
    await rig.play(core, Says("hello"), Presses("#3 printer"))
    event = core.events[-1]
    assert isinstance(event, ButtonPressed)
    assert (event.action, event.arg) == ("draft.to", "ticket-3")


async def test_a_form_comes_back_filled_in(rig: Rig) -> None:
    core = Core([Ask(FORM)])
    await rig.play(core, Types("/ticket close 7"), Fills({"subject": "printer & co", "text": ""}))
    event = core.events[-1]
    assert isinstance(event, FormSubmitted)
    assert (event.action, event.arg) == ("ticket.open", "7")
    assert dict(event.values) == {"subject": "printer & co", "text": ""}


async def test_edits_and_deletions_name_the_message(rig: Rig) -> None:
    core = Core()
    await rig.play(core, Says("it is blue"), Edits("it is green"), Deletes())
    said, edited, deleted = core.events
    assert isinstance(edited, MessageEdited)
    assert isinstance(deleted, MessageDeleted)
    assert edited.text == "it is green"
    assert edited.place == deleted.place == said.place
    assert len({said.id, edited.id, deleted.id}) == 3


async def test_a_file_that_comes_in_is_kept_complete(rig: Rig) -> None:
    content = bytes(range(256)) * 300
    core = Core()
    await rig.play(core, Says("look at this", {"photo.png": content}))
    (event,) = core.events
    assert isinstance(event, MessagePosted)
    assert event.text == "look at this"
    (file,) = event.files
    assert (file.name, file.size, rig.content(file)) == ("photo.png", len(content), content)


async def test_after_an_error_in_the_bot_the_chat_goes_on(rig: Rig) -> None:
    core = Core([RuntimeError("a bug")])
    await rig.play(core, Says("first"), Says("second"))
    assert "second" in [event.text for event in core.events if isinstance(event, MessagePosted)]
