"""People at the console: where they speak, what they press, what they are asked, in which order it is told."""

import asyncio
import json
from pathlib import Path

import pytest

from adapters.console.chat import ConsoleChat
from bot.effects import Direct, OpenRoom, Post, PostCard, Rewrite, SetMark
from bot.errors import Busy
from bot.inbound import (
    ButtonPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Place,
)
from bot.message import Button, Form, Input, Mark, Message, UserRef, say
from bot.ports import Ask, Reply, Say, Spot
from tests.console.rig import Script
from tests.rig import Core

HELP, AGENTS = Place("console", "local", "help"), Place("console", "local", "agents")
ANA, BEN = UserRef("console", "local", "ana"), UserRef("console", "local", "ben")
CLAIM, CLOSE = Button("Claim", "ticket.claim", "71"), Button("Close", "ticket.close", "71")


def card(number: int, *buttons: Button, channel: Place = AGENTS) -> PostCard:
    key = f"ticket:{number}:{channel.conversation}"
    return PostCard(key, "console", channel, f"#{number}", Message((), f"#{number} printer", buttons=buttons))


async def with_card(script: Script, *buttons: Button) -> ConsoleChat:
    """Ticket 1 has its card in #agents and its customer's thread in #help."""
    chat = script.chat()
    await chat.deliver(card(1, *buttons), None, "t-1")
    await chat.deliver(OpenRoom("ticket:1:customer", "console", HELP, "#1", (ANA,)), None, "t-2")
    return chat


async def place_of(script: Script, line: str) -> Place | str:
    """Where the line is said, or what the person is told instead."""
    core = Core()
    told = await script.run(line + "\n", core)
    return core.events[0].place if core.events else told[0]


def private(name: str) -> Place:
    return Place("console", "local", f"@{name}", direct=True)


def without_message(place: Place | str) -> Place | str:
    return (
        place
        if isinstance(place, str)
        else Place("console", "local", place.conversation, place.thread, "", place.direct)
    )


# Places


async def test_without_a_place_people_write_to_the_bot_in_private(script: Script):
    assert without_message(await place_of(script, "ana: hello")) == private("ana")


async def test_a_ticket_number_means_the_room_on_ones_own_side(script: Script):
    await with_card(script)
    assert without_message(await place_of(script, "agent@1: a bad fuser")) == Place("console", "local", "agents", "1")
    assert without_message(await place_of(script, "ana@1: it is blue")) == Place("console", "local", "help", "1")
    assert without_message(await place_of(script, "agent@help/1: hello")) == Place("console", "local", "help", "1")


async def test_an_agent_never_reaches_the_customer_by_a_number_alone(script: Script):
    chat = script.chat()
    await chat.deliver(OpenRoom("ticket:1:customer", "console", HELP, "#1", (ANA,)), None, "t-1")
    assert await place_of(script, "agent@1: between us") == (
        "[@agent] There is no room of ticket #1 for you. Nothing was sent."
    )


async def test_whoever_was_told_of_a_ticket_in_private_writes_about_it_in_private(script: Script):
    await script.chat().deliver(Direct("n", "console", "r", ANA, say("Your ticket #3 is open.")), None, "t-1")
    assert without_message(await place_of(script, "ana@3: it is blue")) == private("ana")
    assert await place_of(script, "mallory@3: let me in") == (
        "[@mallory] There is no room of ticket #3 for you. Nothing was sent."
    )


async def test_what_people_wrote_opens_them_no_room(script: Script):
    message = Message(("see #3",), speaker="Ben")
    await script.chat().deliver(Direct("n", "console", "r", ANA, message), None, "t-1")
    assert isinstance(await place_of(script, "ana@3: hello"), str)


async def test_agents_channels_are_for_agents(script: Script):
    await with_card(script)
    for line in ("ana@agents: hello", "ana@agents/1: hello"):
        assert await place_of(script, line) == (
            "[@ana] There is no channel #agents for you. There is: #help. Nothing was sent."
        )
    assert without_message(await place_of(script, "agent2@agents: hello")) == AGENTS


async def test_a_channel_that_does_not_exist_is_told(script: Script):
    assert await place_of(script, "ana@hlep: hello") == (
        "[@ana] There is no channel #hlep for you. There is: #help. Nothing was sent."
    )
    assert await place_of(script, "ana@help/9: hello") == (
        "[@ana] There is no room of ticket #9 for you. Nothing was sent."
    )


async def test_two_desks_with_the_same_number_do_not_mix(script: Script):
    script.channels = {"help": False, "agents": True, "it": False, "it-agents": True}
    chat = await with_card(script)
    it = Place("console", "local", "it")
    await chat.deliver(card(1, channel=Place("console", "local", "it-agents")), None, "t-3")
    await chat.deliver(OpenRoom("ticket:2:customer", "console", it, "#1", (BEN,)), None, "t-4")

    assert await place_of(script, "agent@1: hm") == (
        "[@agent] Several desks have a ticket #1. Write agent@agents/1: or agent@it-agents/1:. Nothing was sent."
    )
    assert without_message(await place_of(script, "ben@1: hm")) == Place("console", "local", "it", "1")
    assert without_message(await place_of(script, "ana@1: hm")) == Place("console", "local", "help", "1")


async def test_agents_are_in_groups_and_the_first_is_a_lead(script: Script):
    core = Core()
    await script.run("agent: a\nagent2: b\nana: c\n", core)
    assert [event.actor.groups for event in core.events] == [
        ("console:local/@agents", "console:local/@leads"),
        ("console:local/@agents",),
        (),
    ]


# What is not understood


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no colon here", "[console] I do not understand this line."),
        ("a\x07b: hello", "[console] “a␇b” cannot be a name"),
        ("ana@a b: hello", "[console] I do not understand this line."),
        ("ana@: hello", "[console] I do not understand this line."),
        ("ana:", "[@ana] There is nothing to send."),
        ("ana: [Close]", "[@ana] There is no button [Close] for you."),
        ("ana: [Close] 7", "[@ana] There is no button [Close] on #7 for you."),
        ("ana: /edit x", "[@ana] I do not know of a message of yours here"),
        ("ana: /delete", "[@ana] I do not know of a message of yours here"),
        ("ana: /ticket close 1 @file:x", "[@ana] Files go with messages"),
        ("ana: see @file:/no/such", "[@ana] The file such cannot be read: there is no such file. Nothing was sent."),
        ("ana: /ticket assign a/b", "[@ana] “a/b” cannot be a name"),
    ],
)
async def test_what_cannot_be_done_is_told_and_nothing_happens(script: Script, line: str, told: str):
    core = Core()
    (said,) = await script.run(line + "\n", core)
    assert said.startswith(told)
    assert core.events == []


async def test_empty_lines_and_comments_are_skipped(script: Script):
    core = Core()
    assert await script.run("\ufeff# a comment\n\n   \n#another\r\n", core) == []
    assert core.events == []


async def test_an_annotated_example_means_what_it_says(script: Script):
    core = Core()
    await script.run(
        "ana: my printer is on fire      # NAME: TEXT  writes to the bot\n"
        "ana: see #12   #13 and a  # b   # a comment\n"
        "ana: /ticket close 7            # a slash command\n",
        core,
    )
    fire, see, close = core.events
    assert isinstance(fire, MessagePosted)
    assert isinstance(see, MessagePosted)
    assert isinstance(close, CommandInvoked)
    assert (fire.text, see.text) == ("my printer is on fire", "see #12   #13 and a  # b")
    assert close.options == {"ticket": "7"}


async def test_an_unknown_command_is_for_the_bot_to_answer(script: Script):
    core = Core()
    await script.run("ana: /frobnicate now\nana: /\n", core)
    assert [event.command for event in core.events if isinstance(event, CommandInvoked)] == ["frobnicate", ""]


async def test_help_is_a_tour_in_three_lines(script: Script):
    assert len(await script.run("help\n", Core())) == 3
    assert len(await script.run("help all\n", Core())) > 10


async def test_a_line_too_long_for_memory_is_refused_and_the_next_one_is_read(script: Script):
    core = Core()
    told, _ = await script.run(f"ana: {'x' * 2_500_000}\nana: {'y' * 500_000}\n", core)
    assert "longer than a million characters" in told
    (event,) = core.events
    assert isinstance(event, MessagePosted)
    assert event.text == "y" * 500_000


# Commands


async def test_verbs_work_by_name_in_rooms(script: Script):
    await with_card(script)
    core = Core()
    await script.run("agent@1: @bot close all is well\nana@1: @bot thank you!\nagent@1: @bot frobnicate\n", core)
    close, thanks, unknown = core.events
    assert isinstance(close, CommandInvoked)
    assert (close.command, dict(close.options)) == ("ticket close", {"reason": "all is well"})
    assert close.place.thread == "1"
    assert isinstance(thanks, MessagePosted), "customers just say something"
    assert isinstance(unknown, CommandInvoked), "agents meant a verb, and this must not go to anybody"


async def test_a_person_is_named_as_people_do(script: Script):
    core = Core()
    await script.run("agent: /ticket assign @agent2\nagent: /ticket assign slack/T1/U300\n", core)
    here, elsewhere = [event for event in core.events if isinstance(event, CommandInvoked)]
    assert dict(here.options) == {"person": "console/local/agent2"}
    assert [(actor.ref.id, actor.groups) for actor in here.named] == [("agent2", ("console:local/@agents",))]
    assert dict(elsewhere.options) == {"person": "slack/T1/U300"}


# Buttons


async def press(script: Script, line: str) -> tuple[str, str, Place] | str:
    core = Core()
    told = await script.run(line + "\n", core)
    if not core.events:
        return told[0]
    (event,) = core.events
    assert isinstance(event, ButtonPressed)
    return event.action, event.arg, event.place


async def test_a_button_is_pressed_on_the_card_with_the_number(script: Script):
    chat = await with_card(script, CLAIM, CLOSE)
    await chat.deliver(card(2, Button("Close", "ticket.close", "72")), None, "t-3")
    there = Place("console", "local", "agents", "", "t-1")
    assert await press(script, "agent: [Claim] 1") == ("ticket.claim", "71", there)
    assert await press(script, "agent: [close] #1") == ("ticket.close", "71", there)
    assert (await press(script, "agent: [Close] 2"))[1] == "72"
    assert (await press(script, "agent@1: [Close]"))[1] == "71", "in a room it is that room's ticket"


async def test_without_a_number_the_newest_one_is_pressed(script: Script):
    chat = await with_card(script, CLAIM, CLOSE)
    await chat.deliver(card(2, Button("Close", "ticket.close", "72")), None, "t-3")
    assert (await press(script, "agent: [Close]"))[1] == "72"
    assert (await press(script, "agent: [Claim]"))[1] == "71"


async def test_a_live_button_comes_before_one_that_was_taken_away(script: Script):
    chat = await with_card(script, CLAIM)
    await chat.deliver(card(2, Button("Claim", "ticket.claim", "72")), None, "t-3")
    released = card(2, Button("Release", "ticket.release", "72"))
    await chat.deliver(
        Rewrite(released.key, "console", released.key, released.message), Spot("agents", "2", "t-3"), "t-4"
    )
    assert (await press(script, "agent: [Claim]"))[1] == "71"
    assert (await press(script, "agent: [Claim] 2"))[1] == "72"


async def test_a_number_means_the_card_before_newer_messages_in_its_room(script: Script):
    chat = await with_card(script, CLOSE)
    failed = Message(("It could not be delivered.",), buttons=(Button("Close", "other.close", "5"),))
    await chat.deliver(Post("m", "console", "ticket:1:agents", failed), Spot("agents", "1", "t-1"), "t-3")
    assert (await press(script, "agent: [Close] 1"))[0] == "ticket.close"
    assert (await press(script, "agent: [Close]"))[0] == "other.close"


async def test_customers_press_what_they_were_shown_and_nothing_else(script: Script):
    chat = await with_card(script, CLAIM)
    notice = Message(("Your ticket #1 is open.",), buttons=(CLOSE,))
    await chat.deliver(Direct("n", "console", "r", ANA, notice), None, "t-3")

    here = Place("console", "local", "@ana", "", "t-3", True)
    assert await press(script, "ana: [Close]") == ("ticket.close", "71", here)
    assert await press(script, "ana: [Close] 1") == ("ticket.close", "71", here)
    assert await press(script, "ana: [Claim] 1") == "[@ana] There is no button [Claim] on #1 for you. Nothing was done."
    assert await press(script, "ben: [Close] 1") == "[@ben] There is no button [Close] on #1 for you. Nothing was done."


async def test_an_answer_in_a_channel_is_pressed_by_its_reader_alone(script: Script):
    core = Core([Say(Message(("Sure?",), buttons=(CLOSE,)))])
    told = await script.run("ana@help: hello\nben: [Close]\nana: [Close]\n", core)
    assert told == [
        "[#help] (only ana sees this) Sure?",
        "[#help]   [Close]",
        "[@ben] There is no button [Close] for you. Nothing was done.",
        "[@ana] (done; nothing more happened)",
    ]
    assert isinstance(core.events[-1], ButtonPressed)


async def test_a_button_that_was_there_a_moment_ago_still_reaches_the_bot(script: Script):
    """Two agents press Claim at once: the second one must hear who has it, not that there is no such button."""
    chat = await with_card(script, CLAIM)
    rewritten = card(1, Button("Release", "ticket.release", "71"))
    await chat.deliver(
        Rewrite(rewritten.key, "console", rewritten.key, rewritten.message), Spot("agents", "1", "t-1"), "t-3"
    )
    assert (await press(script, "agent2: [Claim] 1"))[0] == "ticket.claim"
    assert (await press(script, "agent2: [Release] 1"))[0] == "ticket.release"


# Forms

FORM = Form(
    "ticket.open", "Open a ticket", (Input("subject", "Subject", required=False, max_length=10), Input("text", "Text"))
)


async def fill(script: Script, *lines: str) -> tuple[list[str], list[Event]]:
    core = Core([Ask(FORM)])
    return await script.run("\n".join(["ana: /ticket close 7", *lines]) + "\n", core), core.events[1:]


async def test_a_form_asks_one_line_for_each_field(script: Script):
    told, (event,) = await fill(script, "printer", "# it: burns")
    assert told == [
        "[@ana] Open a ticket (One line for each field; /cancel stops.)",
        "[@ana]   Subject (optional, . leaves it empty):",
        "[@ana]   Text:",
    ]
    assert isinstance(event, FormSubmitted)
    assert event.values == {"subject": "printer", "text": "# it: burns"}


@pytest.mark.parametrize("empty", [".", "", "   "])
async def test_an_optional_field_may_be_left_empty(script: Script, empty: str):
    _, (event,) = await fill(script, empty, "it burns")
    assert isinstance(event, FormSubmitted)
    assert event.values == {"subject": "", "text": "it burns"}


async def test_a_field_that_does_not_fit_is_asked_again_and_nothing_is_cut_off(script: Script):
    told, (event,) = await fill(script, "x" * 11, "x" * 10, ".", "it burns")
    assert "[@ana] Subject: that is 11 characters; at most 10 fit. Please shorten it, or /cancel." in told
    assert "[@ana] Text: this one is needed. Please write it, or /cancel." in told
    assert isinstance(event, FormSubmitted)
    assert event.values == {"subject": "x" * 10, "text": "it burns"}


@pytest.mark.parametrize("lines", [["/cancel"], ["printer"], []])
async def test_a_form_can_be_stopped_and_ends_with_the_input(script: Script, lines: list[str]):
    told, events = await fill(script, *lines)
    assert told[-1] == "[@ana] Cancelled. Nothing was sent."
    assert events == []


# Edits, files, marks


async def test_edits_and_deletions_go_to_the_last_message_in_that_place(script: Script):
    await with_card(script)
    core = Core()
    await script.run(
        "ana: one\nana@1: two\nben: three\nana: /edit four\nana: /delete\nana: /delete\nana@1: /delete\n", core
    )
    one, two, _, edited, deleted, again = core.events
    assert isinstance(edited, MessageEdited)
    assert (edited.place, edited.text) == (one.place, "four")
    assert isinstance(deleted, MessageDeleted)
    assert (deleted.place, again.place) == (one.place, two.place), "what is deleted cannot be deleted again"


async def test_files_go_with_messages_and_refusals_are_told_to_the_bot(script: Script, tmp_path: Path):
    (tmp_path / "my photo.png").write_bytes(b"png")
    (tmp_path / "game.exe").write_bytes(b"exe")
    core = Core()
    await script.run(f'ana: look @file:"{tmp_path}/my photo.png" @file:{tmp_path}/game.exe\n', core)
    (event,) = core.events
    assert isinstance(event, MessagePosted)
    assert event.text == "look"
    assert [(file.name, file.size, file.type) for file in event.files] == [("my photo.png", 3, "image/png")]
    assert event.refused == ("game.exe: Programs are not taken",)
    assert script.files.pinned == [], "once the bot has it, nobody else needs to keep it"


async def test_a_mark_says_whose_message_it_is_about(script: Script):
    chat = script.chat("agent: looks like a bad fuser\n")
    core = Core([Say(say("Noted."))])
    await chat.run(core)
    await chat.deliver(SetMark("m", "console", "r", core.events[0].place, Mark.INTERNAL), None, "t-1")
    assert script.output.getvalue() == "[@agent] Noted.\n[@agent] (agent: internal)\n"


# Order


async def test_the_answer_comes_first_then_what_the_bot_does_then_the_next_line(script: Script):
    chat = script.chat("ana: one\nana: two\n")
    waiting: list[asyncio.Task[Spot | None]] = []

    async def handle(event: Event) -> Reply:
        effect = Direct(event.id, "console", "r", ANA, say(f"effect of {event.id}"))
        waiting.append(asyncio.create_task(chat.deliver(effect, None, f"t-{event.id}")))
        await asyncio.sleep(0.01)  # the courier is quick; its delivery must wait for the answer all the same
        return Say(say(f"answer to {event.id}"))

    async def settle() -> None:
        await asyncio.gather(*waiting)

    script.settled = settle
    await chat.run(handle)
    assert script.output.getvalue().splitlines() == [
        "[@ana] answer to id-1",
        "[@ana] effect of id-1",
        "[@ana] answer to id-3",
        "[@ana] effect of id-3",
    ]


async def test_when_nothing_comes_of_it_that_is_told_too(script: Script):
    assert await script.run("agent@help: lunch?\n", Core()) == ["[#help] (done; nothing more happened)"]


async def test_at_the_end_of_input_everything_is_finished(script: Script):
    done: list[str] = []

    async def finish() -> None:
        done.append(script.output.getvalue())

    script.finished = finish
    await script.run("ana: hello", Core([Say(say("Hello."))]))
    assert done == ["[@ana] Hello.\n"], "also when the last line has no end"


async def test_whoever_names_the_ticket_is_not_asked_which_one_they_mean(script: Script):
    await script.chat().deliver(Direct("n", "console", "r", ANA, say("Your ticket #3 is open.")), None, "t-1")
    buttons = (Button("#31 other", "draft.to", "ticket-8"), Button("#3 printer", "draft.to", "ticket-7"))
    core = Core([Say(Message(("Which one?",), buttons=buttons)), Say(say("Passed on."))])
    assert await script.run("ana@3: it is blue\n", core) == ["[@ana] Passed on."]
    assert isinstance(core.events[1], ButtonPressed)
    assert core.events[1].arg == "ticket-7"


# When things break


async def test_a_full_house_and_a_bug_are_told_and_the_next_line_is_read(script: Script):
    core = Core([Busy(), RuntimeError("bug"), Say(say("Hello."))])
    told = await script.run("ana: one\nana: two\nana: three\n", core)
    assert told[0].startswith("[@ana] There is very much to do right now")
    assert told[1].startswith("[@ana] Something went wrong on our side and this was not stored.")
    assert told[2] == "[@ana] Hello."


async def test_json_says_who_alone_can_see_it(script: Script):
    core = Core([Say(say("Done.")), Say(say("Hello all."), public=True)])
    told = [json.loads(line) for line in await script.run("ana@help: a\nana@help: b\nno colon\n", core, json=True)]
    assert [(t["room"], t["to"], t["kind"], t["text"][:10]) for t in told] == [
        ("#help", "ana", "reply", "Done."),
        ("#help", "", "reply", "Hello all."),
        ("console", "", "error", "I do not u"),
    ]
