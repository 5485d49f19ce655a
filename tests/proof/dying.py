"""Processes that die by `kill -9` at a named point of a flow: `python -m tests.proof.dying`, asked line by line.

A line names a folder with a scene in it, a flow and a point. A child begins there, lets the event happen, and kills
itself at the point; the line answered is its exit status. The parent has no thread and no loop, so it can be forked.
"""

import os
import pickle
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.effects import Effect
from bot.ports import Spot
from tests.proof.chat import Platform
from tests.proof.world import World


class Point(StrEnum):
    """Where the process dies."""

    BEFORE_COMMIT = "before the commit"
    BEFORE_ACK = "after the commit, before the acknowledgement"
    BEFORE_POST = "after the acknowledgement, before the post"
    BEFORE_DONE = "after the post, before done"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Lasting(Platform):
    """A platform whose memory outlives the process: it is written down with every call."""

    file: Path
    dies: Point | None = None

    async def deliver(self, effect: Effect, at: Spot | None, token: str) -> Spot | None:
        if self.dies is Point.BEFORE_POST:
            die()
        spot = await super().deliver(effect, at, token)
        self.file.write_bytes(pickle.dumps(vars(self) | {"dies": None}))
        if self.dies is Point.BEFORE_DONE:
            die()
        return spot


def world_in(folder: Path, dies: Point | None = None) -> World:
    """A world on the files of another, which it does not copy."""
    world = World.__new__(World)
    platform = Lasting()
    vars(platform).update(pickle.loads((folder / "platform").read_bytes()))  # noqa: S301 (our own)
    platform.file, platform.dies = folder / "platform", dies
    world.take_over(folder, platform)
    return world


def put_scene(folder: Path, data: bytes, chat: Platform) -> None:
    (folder / "desk.db").write_bytes(data)
    (folder / "platform").write_bytes(pickle.dumps(vars(chat)))


def live_and_die(folder: Path, flow: str, point: Point) -> None:
    from tests.proof import flows

    world = world_in(folder, point)
    if point is Point.BEFORE_COMMIT:
        _die_at_commit(world)
    event = flows.FLOWS[flow](world)
    world.handle(event)
    if point is Point.BEFORE_ACK:
        die()
    while world.drain():
        pass
    raise AssertionError("it should have died")


def _die_at_commit(world: World) -> None:
    from sqlalchemy import event

    @event.listens_for(world.store.engine, "before_cursor_execute")
    def at_commit(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement == "COMMIT":
            die()


def main() -> None:
    import tests.proof.flows  # noqa: F401 (once, for all children)

    print("ready", flush=True)
    for line in sys.stdin:
        folder, flow, point = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            try:
                live_and_die(Path(folder), flow, Point(point))
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
