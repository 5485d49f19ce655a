"""Tickets and what happened in them."""

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.language import Phrase
from storage.columns import (
    About,
    Blob,
    Code,
    Flag,
    Id,
    Number,
    Owner,
    Person,
    Remark,
    Secret,
    Staff,
    Trace,
    When,
    Words,
)
from storage.rows.base import ANSWER, IN_TICKETS, NEVER_AGAIN, OF_DESKS, WORK, Base, means, partial, whose


class TicketRow(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("desk", "number"),
        Index("ix_tickets_customer", "customer", "desk", "opened_at"),
        partial("ix_tickets_open", "customer", where="state = 'open'"),
        partial("ix_tickets_queue", "desk", "priority", "opened_at", "id", where="state = 'open'"),
        partial("ix_tickets_closed", "desk", "closed_at", "id", where="state = 'closed'"),
        partial("ix_tickets_words", "closed_at", where="closed_at IS NOT NULL AND words_purged_at IS NULL"),
        partial("ix_tickets_files", "closed_at", where="closed_at IS NOT NULL AND files_purged_at IS NULL"),
        partial("ix_tickets_assignee", "assignee", where="assignee IS NOT NULL"),
        means(Phrase("tickets"), ANSWER, keep="content", uses=OF_DESKS) | NEVER_AGAIN,
    )

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id"))
    number: Mapped[Number]
    subject: Mapped[Words]
    customer: Mapped[Owner] = mapped_column(info=whose())
    opened_at: Mapped[When]
    last_at: Mapped[When]
    room_kind: Mapped[Code]
    state: Mapped[Code]
    assignee: Mapped[Staff | None]
    priority: Mapped[Number]
    closed_at: Mapped[When | None]
    prior: Mapped[Number | None]
    shared: Mapped[Flag]
    restricted: Mapped[Flag]
    entries: Mapped[Number]
    version: Mapped[Number]
    words_purged_at: Mapped[When | None]
    files_purged_at: Mapped[When | None]


class TagRow(Base):
    __tablename__ = "tags"
    __table_args__ = means(Phrase("tags on your tickets"), WORK, "delete", keep="content", uses=OF_DESKS)

    ticket: Mapped[Number] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    tag: Mapped[Remark] = mapped_column(primary_key=True, index=True)
    about: Mapped[About] = mapped_column(index=True)


class ParticipantRow(Base):
    """Somebody who was added to another customer's ticket."""

    __tablename__ = "participants"
    __table_args__ = means(Phrase("tickets you were added to"), ANSWER, "delete", keep="content", uses=OF_DESKS)

    ticket: Mapped[Number] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    who: Mapped[Owner] = mapped_column(primary_key=True, index=True)


class CloseRequestRow(Base):
    """The customer was asked whether the ticket can be closed."""

    __tablename__ = "close_requests"
    __table_args__ = means(
        Phrase("questions whether a ticket can be closed"), WORK, "delete", keep="closing", uses=OF_DESKS
    )

    ticket: Mapped[Number] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    about: Mapped[About] = mapped_column(index=True)
    asked_at: Mapped[When]
    closes_at: Mapped[When | None] = mapped_column(index=True)


class EntryRow(Base):
    """The timeline. Ids are packed (see `bot.tickets.timeline`), so they need no index by ticket. `quotes`: somebody is
    quoted in it, so it is looked at when they have their data erased."""

    __tablename__ = "timeline"
    __table_args__ = (
        partial("ix_timeline_source", "source_message", "source_conversation", where="source_message != ''"),
        partial("ix_timeline_author", "author", where="author IS NOT NULL"),
        partial("ix_timeline_staff", "staff", where="staff IS NOT NULL"),
        partial("ix_timeline_person", "person", where="person IS NOT NULL"),
        partial("ix_timeline_quotes", "id", where="quotes"),
        means(Phrase("messages and events in tickets"), ANSWER, keep="content", known_by=("id",), uses=IN_TICKETS),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    at: Mapped[When]
    about: Mapped[About] = mapped_column(index=True)
    author: Mapped[Owner | None]
    staff: Mapped[Staff | None]
    person: Mapped[Person | None]
    text: Mapped[Words]
    remark: Mapped[Remark]
    detail: Mapped[Code]
    source_platform: Mapped[Code]
    source_conversation: Mapped[Trace]
    source_thread: Mapped[Trace]
    source_message: Mapped[Trace]
    mark: Mapped[Code | None]
    refers: Mapped[Number | None]
    edited_at: Mapped[When | None]
    deleted_at: Mapped[When | None]
    files: Mapped[Number]
    quotes: Mapped[Flag]


class AttachmentRow(Base):
    """A file of a message, or of a draft. Its content is on disk under its hash."""

    __tablename__ = "attachments"
    __table_args__ = means(
        Phrase("files"), ANSWER, "delete", keep="files", uses=OF_DESKS, known_by=("entry", "draft", "sha")
    )

    id: Mapped[Id]
    entry: Mapped[Number | None] = mapped_column(index=True)
    draft: Mapped[Number | None] = mapped_column(index=True)
    author: Mapped[Owner | None] = mapped_column(index=True)
    staff: Mapped[Staff | None] = mapped_column(index=True)
    about: Mapped[About] = mapped_column(index=True)
    sha: Mapped[Blob] = mapped_column(index=True)
    name: Mapped[Words]
    size: Mapped[Number]
    type: Mapped[Code]
    key: Mapped[Secret | None]
