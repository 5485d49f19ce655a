"""What a console still knows when it starts again, and what its journal does not hold."""

import io
from pathlib import Path

import pytest

from adapters.console.board import Board
from adapters.console.journal import Journal
from bot.effects import Direct, OpenRoom, PostCard, Remove, Rewrite
from bot.inbound import ButtonPressed, Place
from bot.message import Button, Message, UserRef, say
from bot.ports import Say, Spot, TryLater
from tests.console.rig import Script
from tests.rig import Core

NAME, WORD = "Quetzalcoatlus", "Xylophonist"
PERSON = UserRef("console", "local", NAME)
HELP, AGENTS = Place("console", "local", "help"), Place("console", "local", "agents")
CARD = PostCard(
    "ticket:7:agents", "console", AGENTS, "#1", Message((WORD,), WORD, buttons=(Button("Claim", "ticket.claim", "7"),))
)
NOTICE = Message((f"{NAME}, your ticket #1 {WORD} is open.",), buttons=(Button("Close", "ticket.close", "7"),))


async def some_work(script: Script) -> None:
    """A card, a private room, a thread, and buttons that quote people, as they come up in a desk's day."""
    chat = script.chat()
    await chat.deliver(CARD, None, "outbox-1")
    await chat.deliver(Direct("n", "console", "r", PERSON, NOTICE), None, "outbox-2")
    await chat.deliver(OpenRoom("ticket:8:customer", "console", HELP, "#2", (PERSON,)), None, "outbox-3")
    asked = Message(
        (WORD,), buttons=(Button(f"#1 {WORD}", "draft.to", "ticket-7"), Button("More", "ticket.list", f"by={NAME}"))
    )
    await script.run(f"{NAME}: {WORD}\n{NAME}@help: {WORD}\n", Core([Say(asked), Say(asked)]))


async def test_what_was_shown_is_not_shown_again(script: Script):
    first = script.chat()
    spot = await first.deliver(CARD, None, "outbox-1")
    printed = script.output.getvalue()
    again = script.chat()
    assert await again.deliver(CARD, None, "outbox-1") == spot
    assert script.output.getvalue() == printed


async def test_rooms_and_buttons_are_known_after_a_restart(script: Script):
    await some_work(script)
    for _ in range(2):  # and after one more
        core = Core([Say(say("Done."))] * 4)
        lines = f"agent: [Claim] 1\n{NAME}: [close] 1\n{NAME}@2: hello\n{NAME}@1: hello\n{NAME}: [#1 {WORD}]\n"
        told = await script.run(lines, core)
        assert told[4:] == [f"[@{NAME}] There is no button [#1 {WORD}] for you. Nothing was done."], "it quoted words"
        claim, close, thread, in_private = core.events
        assert isinstance(claim, ButtonPressed)
        assert isinstance(close, ButtonPressed)
        assert (claim.action, claim.arg, close.action, close.arg) == ("ticket.claim", "7", "ticket.close", "7")
        assert (thread.place.conversation, thread.place.thread) == ("help", "2")
        assert in_private.place.conversation == f"@{NAME}"


async def test_no_byte_of_anybody_is_in_the_journal(script: Script):
    await some_work(script)
    for _ in range(2):  # as it was added, and as it is tidied up
        written = script.state.read_bytes()
        assert b"outbox-2" in written
        for canary in (NAME, WORD, NAME[:6], WORD[:6], "console/local"):
            assert canary.encode() not in written
            assert canary.lower().encode() not in written.lower()
        script.chat()


async def test_no_byte_of_anybody_is_added_to_it_even_for_a_moment(script: Script):
    chat = script.chat()
    buttons = (Button(f"#1 {WORD}", "draft.to", "7"), Button("More", "ticket.list", f"by={NAME}"))
    await chat.deliver(Direct("n", "console", "r", PERSON, Message((WORD,), buttons=buttons)), None, "outbox-1")
    written = script.state.read_bytes()
    assert b"draft.to" in written
    assert NAME.lower().encode() not in written.lower()
    assert WORD.lower().encode() not in written.lower()
    core = Core()
    await script.run(f"{NAME}: [#1 {WORD}]\n", core)
    assert isinstance(core.events[0], ButtonPressed), "found again by what they type"


async def test_what_was_removed_has_no_buttons_any_more(script: Script):
    await some_work(script)
    await script.chat().deliver(Remove("n", "console", "r"), Spot(f"@{NAME}", "", "outbox-2"), "outbox-9")
    assert await script.run(f"{NAME}: [Close] 1\n", Core()) == [
        f"[@{NAME}] There is no button [Close] on #1 for you. Nothing was done."
    ]


async def test_nothing_is_known_of_a_person_when_the_last_notice_to_them_was_taken_back(script: Script):
    await some_work(script)
    chat = script.chat()
    assert b"@" in script.state.read_bytes(), "sealed, it was"
    await chat.deliver(Remove("n", "console", "r"), Spot(f"@{NAME}", "", "outbox-2"), "outbox-9")
    script.chat()
    assert b"@" not in script.state.read_bytes()


async def test_a_rewritten_card_keeps_its_new_buttons(script: Script):
    await some_work(script)
    closed = Message((), "#1", buttons=(Button("Reopen", "ticket.reopen", "7"),))
    await script.chat().deliver(
        Rewrite(CARD.key, "console", CARD.key, closed), Spot("agents", "1", "outbox-1"), "outbox-9"
    )
    core = Core()
    await script.run("agent: [Reopen] 1\n", core)
    assert isinstance(core.events[0], ButtonPressed)


@pytest.mark.parametrize(
    "rubbish", [b'{"token":"outb', b"\xff\xfe\x00\n", b"[1]\n", b'{"room":5}\n', b'{"post":"x"}\n', b"null\n"]
)
async def test_a_torn_or_foreign_line_in_the_journal_harms_nothing(script: Script, rubbish: bytes):
    await some_work(script)
    with script.state.open("ab") as file:
        file.write(rubbish)
    printed = script.output.getvalue()
    await script.chat().deliver(CARD, None, "outbox-1")
    assert script.output.getvalue() == printed


async def test_the_journal_is_for_its_owner_only_and_stays_small(script: Script):
    chat = script.chat()
    for number in range(30):
        for time in range(20):
            rewrite = Rewrite(CARD.key, "console", CARD.key, CARD.message)
            await chat.deliver(rewrite, Spot("agents", str(number), f"card-{number}"), f"outbox-{number}-{time}")
    grown = script.state.stat().st_size
    script.chat()
    assert script.state.stat().st_size < grown / 4
    assert script.state.stat().st_mode & 0o077 == 0


def test_the_oldest_is_forgotten_before_memory_is_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("adapters.console.board.TOKENS", 3)
    board = Board(Journal(tmp_path / "j"))
    board.load()
    for number in range(5):
        board.note({"token": f"t-{number}"})
    assert list(board.tokens) == ["t-2", "t-3", "t-4"]


class Closed(io.StringIO):
    """Nobody reads it any more."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


async def test_output_nobody_reads_is_kept_for_later(script: Script):
    printed, script.output = script.output, Closed()
    with pytest.raises(TryLater):
        await script.chat().deliver(CARD, None, "outbox-1")
    script.output = printed
    await script.chat().deliver(CARD, None, "outbox-1")
    assert script.output.getvalue().startswith("[#agents]")


async def test_the_console_ends_when_nobody_reads_it_any_more(script: Script):
    script.output = Closed()
    core = Core([Say(say("Hello."))])
    await script.run("ana: hello\nana: more\n", core)
    assert len(core.events) == 1
