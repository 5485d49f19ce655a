"""What can happen at a desk, one event each, and what is there before it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

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
from tests.desk import AGENTS, ANA, BEN, SAM, private
from tests.proof.world import Scene, World, on

WAIT = timedelta(minutes=2)  # longer than any pause between two tries
ROOMS = ("@ana", "@ben", "agents")


def opening(world: World) -> Event:
    return MessagePosted("e", ANA, on(private(ANA), "m"), "my printer is on fire")


def opening_by_form(world: World) -> Event:
    return FormSubmitted("e", ANA, private(ANA), "ticket.open", "", {"subject": "Printer", "text": "on fire"})


def relay(world: World) -> Event:
    return MessagePosted("e", ANA, on(private(ANA), "m"), "it is blue now")


def reply(world: World) -> Event:
    [card] = world.chat.under("ticket:1:agents")
    return MessagePosted("e", SAM, Place("fake", "w", "agents", card.id, "m"), "!r have you tried water?")


def note(world: World) -> Event:
    [card] = world.chat.under("ticket:1:agents")
    return MessagePosted("e", SAM, Place("fake", "w", "agents", card.id, "m"), "bad fuser, I guess")


def claim(world: World) -> Event:
    return ButtonPressed("e", SAM, AGENTS, "ticket.claim", "1")


def close(world: World) -> Event:
    return CommandInvoked("e", SAM, AGENTS, "ticket close", {"ticket": "1", "reason": "solved"})


def edit(world: World) -> Event:
    return MessageEdited("e", ANA, on(private(ANA), "first"), "my printer was on fire")


def delete(world: World) -> Event:
    return MessageDeleted("e", ANA, on(private(ANA), "first"))


def remove(world: World) -> Event:
    return CommandInvoked("e", SAM, AGENTS, "ticket remove", {"ticket": "1", "person": str(BEN.ref)})


FLOWS: Mapping[str, Callable[[World], Event]] = {
    flow.__name__: flow for flow in (opening, opening_by_form, relay, reply, note, claim, close, edit, delete, remove)
}
FIRST = {"opening", "opening_by_form"}  # at an empty desk


@cache
def scene(empty: bool) -> Scene:
    """A ticket that Ben takes part in, shown to everybody; or an empty desk."""
    world = World()
    if not empty:
        world.handle(MessagePosted("e1", ANA, on(private(ANA), "first"), "my printer is on fire"))
        world.handle(CommandInvoked("e2", SAM, AGENTS, "ticket add", {"ticket": "1", "person": str(BEN.ref)}))
    settled(world)
    return world.end()


def settled(world: World) -> dict[str, Any]:
    """Deliver everything. What is then kept, and what everybody sees; ids that platforms give are theirs."""
    while True:
        world.clock.time += WAIT
        if not world.drain():
            break
    held = world.held()
    assert not held.outbox
    chat = world.chat
    assert all(times == 1 for times in chat.made.values()), "said twice"
    return {
        "tickets": held.tickets,
        "timeline": held.timeline,
        "drafts": held.drafts,
        "participants": held.participants,
        "spots": sorted((key, row["room"], row["ticket"], row["agents"]) for key, row in held.spots.items()),
        "seen": {room: [(p.key, p.text) for p in chat.posts.values() if p.room[0] == room] for room in ROOMS},
        "marks": dict(chat.marks),
    }
