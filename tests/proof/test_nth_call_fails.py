"""Whatever call fails, of the database or of a platform, it ends as if it had not, or as if nothing had been said."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import wording
from bot.inbound import Event, MessageDeleted, MessageEdited, MessagePosted
from tests.proof.calls import Broken, Calls, How
from tests.proof.chat import Fault
from tests.proof.flows import WAIT, claim, close, delete, edit, opening, relay, reply, scene, settled
from tests.proof.world import World, read

MESSAGES = (MessagePosted, MessageEdited, MessageDeleted)
SORRY = {wording.broken(), wording.busy()}


FLOWS: list[Callable[[World], Event]] = [opening, relay, reply, claim, close, edit, delete]


@pytest.fixture(params=FLOWS, ids=lambda flow: flow.__name__)
def flow(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(autouse=True)
def no_time_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The courier is patient with a database that fails; a test is not."""
    soon = asyncio.sleep

    async def sleep(seconds: float, result: object = None) -> None:
        await soon(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)


@pytest.fixture(autouse=True)
def nothing_is_logged() -> Iterator[None]:
    """Thousands of tracebacks would take longer than all the rest."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("how", How)
def test_the_nth_call_of_the_database_fails(flow: Callable[[World], Event], how: How) -> None:
    wanted = undisturbed(flow)
    for n in worth_failing(wanted.calls, how):
        calls = Calls(n, how)
        with begun(flow, calls) as world:
            before, event = world.held(), flow(world)
            answer = handled(world, event)
            calls.mend()
            where = f"call {n}: {calls.made[n - 1][:80]}"
            if world.held() == before:
                told(event, answer, where)
                answer = handled(world, event)
            assert answer in (wanted.answer, *SORRY) or isinstance(answer, OperationalError | Broken), where
            assert world.handle(event) is None, where
            assert world.held() == wanted.held, where  # and so it will go on as it went on there


@pytest.mark.parametrize("how", How)
def test_the_nth_call_of_the_database_fails_while_delivering(flow: Callable[[World], Event], how: How) -> None:
    wanted = undisturbed(flow)
    for n in worth_failing(wanted.calls_delivering, how):
        calls = Calls(n, how)
        with begun(flow, calls, counting=False) as world:
            world.handle(flow(world))
            calls.counting = True
            deliver_in_spite(world, calls)
            where = f"call {n}: {calls.made[n - 1][:80]}"
            assert settled(world) == wanted.state, where


@pytest.mark.parametrize("fault", [Fault.AWAY, Fault.BUG, Fault.CUT, Fault.LATE_BUG])
def test_the_nth_delivery_fails(flow: Callable[[World], Event], fault: Fault) -> None:
    wanted = undisturbed(flow)
    for n in range(wanted.deliveries):
        with begun(flow, Calls()) as world:
            world.handle(flow(world))
            world.chat.faults = [None] * n + [fault]
            assert settled(world) == wanted.state, f"delivery {n + 1}"
            assert not world.chat.faults


@pytest.mark.parametrize("fault", [Fault.CRASH, Fault.LATE_CRASH])
def test_the_process_ends_at_the_nth_delivery(flow: Callable[[World], Event], fault: Fault) -> None:
    wanted = undisturbed(flow)
    for n in range(wanted.deliveries):
        with begun(flow, Calls()) as world:
            world.handle(flow(world))
            world.crash([None] * n + [fault])
            assert settled(world) == wanted.state, f"delivery {n + 1}"


# The scene


class Wanted:
    """What a flow comes to when nothing fails, and how many calls that takes."""

    def __init__(self, flow: Callable[[World], Event]) -> None:
        calls = Calls()
        with begun(flow, calls) as world:
            self.answer = handled(world, flow(world))
            self.held = world.held()
            self.calls, calls.made = calls.made, []
            self.state = settled(world)
            self.calls_delivering = calls.made
            self.deliveries = world.chat.calls - scene(flow is opening).chat.calls
        assert {"BEGIN IMMEDIATE", "COMMIT"} <= set(self.calls) & set(self.calls_delivering)
        assert self.deliveries > 0


undisturbed = cache(Wanted)


def worth_failing(made: Sequence[str], how: How) -> Iterator[int]:
    """Numbers of the calls to let fail: each of them once, before it was done. To fail after it was done, or for good,
    makes a difference where a transaction begins or ends: any other statement is undone with its transaction."""
    edges = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
    return (n for n, call in enumerate(made, 1) if how is How.EARLY or call.startswith(edges))


@contextmanager
def begun(flow: Callable[[World], Event], calls: Calls, *, counting: bool = True) -> Iterator[World]:
    world = World(so_far=scene(flow is opening))
    calls.watch(world.store.engine)
    calls.watch(world.store.readers)
    world.run(world.store.write(lambda work: None))
    world.run(world.store.read(lambda work: None))
    calls.counting = counting
    try:
        yield world
    finally:
        calls.counting = False
        world.end()


def handled(world: World, event: Event) -> Any:
    """What the platform is answered, or the error it gets."""
    try:
        return read(world.handle(event))
    except Exception as error:
        return error


def told(event: Event, answer: Any, where: str) -> None:
    """Nothing was kept, and the platform knows: it delivers a message again, a person reads it."""
    if isinstance(event, MESSAGES):
        assert isinstance(answer, OperationalError | Broken), where
    else:
        assert answer in SORRY, where


def deliver_in_spite(world: World, calls: Calls) -> None:
    """Deliver until the fault has happened and was mended."""
    while calls.fails and len(calls.made) < calls.fails:
        with suppress(OperationalError, Broken):  # the outbox cannot be read: `run` looks again
            world.drain()
        world.clock.time += WAIT
    calls.mend()
