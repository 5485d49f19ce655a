"""A person at a terminal: the prompt, who they are, what they see, how they leave."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.process import Terminal


@pytest.fixture
def terminal(tmp_path: Path, new_desk: Path) -> Iterator[Terminal]:
    shutil.copytree(new_desk, tmp_path / "data")
    terminal = Terminal(tmp_path / "data")
    terminal.read("customer › ")
    yield terminal
    terminal.close()


def test_a_first_conversation(terminal: Terminal):
    terminal.type("my printer is on fire\n")
    seen = terminal.read("customer › ")
    assert "╭─ #1 my printer is on fire ─" in seen
    assert "[Claim]  [Reply]  [Close]" in seen
    assert "@customer     Your ticket #1 is open. We answer here.  [Close]" in seen

    terminal.type("/as agent@1\n")
    assert "You are agent@1 now, an agent." in terminal.read("agent@1 › ")
    terminal.type("looks like a bad fuser\n")
    assert "#agents/1     ○ internal" in terminal.read("agent@1 › ")
    terminal.type("!r have you tried water?\n")
    seen = terminal.read("agent@1 › ")
    assert "@customer     agent (#1)  have you tried water?" in seen
    assert "✓ delivered" in seen
    terminal.type("[Claim] 1\n")
    assert "#1 my printer is on fire  now" in terminal.read("agent@1 › ")

    terminal.type("\x04")
    assert terminal.leave() == 0
    assert terminal.is_as_it_was()


def test_a_sentence_that_begins_like_a_name_is_noticed(terminal: Terminal):
    terminal.type("note: this is no name\n")
    assert "note speaks for the first time." in terminal.read("customer › ")
    terminal.type(" note: this is a sentence\n")
    assert "customer  note: this is a sentence" in terminal.read("customer › ")
    terminal.type("#1 is no comment here\n")
    assert "customer  #1 is no comment here" in terminal.read("customer › ")
    terminal.type("# but this is\n")
    assert "not sent to anybody" in terminal.read("customer › ")


def test_forms_and_help(terminal: Terminal):
    terminal.type("help\n")
    typed, *tour, gap, _ = terminal.read("customer › ").split("\n")
    assert (typed, len(tour), gap) == ("help", 3, "")
    terminal.type("/ticket open\n")
    assert "Open a ticket" in terminal.read("Subject: ")
    terminal.type("Printer\n")
    terminal.read("What happened? ")
    terminal.type("\x04")
    assert "Cancelled. Nothing was sent." in terminal.read("customer › ")


def test_an_interrupt_leaves_the_terminal_as_it_was(terminal: Terminal):
    terminal.type("half a sen")
    terminal.read("half a sen")
    terminal.type("\x03")
    assert terminal.leave() == 0
    assert terminal.is_as_it_was()
