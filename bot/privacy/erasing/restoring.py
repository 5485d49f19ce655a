"""A database that comes back from a backup knows people who were erased since. They are erased again before anything
is said to a platform: what the backup brought back, nobody gets to see. And it does not know what others decided since.

On the platforms their posts are gone already, so nothing is taken back there a second time, and no second receipt is
sent. An erasure that was not over when the database was lost is gone through as far as it needs no platform, and then
goes on as usual.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.message import UserRef
from bot.ports import Files, Store, Tombstones, UnitOfWork
from bot.privacy.erasing.decided_again import RESTORED, decide_again
from bot.privacy.erasing.erase import Erasure
from bot.privacy.erasing.gate import ERASURE, State, Tombstone
from bot.privacy.model import Asked, Request, Stage

log = logging.getLogger(__name__)
Found = list[tuple[UserRef, State]]


async def erase_again(
    store: Store, files: Files, tombstones: Tombstones, now: Callable[[], datetime], new_id: Callable[[], str]
) -> tuple[int, int]:
    """Erase whoever was erased since this database was backed up, and have hold what the others decided since; how many
    they were."""
    mark = await store.read(lambda work: work.privacy.mark())
    seq = mark[1] if mark else 0
    last = tombstones.last
    if mark is not None and seq >= last:
        return 0, 0
    stones = tombstones.since(seq)
    since = {stone.subject: stone for stone in stones if stone.kind == ERASURE}
    found = await store.read(lambda work: _known(since, tombstones, work)) if since else []
    for who, state in found:
        request = await store.write(lambda work, who=who: _request(who, work))  # type: ignore[misc]
        if request.stage is Stage.TOLD:  # another process was quicker, and only its last step is left
            continue
        again = Erasure(store, files, tombstones, request, "", now(), 0, lambda: None)
        await again.repeat(new_id, over=state is State.DONE)
    decided = await decide_again(store, tombstones.gate, stones)
    await store.write(lambda work: work.privacy.set_mark(tombstones.id, last))
    if found:
        log.warning("people were erased again who had come back with a backup", extra={"count": len(found)})
    if decided:
        log.warning("what people decided after a backup was made holds again", extra={"count": decided})
    return len(found), decided


def _known(since: Mapping[str, Tombstone], tombstones: Tombstones, work: UnitOfWork) -> Found:
    """Those who are in the database, each once, but for those whose erasure only waits for its last step."""
    found = {}
    for who in work.privacy.everybody():
        stone = since.get(tombstones.gate.digest(who))
        if stone is not None and stone.state is not State.ENDED and not _told(who, work):
            found[who] = stone.state
    return list(found.items())


def _told(who: UserRef, work: UnitOfWork) -> bool:
    return any(request.stage is Stage.TOLD for request in work.privacy.requests_of(who, Asked.ERASURE))


def _request(who: UserRef, work: UnitOfWork) -> Request:
    """The one that is at work, or a new one. Whatever else they asked for is over."""
    work.privacy.alone(who)
    own = [request for request in work.privacy.requests_of(who) if request.open]
    at_work = next((r for r in own if r.asked is Asked.ERASURE and r.running), None)
    for other in own:
        if other is not at_work and other.asked is not Asked.REST:
            work.privacy.save(other.to(Stage.EXPIRED if other.running else Stage.CANCELLED))
    return at_work or work.privacy.open_request(Request(0, who, Asked.ERASURE, work.now, source=RESTORED))
