"""Authors edit and delete their messages; the copies follow. Old words are kept nowhere."""

from dataclasses import replace

from bot.desks.model import Desk
from bot.inbound import MessageDeleted, MessageEdited, Place
from bot.ports import Reply, UnitOfWork
from bot.privacy.uses import Use
from bot.relay import copies, rooms
from bot.relay.agents import without_prefix
from bot.relay.said import desk_of
from bot.router import Router
from bot.tickets.model import Ticket, subject_from
from bot.tickets.participants import tell_subject_again
from bot.tickets.timeline import Entry, Kind, Source

router = Router(Use.SUPPORT)


@router.listen(MessageEdited)
def on_edit(event: MessageEdited, work: UnitOfWork) -> Reply:
    """Only the author's own edits count. A note stays a note, whatever it is edited to."""
    entry = _at(event.place, work)
    if entry is None:
        _edit_draft(event, work)
        return None
    if entry.deleted_at or entry.said_by != event.actor.ref:
        return None
    ticket = _ticket(entry, work)
    desk = desk_of(ticket, work)
    changed = _with_words(entry, event.text, desk)
    if changed.words == entry.words:
        return None
    changed = replace(changed, edited_at=work.now)
    change(Kind.EDITED, entry, changed, ticket, desk, work)
    return None


@router.listen(MessageDeleted)
def on_deletion(event: MessageDeleted, work: UnitOfWork) -> Reply:
    """Whoever the platform let delete it: its words and files go here, too."""
    entry = _at(event.place, work)
    if entry is None:
        _drop_draft(event, work)
        return None
    if entry.deleted_at:
        return None
    ticket = _ticket(entry, work)
    desk = desk_of(ticket, work)
    gone = replace(entry, text="", remark="", files=(), deleted_at=work.now)
    work.timeline.rewrite(gone)
    ticket = _record(Kind.DELETED, entry, gone, ticket, desk, work)
    copies.carry_deletion(ticket, desk, gone, work)
    return None


def change(kind: Kind, before: Entry, after: Entry, ticket: Ticket, desk: Desk, work: UnitOfWork) -> None:
    """Write the new words, say in the history that there are some, and carry them to every copy."""
    work.timeline.rewrite(after)
    ticket = _record(kind, before, after, ticket, desk, work)
    copies.carry_edit(ticket, desk, after, work)


def _edit_draft(event: MessageEdited, work: UnitOfWork) -> None:
    draft = work.drafts.at(event.place)
    if draft is not None and draft.author == event.actor.ref:
        work.drafts.rewrite(draft.id, event.text)


def _drop_draft(event: MessageDeleted, work: UnitOfWork) -> None:
    draft = work.drafts.at(event.place)
    if draft is not None:
        work.drafts.drop(draft.id)


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


def _record(kind: Kind, before: Entry, after: Entry, ticket: Ticket, desk: Desk, work: UnitOfWork) -> Ticket:
    happened = Entry(0, ticket.id, kind, work.now, after.about, author=after.author, staff=after.staff, refers=after.id)
    changed, told = _with_subject(before, after, ticket, work)
    changed, _ = work.timeline.add(changed, happened)
    if changed.subject != ticket.subject:
        rooms.refresh_card(changed, desk, work)
    if told:
        tell_subject_again(changed, work)
    return changed


def _with_subject(before: Entry, after: Entry, ticket: Ticket, work: UnitOfWork) -> tuple[Ticket, bool]:
    """A subject taken from the first message changes with it, unless somebody gave the ticket another meanwhile.
    True if words of the message were its subject, and were told as such."""
    taken, now = subject_from(before.text, before.files), subject_from(after.text, after.files)
    opened = work.timeline.get(before.id - 1) if before.place == 2 else None
    if opened is None or opened.kind is not Kind.OPENED or opened.text != taken:
        return ticket, False
    work.timeline.rewrite(replace(opened, text=now))
    return ticket.rename(now) if ticket.subject == taken else ticket, True
