"""The program started anew on a desk that was busy when it stopped: 10,000 open tickets, a thousand effects that wait
for Slack."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from adapters.slack.manifest import manifest
from benchmarks import process
from benchmarks.bots import PATIENCE, started, until
from benchmarks.on_slack import OURS
from benchmarks.platforms import measured, median
from benchmarks.scene import TEXT, Scene, a_scene
from bot.desks.model import Member, Rank
from bot.inbound import Actor, MessagePosted, Place
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.routes import all_routes
from tests.fakes.slack import Channel, FakeSlack
from tests.network import free_port, listening

OPEN = 10_000
WAITING = 1_000  # of tickets that were opened last: their cards, what was said, what the customers are told
FILE = "helpthread.db"


@dataclass(frozen=True, slots=True)
class Restarted:
    """Seconds from the program's start until Slack is answered, and until Slack has the first post. What was delivered
    in a second after that, of so many that waited."""

    ready: float
    first: float
    rate: float
    waiting: int


def restart(folder: Path, runs: int, size: int) -> Iterator[str]:
    taken = [measured(partial(once, tickets=OPEN // size, effects=WAITING // size), folder) for _ in range(runs)]
    what = f"{OPEN // size:,} open tickets, {taken[0].waiting:,} effects waiting"
    yield f"| start, {what}: until Slack is answered | {median(t.ready for t in taken):.2f} s | goal | 2 s |"
    yield f"| … until Slack has the first of them | {median(t.first for t in taken):.2f} s | goal | 3 s |"
    yield f"| … then delivered | {median(t.rate for t in taken):,.0f}/s | goal | 500/s |"


async def once(folder: Path, tickets: int, effects: int) -> Restarted:
    await process.fill(f"sqlite:///{folder}/{FILE}", tickets)
    slack, port = FakeSlack(manifest=manifest(all_routes()), own_events=False), free_port()
    sam = slack.user("sam")
    desk = slack.channel("desk", [sam], private=True)
    await leave_waiting(folder, slack, desk, sam.id, effects)
    waiting = left(folder)
    async with slack:
        settings = {
            "SLACK_BOT_TOKEN": slack.app.bot_token,
            "SLACK_SIGNING_SECRET": slack.app.signing_secret,
            "SLACK_API_URL": slack.base_url,
            "HTTP_PORT": str(port),
        }
        start = time.perf_counter()
        async with started(folder, OURS, settings):
            first, ready = await asyncio.gather(_first_post(slack), _answers(port))
            await until(lambda: not left(folder))
            end = time.perf_counter()
    return Restarted(ready - start, first - start, (waiting - 1) / (end - first), waiting)


async def leave_waiting(folder: Path, slack: FakeSlack, desk: Channel, agent: str, effects: int) -> None:
    """People on Slack open tickets, and nobody delivers what comes of it."""
    team = slack.work.team.id
    async with a_scene(f"sqlite:///{folder}/{FILE}", courier=False) as scene:
        await scene.store.write(partial(_moved, Place("slack", team, desk.id), str(UserRef("slack", team, agent))))
        while left(folder) < effects:
            await asyncio.gather(*(_opens(scene, slack) for _ in range(20)))


async def _opens(scene: Scene, slack: FakeSlack) -> None:
    scene.count += 1
    who = slack.user(f"customer{scene.count}")
    place = Place("slack", slack.work.team.id, slack.dm(who.id).id, message=slack.work.new_ts(), direct=True)
    actor = Actor(UserRef("slack", slack.work.team.id, who.id), f"Customer {scene.count}")
    await scene.app.handle(MessagePosted(f"slack{scene.count}", actor, place, TEXT))


def _moved(agents: Place, agent: str, work: UnitOfWork) -> None:
    [desk] = work.desks.all()
    work.desks.save(replace(desk, agents=agents), [], [Member(agent, Rank.AGENT)])


def left(folder: Path) -> int:
    """Effects that are still to be delivered."""
    with closing(sqlite3.connect(f"{(folder / FILE).as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM outbox WHERE platform = 'slack'").fetchone()[0])


async def _first_post(slack: FakeSlack) -> float:
    await until(lambda: any(call.ok and call.method == "chat.postMessage" for call in slack.work.log))
    return time.perf_counter()


async def _answers(port: int) -> float:
    await listening(f"http://127.0.0.1:{port}/slack/events", PATIENCE)
    return time.perf_counter()
