"""Authors edit and delete their messages; the copies follow. Old words are kept nowhere."""

from dataclasses import replace

from bot.desks.model import Desk
from bot.inbound import MessageDeleted, MessageEdited, Place
from bot.ports import Reply, UnitOfWork
from bot.relay import copies
from bot.relay.agents import without_prefix
from bot.relay.said import desk_of
from bot.router import Router
from bot.tickets.model import Ticket
from bot.tickets.timeline import Entry, Kind, Source

router = Router()


@router.listen(MessageEdited)
def on_edit(event: MessageEdited, work: UnitOfWork) -> Reply:
    """Only the author's own edits count. A note stays a note, whatever it is edited to."""
    entry = _at(event.place, work)
    if entry is None or entry.deleted_at or entry.said_by != event.actor.ref:
        return None
    ticket = _ticket(entry, work)
    desk = desk_of(ticket, work)
    changed = _with_words(entry, event.text, desk)
    if changed.words == entry.words:
        return None
    changed = replace(changed, edited_at=work.now)
    work.timeline.rewrite(changed)
    ticket = _record(Kind.EDITED, changed, ticket, work)
    copies.carry_edit(ticket, desk, changed, work)
    return None


@router.listen(MessageDeleted)
def on_deletion(event: MessageDeleted, work: UnitOfWork) -> Reply:
    """Whoever the platform let delete it: its words and files go here, too."""
    entry = _at(event.place, work)
    if entry is None or entry.deleted_at:
        return None
    ticket = _ticket(entry, work)
    gone = replace(entry, text="", remark="", files=(), deleted_at=work.now)
    work.timeline.rewrite(gone)
    ticket = _record(Kind.DELETED, gone, ticket, work)
    copies.carry_deletion(ticket, desk_of(ticket, work), gone, work)
    return None


def _at(place: Place, work: UnitOfWork) -> Entry | None:
    return work.timeline.at(Source(place.platform, place.conversation, place.thread, place.message))


def _ticket(entry: Entry, work: UnitOfWork) -> Ticket:
    ticket = work.tickets.get(entry.ticket)
    assert ticket is not None, "entries keep their ticket"
    return ticket


def _with_words(entry: Entry, text: str, desk: Desk) -> Entry:
    if entry.kind is Kind.NOTED:
        return replace(entry, remark=text)
    sent = without_prefix(text, desk) if entry.kind is Kind.REPLIED else None
    return replace(entry, text=text if sent is None else sent)


def _record(kind: Kind, entry: Entry, ticket: Ticket, work: UnitOfWork) -> Ticket:
    happened = Entry(0, ticket.id, kind, work.now, entry.about, author=entry.author, staff=entry.staff, refers=entry.id)
    return work.timeline.add(ticket, happened)[0]
