"""What became of a delivery, shown to the agents: delivered, or failed and why, with what they can do."""

from dataclasses import replace

from bot.access import Call, principals
from bot.desks.model import Rank
from bot.effects import Direct, Effect, Rewrite
from bot.errors import NotFound
from bot.message import Mark, Message, say
from bot.ports import Pending, Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import copies, rooms, views
from bot.relay.agents import mark_key, set_mark
from bot.relay.said import desk_of
from bot.relay.threads import may_have_thread
from bot.router import Router
from bot.tickets.model import Ticket
from bot.tickets.timeline import Entry, Kind

router = Router(Use.SUPPORT)
HERE = "failed-here:"


def on_delivered(effect: Effect, work: UnitOfWork) -> None:
    entry = _reply_in(effect, work)
    if entry is not None:
        _show(entry, Mark.DELIVERED, "", work)


def on_failed(row: Pending, reason: str, work: UnitOfWork) -> None:
    """Buried: the agents see it where they work. What cannot be said there is only in `helpthread outbox list`."""
    ticket = ticket_of(row.effect.room, work)
    if ticket is None or row.effect.kind in {"set_mark", "remove", "open_room", "shelve", "seek"}:
        return
    entry = _reply_in(row.effect, work)
    if entry is not None:
        _show(entry, Mark.FAILED, reason, work)
    if row.effect.room.startswith(ticket.customer_room):
        elsewhere = ticket if isinstance(row.effect, Direct) and may_have_thread(ticket, work) else None

        def telling() -> Message:
            return views.not_delivered(views.a_reply() if entry else views.a_notice(), reason, row.id, elsewhere)

        rooms.to_agents(ticket, desk_of(ticket, work), f"failed:{row.id}:{row.attempts}", telling, work)
    elif row.effect.key.startswith("message:") and row.effect.kind == "post":
        _tell_here(row, reason, ticket, work)
    elif row.effect.key.startswith(HERE):
        work.outbox.discard(row.id)  # the room itself is refused, which its leads are told


def _tell_here(row: Pending, reason: str, ticket: Ticket, work: UnitOfWork) -> None:
    """Something that agents would have read in this room was refused. The room may take a word about it."""

    def telling() -> Message:
        return views.not_delivered(views.a_message_here(), reason, row.id, None)

    rooms.to_agents(ticket, desk_of(ticket, work), f"{HERE}{row.id}:{row.attempts}", telling, work)


def _reply_in(effect: Effect, work: UnitOfWork) -> Entry | None:
    """The agent's message that an effect carried to the customer (the ticket's own, not a copy for others)."""
    if effect.kind not in {"post", "direct"} or not effect.key.startswith("message:"):
        return None
    _, id, side, *others = effect.key.split(":", 3)
    entry = work.timeline.get(int(id)) if side == "customer" and not others else None
    return entry if entry is not None and entry.kind is Kind.REPLIED else None


def _show(entry: Entry, mark: Mark, reason: str, work: UnitOfWork) -> None:
    work.timeline.mark(entry.id, mark)
    ticket = work.tickets.get(entry.ticket)
    assert ticket is not None
    if entry.source is not None:
        work.outbox.cancel_given_up(mark_key(entry))  # an older mark that is tried again would cover this one
        set_mark(entry, ticket, mark, reason, work)
    elif (desk := desk_of(ticket, work)).agents is not None:
        message = copies.agents_copy(ticket, desk, replace(entry, mark=mark), copies.name_of(entry, work))
        effect = Rewrite(entry.agents_copy, desk.agents.platform, ticket.agents_room, message)
        work.outbox.post(effect, about=entry.about)


def ticket_of(room: str, work: UnitOfWork) -> Ticket | None:
    kind, _, rest = room.partition(":")
    id = rest.partition(":")[0]
    return work.tickets.get(int(id)) if kind == "ticket" and id.isdecimal() else None


@router.command("outbox retry", "Try to deliver it again", hidden=True)
def retry(call: Call, work: UnitOfWork) -> Reply:
    id = _allowed(call, work)
    effect = work.outbox.effect(id)
    if effect is None or not work.outbox.retry(id):
        return Say(say(views.not_there()))
    if (entry := _reply_in(effect, work)) is not None:
        _show(entry, Mark.SENDING, "", work)
    return Say(say(views.retrying()))


@router.command("outbox discard", "Give it up", hidden=True)
def discard(call: Call, work: UnitOfWork) -> Reply:
    done = work.outbox.discard(_allowed(call, work))
    return Say(say(views.discarded() if done else views.not_there()))


def _allowed(call: Call, work: UnitOfWork) -> int:
    """The row's id, if it is of a ticket of a desk where the presser is an agent. Raises `NotFound`."""
    id = int(call.arg) if call.arg.isdecimal() and len(call.arg) < 19 else 0
    room = work.outbox.room_of(id)
    ticket = ticket_of(room, work) if room else None
    if ticket is None or work.desks.rank(ticket.desk, principals(call.actor))[0] < Rank.AGENT:
        raise NotFound(views.not_there())
    return id


router.delivered.append(on_delivered)
router.failed.append(on_failed)
