"""What was given up, and what shall become of it."""

from collections.abc import Callable, Mapping, Sequence

from bot.config import Settings
from bot.errors import Problem
from bot.operating.database import read, write
from bot.ports import Pending, UnitOfWork

MOST_LISTED = 200
MOST_AT_ONCE = 100_000
HELD = "held back by helpthread outbox hold"


async def list_outbox(settings: Settings) -> Sequence[str]:
    """What was given up, a line each, without anybody's words; and how much waits for each platform."""
    dead = await read(settings, lambda work: work.outbox.dead(MOST_LISTED))
    backlog = await read(settings, lambda work: work.outbox.backlog())
    buried, waiting = sum(each.buried for each in backlog), sum(each.waiting for each in backlog)
    lines = [_given_up(pending, reason) for pending, reason in dead]
    if buried > len(lines):
        lines.append(f"… and {buried - len(lines)} more")
    lines += [
        f"{each.platform}: {each.waiting} waiting, the oldest for {_lasted(each.oldest)}"
        for each in backlog
        if each.waiting
    ]
    return [*lines, f"{buried} given up, {waiting} waiting"]


async def retry(settings: Settings, ids: Sequence[int] | None) -> Sequence[str]:
    """These, or all. Raises `Problem` if none of them was given up."""
    return await _each(settings, ids, lambda id, work: work.outbox.retry(id), "is tried again when the desk runs")


async def discard(settings: Settings, ids: Sequence[int] | None) -> Sequence[str]:
    """These, or all. Raises `Problem` if none of them was given up."""
    return await _each(settings, ids, lambda id, work: work.outbox.discard(id), "discarded")


async def hold(settings: Settings) -> str:
    many = await write(settings, lambda work: work.outbox.hold_back(HELD))
    return f"{many} deliveries are held back: helpthread outbox list, then retry or discard"


async def _each(
    settings: Settings, ids: Sequence[int] | None, do: Callable[[int, UnitOfWork], bool], what: str
) -> Sequence[str]:
    def job(work: UnitOfWork) -> Mapping[int, bool]:
        chosen = [pending.id for pending, _ in work.outbox.dead(MOST_AT_ONCE)] if ids is None else ids
        return {id: do(id, work) for id in chosen}

    done = await write(settings, job)
    if ids is None:
        return [f"{len(done)}: {what}"] if done else ["nothing was given up"]
    return _told(done, what)


def _given_up(pending: Pending, reason: str) -> str:
    """Rooms of tickets are named by numbers of ours; any other room may be named after a person."""
    effect = pending.effect
    where = effect.room if effect.room.startswith(("ticket:", "desk:")) else "a private room"
    return f"{pending.id}: {effect.kind} on {effect.platform} in {where}, tried {pending.attempts} times: {reason}"


def _lasted(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _told(done: Mapping[int, bool], what: str) -> Sequence[str]:
    lines = [f"{id}: {what if found else 'nothing of that number was given up'}" for id, found in done.items()]
    if not any(done.values()):
        raise Problem("; ".join(lines))
    return lines
