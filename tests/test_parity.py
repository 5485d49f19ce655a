"""One verb, every surface: each command is declared once, and reached on the console, on Slack and on Discord.

Through the real adapters: Slack's fake refuses a command that the manifest does not list, Discord's one that was not
registered or whose options are of another type.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.desks.model import Rank
from bot.router import Command, Option, Scope, Takes
from tests.parity import BEN, Surface, Values, on_console, on_discord, on_slack

SURFACES = {"console": on_console, "slack": on_slack, "discord": on_discord}
SAMPLES = {
    Takes.TICKET: "1", Takes.WORD: "word", Takes.TAG: "fire", Takes.MACRO: "rice", Takes.PERSON: BEN, Takes.NUMBER: "1",
    Takes.DESK: "support", Takes.CATEGORY: "Money", Takes.TEXT: "some words",
}  # fmt: skip


@pytest.fixture(params=SURFACES)
async def surface(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Surface]:
    async with SURFACES[request.param](tmp_path) as found:
        yield found


def sample(command: Command, *, room: bool = False) -> Values:
    """Something for every option; in a ticket's room the number is not needed."""
    options = [option for option in command.options if not (room and option.takes is Takes.TICKET)]
    return {option.name: sample_of(option) for option in options}


def sample_of(option: Option) -> str:
    if option.name == "desk":
        return "support"
    return option.choices[0] if option.choices else SAMPLES.get(option.takes, "some words")


def for_customers(command: Command) -> bool:
    return command.allow is Rank.CUSTOMER or command.own


async def test_every_command_is_reached_with_all_its_options_where_it_is_typed(surface: Surface):
    for command in surface.router.visible():
        shown = await surface.types(command, sample(command), lead=True)
        assert surface.reached.last == (command.name, sample(command)), shown
        assert shown.strip(), command.name


async def test_customers_reach_theirs_in_private(surface: Surface):
    theirs = [command for command in surface.router.visible() if for_customers(command)]
    assert len(theirs) > 10
    for command in theirs:
        shown = await surface.types(command, sample(command), lead=False)
        assert surface.reached.last == (command.name, sample(command)), shown
        assert shown.strip(), command.name


async def test_what_is_done_to_a_ticket_is_reached_in_its_room_without_its_number(surface: Surface):
    for command in surface.router.visible():
        if command.scope is Scope.TICKET:
            shown = await surface.says_in_room(command, sample(command, room=True))
            assert surface.reached.last == (command.name, sample(command, room=True)), shown


async def test_the_buttons_of_the_card_reach_their_commands(surface: Surface):
    for label in ("Claim", "Reply", "Release", "Close", "Reopen"):
        shown = await surface.presses(label, "some words" if label == "Reply" else "")
        assert surface.reached.last[0] == f"ticket {label.lower()}", shown


async def test_whoever_may_not_is_told_and_nothing_is_reached(surface: Surface):
    for command in surface.router.visible():
        if command.allow >= Rank.AGENT and not command.own and command.scope is Scope.TICKET:
            before = len(surface.reached.calls)
            shown = await surface.types(command, sample(command), lead=False)
            assert shown.strip()
            assert len(surface.reached.calls) == before


async def test_a_macro_reaches_the_customer_on_every_platform(surface: Surface):
    router = surface.router.commands
    text = "Hello, have you tried water on {number}?"
    await surface.types(router["desk.macro-save"], {"name": "water", "text": text}, lead=True)
    assert "have you tried water" not in surface.customer_reads()
    shown = await surface.says_in_room(router["ticket.macro"], {"name": "water"})
    assert surface.reached.last == ("ticket macro", {"name": "water"}), shown
    assert "have you tried water on 1?" in surface.customer_reads()
