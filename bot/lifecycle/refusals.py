"""What could not be posted where a desk's agents would have read it: its leads are told, and can try again."""

from functools import partial

from bot.access import Call, principals
from bot.desks.model import Desk, Rank
from bot.errors import NotFound
from bot.lifecycle import views
from bot.lifecycle.telling import tell_leads
from bot.ports import Pending, Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay.outcome import ticket_of
from bot.relay.views import not_there
from bot.router import Router

router = Router(Use.SUPPORT)
MOST = 1000  # given up deliveries that are looked at
KINDS = frozenset({"post_card", "post", "announce"})


def on_failed(row: Pending, reason: str, work: UnitOfWork) -> None:
    """Once an hour for each reason: a channel without rights refuses everything."""
    desk = _desk(row.effect.room, work)
    if desk is None or row.effect.kind not in KINDS:
        return
    key = f"cannot-show:{desk.id}:{work.now:%Y%m%d%H}:{reason}"[:200]
    if not work.seen(key):
        tell_leads(desk, f"cannot-show:{row.id}", partial(views.cannot_show, desk, reason), work)


@router.command("outbox retry-desk", "Try again what could not be posted for a desk", hidden=True)
def retry(call: Call, work: UnitOfWork) -> Reply:
    id = int(call.arg) if call.arg.isdecimal() and len(call.arg) < 19 else 0
    if work.desks.rank(id, principals(call.actor))[0] < Rank.AGENT:
        raise NotFound(not_there())
    dead = [row for row, _ in work.outbox.dead(MOST)]
    mine = [row.id for row in dead if (desk := _desk(row.effect.room, work)) is not None and desk.id == id]
    return Say(views.retrying(sum(work.outbox.retry(row) for row in mine)))


def _desk(room: str, work: UnitOfWork) -> Desk | None:
    """The desk in whose agents' rooms or channels this is."""
    kind, _, rest = room.partition(":")
    ticket = ticket_of(room, work) if room.endswith(":agents") else None
    if ticket is not None:
        return work.desks.get(ticket.desk)
    id = rest.partition(":")[0] if kind == "panel" else rest.rpartition(":")[2] if kind in NOTICES else ""
    return work.desks.get(int(id)) if id.isdecimal() else None


NOTICES = frozenset({"place-gone", "group-gone"})

router.failed.append(on_failed)
