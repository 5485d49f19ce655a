"""What people decided after a backup was made holds again when it is restored, before anything is said to a platform.

Of a consent that was given the proof is lost with the database, so they are asked again; everything that says no, and
the end of an objection, holds as it did. Whoever is in no restored row is held to it when they come back.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from bot.inbound import Event, MessageRaised
from bot.message import UserRef
from bot.ports import Store, UnitOfWork
from bot.privacy.asking.restriction import turn
from bot.privacy.erasing.decided import HASH, flagged_as_minor, remember_choice
from bot.privacy.erasing.gate import CHOICE, ERASURE, MINOR, RESTRICTION, Decisions, Gate, State, Tombstone, fold
from bot.privacy.officers.four_eyes import end, flag
from bot.privacy.purposes import CONSENTED, Choice, Purpose, allowed

RESTORED = "restore"  # how such a choice was made, and such a request came


async def decide_again(store: Store, gate: Gate, since: Iterable[Tombstone]) -> int:
    """How many people's decisions hold again. `since` are the tombstones that this database does not know."""
    since = list(since)
    decided: Decisions = {}
    fold(since, decided)
    for subject in _being_erased(since):
        decided.pop(subject, None)
    found = await store.read(partial(_known, decided, gate)) if any(decided.values()) else {}
    changed = [await store.write(partial(hold_to, who, decisions, gate)) for who, decisions in found.items()]
    return sum(changed)


def _being_erased(since: Iterable[Tombstone]) -> set[str]:
    last = {stone.subject: stone.state for stone in since if stone.kind == ERASURE}
    return {subject for subject, state in last.items() if state is State.BEGUN}


def _known(decided: Decisions, gate: Gate, work: UnitOfWork) -> dict[UserRef, Mapping[str, Tombstone]]:
    everybody = ((who, decided.get(gate.digest(who))) for who in work.privacy.everybody())
    return {who: decisions for who, decisions in everybody if decisions}


def held_to_decisions(event: Event, gate: Gate, work: UnitOfWork) -> None:
    """Before somebody is taken in whom the database does not know: what they decided before it was lost."""
    if not gate.decided:
        return
    said = [each.actor for each in event.said] if isinstance(event, MessageRaised) else []
    for actor in {actor.ref: actor for actor in (*said, event.actor)}.values():
        decisions = gate.decisions(actor.ref)
        if decisions and work.people.get(actor.ref) is None:
            work.people.meet(actor.ref, actor.name, actor.language)
            hold_to(actor.ref, decisions, gate, work)


def hold_to(who: UserRef, decisions: Mapping[str, Tombstone], gate: Gate, work: UnitOfWork) -> bool:
    """False if all of it is so already. Flags that ended first, or they would keep a restriction; new ones last."""
    work.privacy.alone(who)
    minor, rest = decisions.get(MINOR), decisions.get(RESTRICTION)
    changed = [
        minor is not None and minor.state is State.ENDED and _unflag(who, work),
        rest is not None and _turn(who, rest, work),
        *(_choose(who, stone, work) for about, stone in decisions.items() if about.startswith(CHOICE)),
        minor is not None and minor.state is State.DONE and _flag(who, minor, gate, work),
    ]
    return any(changed)


def _unflag(who: UserRef, work: UnitOfWork) -> bool:
    request = flagged_as_minor(who, work)
    if request is not None:
        end(request, work)
    return request is not None


def _turn(who: UserRef, stone: Tombstone, work: UnitOfWork) -> bool:
    restricted = stone.state is State.DONE
    if not restricted and flagged_as_minor(who, work) is not None:
        return False
    return turn(who, restricted, work, stone.before)


def _choose(who: UserRef, stone: Tombstone, work: UnitOfWork) -> bool:
    purpose, allow = Purpose(stone.kind.partition(":")[2]), stone.state is State.ENDED
    if (allow and purpose in CONSENTED) or allowed(purpose, work.privacy.choices(who)) == allow:
        return False
    work.privacy.choose(who, Choice(purpose, allow, stone.before, "", RESTORED))
    remember_choice(who, purpose, work)
    return True


def _flag(who: UserRef, stone: Tombstone, gate: Gate, work: UnitOfWork) -> bool:
    """Whoever said so cannot be the one who confirms it, now as before."""
    if flagged_as_minor(who, work) is not None:
        return False
    first = stone.kind.partition(":")[2]
    by = next((each for each in work.privacy.everybody() if gate.digest(each)[:HASH] == first), None) if first else None
    flag(who, by, work)
    return True
