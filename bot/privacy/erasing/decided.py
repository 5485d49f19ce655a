"""What somebody decided about their data is written down beside the database, too, where no backup reaches: that it is
restricted, what they object to, that they may be a minor, and the end of each. Keyed hashes again, and no names.

The clerk does it, right after the decision is committed: a crash in between repeats it. After a restored backup
`bot.privacy.erasing.decided_again` has it hold again.
"""

import asyncio
from datetime import datetime
from functools import partial

from bot.effects import CLERK, Work
from bot.message import UserRef
from bot.ports import Store, Tombstones, UnitOfWork
from bot.privacy.erasing.gate import CHOICE, MINOR, RESTRICTION, Gate, State
from bot.privacy.model import Asked, Request
from bot.privacy.purposes import Purpose, allowed

BEFORE = "restricted before"  # a key of the counts of a request about somebody's age
HASH = 48  # digits of an officer's keyed hash that fit beside what it is about


def remember(who: UserRef, what: str, work: UnitOfWork) -> None:
    """Have it written down how `what` stands for them. Called off if they are erased meanwhile."""
    room = f"decided:{who}"
    work.outbox.post(Work(f"{room}:{what}", CLERK, room, "decided", 0, who=who, what=what), about=who)


def remember_choice(who: UserRef, purpose: Purpose, work: UnitOfWork) -> None:
    remember(who, f"{CHOICE}:{purpose}", work)


async def write_down(who: UserRef, what: str, store: Store, tombstones: Tombstones) -> None:
    """As it stands now. Twice is as good as once."""
    kind, state, now = await store.read(partial(_stands, who, what, tombstones.gate))
    stone = await asyncio.to_thread(tombstones.lay, who, kind, state, now, now)
    await store.write(lambda work: work.privacy.set_mark(tombstones.id, stone.seq))


def _stands(who: UserRef, what: str, gate: Gate, work: UnitOfWork) -> tuple[str, State, datetime]:
    flag = flagged_as_minor(who, work)
    match what.partition(":"):
        case (kind, _, _) if kind == RESTRICTION:
            person = work.people.get(who)
            stands = person is not None and person.restricted_at is not None and not _only_by(flag)
        case (kind, _, purpose) if kind == CHOICE:
            stands = not allowed(Purpose(purpose), work.privacy.choices(who))
        case _:
            stands = flag is not None
            first = work.privacy.asked_first(flag)[1] if flag else None
            what = f"{MINOR}:{gate.digest(first)[:HASH]}" if first else MINOR
    return what, State.DONE if stands else State.ENDED, work.now


def flagged_as_minor(who: UserRef, work: UnitOfWork) -> Request | None:
    return next((request for request in work.privacy.requests_of(who, Asked.MINOR) if request.open), None)


def _only_by(flag: Request | None) -> bool:
    """Whether it is restricted because of that, and not because they asked for it."""
    return flag is not None and BEFORE not in dict(flag.counts)
