"""A handful of the simulator's days, and those that found something. `make simulate` plays thousands."""

import asyncio
from random import Random

import pytest

from bot import courier
from tests.simulation.__main__ import told
from tests.simulation.loop import Process, VirtualLoop
from tests.simulation.run import simulate
from tests.simulation.weather import Weather

FOUND = {
    100: "an agent wrote under a card before the bot knew where it is, and was not heard",
}


@pytest.mark.parametrize("seed", [*FOUND, 101])
def test_whatever_goes_wrong_in_a_day_every_promise_is_kept(seed: int):
    outcome = simulate(seed)
    assert not outcome.broken, told(outcome)


def test_a_seed_does_the_same_again():
    first, second = simulate(102), simulate(102)
    assert first.trace
    assert (first.trace, first.digest) == (second.trace, second.digest)


def test_time_passes_only_while_everybody_waits_and_who_is_killed_never_wakes():
    loop, woken = VirtualLoop(Random(0)), []
    process = Process(steps=100)

    async def sleeper(name: str, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            woken.append((name, loop.time()))
        finally:
            woken.append((name, -1))

    async def day() -> None:
        loop.inside(process, sleeper("killed", 2))
        loop.outside(sleeper("outside", 3600))
        await asyncio.sleep(1)
        loop.kill(process)
        await asyncio.sleep(7200)

    loop.run(day())
    assert woken == [("outside", 3600.0), ("outside", -1)]
    loop.clear()


@pytest.mark.parametrize("seed", [10, 20, 25, 36])
def test_what_was_given_up_although_it_was_taken_is_not_left_of_somebody_who_was_deleted(
    seed: int, monkeypatch: pytest.MonkeyPatch
):
    """Two lost answers in a row are enough, so that it happens in a day."""
    monkeypatch.setattr(courier, "TRIES_AFTER_BUGS", 2)
    outcome = simulate(seed, Weather(unsure=0.6, erasing=0.9))
    assert not [what for what in outcome.broken if "somebody who was deleted" in what], told(outcome)
