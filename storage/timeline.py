"""The timeline of tickets: one append-only table, rewritten only by edits, deletions and erasure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, literal_column, or_, select, update

from bot.errors import Problem, Stale
from bot.language import _
from bot.message import File, Mark, UserRef
from bot.privacy.erasing.quotes import quotes
from bot.tickets.model import Ticket
from bot.tickets.timeline import MESSAGES, SEQUENCE_BITS, Entry, Kind, Source, ticket_of
from storage.hot import Hot
from storage.rows import AttachmentRow, EntryRow, TicketRow
from storage.search import LONGEST_QUERY, SOME, of_customer, of_desks, words_of
from storage.settling import OFF, encrypted, how_searched
from storage.tickets import SqlTickets

timeline = EntryRow.__table__
attachments = AttachmentRow.__table__

MOST_ENTRIES = 1 << SEQUENCE_BITS  # the next id would be another ticket's
ADD = Hot(insert(timeline))
GET = Hot(select(timeline).where(timeline.c.id == bindparam("id")))
AT = Hot(
    select(timeline).where(
        timeline.c.source_message == bindparam("message"),
        timeline.c.source_message != literal_column("''"),  # in the words of the index, or it is not used
        timeline.c.source_conversation == bindparam("conversation"),
        timeline.c.source_platform == bindparam("platform"),
    )
)
HEARD = (
    select(timeline.c.source_thread, timeline.c.source_message, timeline.c.author, timeline.c.staff)
    .where(
        timeline.c.source_message > bindparam("after"),
        timeline.c.source_message != literal_column("''"),
        timeline.c.source_conversation == bindparam("conversation"),
        timeline.c.source_platform == bindparam("platform"),
        timeline.c.deleted_at.is_(None),
    )
    .order_by(timeline.c.source_message)
    .limit(bindparam("most"))
)
COUNT = Hot(
    update(TicketRow)
    .where(TicketRow.id == bindparam("ticket_id"), TicketRow.version == bindparam("old_version"))
    .values(
        {
            name: bindparam(name)
            for name in ("subject", "last_at", "state", "assignee", "priority", "closed_at", "shared", "entries")
        }
        | {"version": TicketRow.version + 1}
    )
)
REWORDED = ("text", "remark", "mark", "edited_at", "deleted_at", "files", "quotes")
REWRITE = (
    update(timeline).where(timeline.c.id == bindparam("entry_id")).values({name: bindparam(name) for name in REWORDED})
)
DETACH = Hot(delete(attachments).where(attachments.c.entry == bindparam("of_entry")))
MARK = update(timeline).where(timeline.c.id == bindparam("entry_id")).values(mark=bindparam("mark"))
FILES = select(attachments).where(attachments.c.entry == bindparam("entry")).order_by(attachments.c.id)
ATTACH = insert(attachments)


class SqlTimeline:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.tickets = SqlTickets(connection)

    def add(self, of: Ticket, entry: Entry) -> tuple[Ticket, Entry]:
        if of.entries + 1 >= MOST_ENTRIES:
            raise Problem(_("Ticket #{number} is full. Nothing was added; please open a new ticket.", number=of.number))
        last_at = entry.at if entry.kind in MESSAGES else of.last_at
        counted = replace(of, entries=of.entries + 1, last_at=last_at, version=of.version + 1)
        values = {
            "ticket_id": of.id,
            "old_version": of.version,
            "subject": of.subject,
            "last_at": last_at,
            "state": of.state.value,
            "assignee": of.assignee,
            "priority": int(of.priority),
            "closed_at": of.closed_at,
            "shared": of.shared,
            "entries": counted.entries,
            "desk": of.desk,  # these three only for the sealing of the subject
            "number": of.number,
            "customer": of.customer,
        }
        if COUNT.run(self.connection, values) == 0:
            raise Stale(f"Ticket #{of.number} was changed by somebody else just now. Please look again.")
        new = replace(entry, id=of.id << SEQUENCE_BITS | counted.entries, ticket=of.id)
        ADD.run(self.connection, _columns(new))
        self._attach(new)
        return counted, new

    def get(self, id: int) -> Entry | None:
        row = GET.first(self.connection, {"id": id})
        return None if row is None else self._entry(row)

    def at(self, source: Source) -> Entry | None:
        where = {"platform": source.platform, "conversation": source.conversation, "message": source.message}
        row = AT.first(self.connection, where)
        return None if row is None else self._entry(row)

    def heard(self, platform: str, conversation: str, after: str, limit: int) -> Sequence[tuple[Source, UserRef]]:
        where = {"platform": platform, "conversation": conversation, "after": after, "most": limit}
        return [
            (Source(platform, conversation, row.source_thread, row.source_message), row.author or row.staff)
            for row in self.connection.execute(HEARD, where)
            if row.author or row.staff
        ]

    def rewrite(self, entry: Entry) -> None:
        values = {
            "entry_id": entry.id,
            "text": entry.text,
            "remark": entry.remark,
            "mark": entry.mark and entry.mark.value,
            "edited_at": entry.edited_at,
            "deleted_at": entry.deleted_at,
            "files": len(entry.files),
            "quotes": quotes(entry.text) or quotes(entry.remark),
        }
        self.connection.execute(REWRITE, values)
        if kept := [file.sha for file in entry.files]:
            gone = delete(attachments).where(attachments.c.entry == entry.id, attachments.c.sha.not_in(kept))
            self.connection.execute(gone)
        else:
            DETACH.run(self.connection, {"of_entry": entry.id})

    def mark(self, id: int, mark: Mark) -> None:
        self.connection.execute(MARK, {"entry_id": id, "mark": mark.value})

    def written_by(self, who: UserRef, saying: str, after: int, limit: int) -> Sequence[Entry]:
        theirs = or_(timeline.c.author == who, timeline.c.staff == who)
        query = select(timeline).where(theirs, timeline.c.deleted_at.is_(None)).order_by(timeline.c.id)
        if saying and encrypted(self.connection):
            found = (row for row in self._each(query, after) if saying in row.text)
            return [self._entry(row) for row in islice(found, limit)]
        if saying:  # letter for letter: LIKE does not care for capitals on SQLite
            query = query.where(func.replace(timeline.c.text, saying, "") != timeline.c.text)
        rows = self.connection.execute(query.where(timeline.c.id > after).limit(limit)).all()
        return [self._entry(row) for row in rows]

    def _each(self, query: Select[Any], after: int) -> Iterator[Row[Any]]:
        while rows := self.connection.execute(query.where(timeline.c.id > after).limit(SOME)).all():
            yield from rows
            after = rows[-1].id

    def page(self, ticket: int, kinds: frozenset[Kind], after: int, limit: int) -> Sequence[Entry]:
        first, last = ticket << SEQUENCE_BITS, (ticket + 1) << SEQUENCE_BITS
        query = (
            select(timeline)
            .where(timeline.c.id > max(first, after), timeline.c.id < last)
            .where(timeline.c.kind.in_([kind.value for kind in kinds]))
            .order_by(timeline.c.id)
            .limit(limit)
        )
        return [self._entry(row) for row in self.connection.execute(query).all()]

    def search(
        self, words: str, desks: Sequence[int], customer: UserRef | None, limit: int
    ) -> Sequence[tuple[Ticket, Entry]]:
        if how_searched(self.connection.dialect) == OFF:
            raise Problem(_("Searching is turned off here. Lists and tickets work as always."))
        wanted = words_of(words)[:LONGEST_QUERY]
        ids = set(of_desks(self.connection, wanted, desks, limit))
        if customer is not None:
            ids.update(of_customer(self.connection, wanted, customer, limit))
        hits = [(self.tickets.get(ticket_of(id)), self.get(id)) for id in sorted(ids, reverse=True)[:limit]]
        return [(ticket, entry) for ticket, entry in hits if ticket and entry]

    def _attach(self, entry: Entry) -> None:
        if entry.files:
            who = {"author": entry.author, "staff": entry.staff, "about": entry.about}
            self.connection.execute(ATTACH, [attachment(file, entry=entry.id, **who) for file in entry.files])

    def _entry(self, row: Row[Any]) -> Entry:
        files = self.connection.execute(FILES, {"entry": row.id}).all() if row.files else ()
        return _entry(row, tuple(file(f) for f in files))


def attachment(file: File, **where: Any) -> dict[str, Any]:
    """The row of a file; `where` says whose it is and where it belongs."""
    belongs = {"entry": None, "draft": None, "author": None, "staff": None} | where
    return belongs | {"sha": file.sha, "name": file.name, "size": file.size, "type": file.type, "key": file.key}


def file(row: Row[Any]) -> File:
    return File(row.sha, row.name, row.size, row.type, row.key or "")


def _columns(entry: Entry) -> dict[str, Any]:
    source = entry.source or Source("", "", "", "")
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "at": entry.at,
        "about": entry.about,
        "author": entry.author,
        "staff": entry.staff,
        "person": entry.person,
        "text": entry.text,
        "remark": entry.remark,
        "detail": entry.detail,
        "source_platform": source.platform,
        "source_conversation": source.conversation,
        "source_thread": source.thread,
        "source_message": source.message,
        "mark": entry.mark and entry.mark.value,
        "refers": entry.refers,
        "edited_at": entry.edited_at,
        "deleted_at": entry.deleted_at,
        "files": len(entry.files),
        "quotes": quotes(entry.text) or quotes(entry.remark),
    }


def _entry(row: Row[Any], files: tuple[File, ...]) -> Entry:
    source = Source(row.source_platform, row.source_conversation, row.source_thread, row.source_message)
    return Entry(
        id=row.id,
        ticket=row.id >> SEQUENCE_BITS,
        kind=Kind(row.kind),
        at=row.at,
        about=row.about,
        author=row.author,
        staff=row.staff,
        person=row.person,
        text=row.text,
        remark=row.remark,
        detail=row.detail,
        source=source if source.message else None,
        mark=Mark(row.mark) if row.mark else None,
        refers=row.refers,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        files=files,
    )
