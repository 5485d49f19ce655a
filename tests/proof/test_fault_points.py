"""Killed at each of four named points of every flow, a desk comes to the end it would have come to undisturbed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.inbound import MessageDeleted, MessageEdited, MessagePosted
from tests.proof.dying import Point, put_scene, world_in
from tests.proof.flows import FIRST, FLOWS, scene, settled
from tests.proof.world import World

ROOT = Path(__file__).parents[2]
COMES_AGAIN = (MessagePosted, MessageEdited, MessageDeleted)  # from the platform, until it is acknowledged


class Mortals:
    """A process whose children die."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.dying"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._told() == "ready"

    def die(self, folder: Path, flow: str, point: Point) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{folder}\t{flow}\t{point}\n")
        self.process.stdin.flush()
        assert self._told() == str(-signal.SIGKILL)

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        assert self.process.stdout
        self.process.stdout.close()

    def _told(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def mortals() -> Iterator[Mortals]:
    process = Mortals()
    yield process
    process.end()


@cache
def undisturbed(flow: str) -> dict[str, Any]:
    world = World(so_far=scene(flow in FIRST))
    world.handle(FLOWS[flow](world))
    state = settled(world)
    world.end()
    return state


@pytest.mark.parametrize("point", Point)
@pytest.mark.parametrize("flow", FLOWS)
def test_the_end_is_the_same(flow: str, point: Point, tmp_path: Path, mortals: Mortals) -> None:
    so_far = scene(flow in FIRST)
    put_scene(tmp_path, so_far.data, so_far.chat)
    mortals.die(tmp_path, flow, point)
    world = world_in(tmp_path)
    event = FLOWS[flow](world)
    known = point is not Point.BEFORE_COMMIT
    if not known or (point is Point.BEFORE_ACK and isinstance(event, COMES_AGAIN)):
        reply = world.handle(event)  # it comes again; or whoever pressed presses again, because nothing happened
        assert not known or reply is None, "it is known"
    assert settled(world) == undisturbed(flow)
    world.stop()
    world.reader.close()
    world.runner.close()
