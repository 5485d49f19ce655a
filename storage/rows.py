"""Every table, in the vocabulary of `storage.columns`.

A table's `info` says what its rows are called in `/mydata` (`what`), why they are kept (`why`) and
under which rule how long they are kept (`keep`, see `bot.privacy.retention`), and
what erasing their owner does (`erase`): `blank` the personal columns, or `delete` the row. An export shows
its `rows`, or only their `count`. `until` says what its rows are needed for while their owner is being erased:
until our `posts` are blanked, until other tables are searched for `names`, until the `receipt` is delivered.
`known_by` names columns by which a row is known before the database gives it an id: what is encrypted in it is bound to
them (see `storage.sealing`). It need not be said where the key or a unique column does.
"""

from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, MetaData, Table, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.language import Phrase
from storage.columns import (
    ANY_KEY,
    About,
    Blob,
    Code,
    Data,
    Flag,
    Id,
    Name,
    Number,
    Owner,
    Payload,
    Person,
    Remark,
    Secret,
    Staff,
    Trace,
    When,
    Words,
    keys,
)

WORK = Phrase("to run the desk")
ANSWER = Phrase("to answer you")
DELIVER = Phrase("to deliver messages, until that is done")


def means(
    what: str,
    why: str,
    erase: str = "blank",
    *,
    keep: str = "",
    export: str = "rows",
    until: str = "",
    known_by: tuple[str, ...] = (),
) -> dict[str, Any]:
    said = {"what": what, "why": why, "erase": erase, "keep": keep, "export": export, "until": until}
    return {"info": said | {"known_by": known_by}}


NEVER_AGAIN = {"sqlite_autoincrement": True}  # an id that was deleted is not given to another row


def partial(name: str, *columns: str, where: str, sqlite: str = "") -> Index:
    """An index of some rows only. A query uses it when it says `where` in the same words: literals, not parameters."""
    return Index(name, *columns, sqlite_where=text(sqlite or where), postgresql_where=text(where))


class Base(DeclarativeBase):
    __table__: ClassVar[Table]

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


SETTINGS = dict.fromkeys(
    (
        "language", "reply_prefix", "max_open_per_customer", "cooldown_seconds", "reopen_days", "greeting", "farewell",
        "rooms", "leavers",
    ),
    "facts",
)  # fmt: skip
PANEL = dict.fromkeys(("title", "text", "menu", "categories"), "facts")


class DeskRow(Base):
    __tablename__ = "desks"
    __table_args__ = means("desks", WORK)

    id: Mapped[Id]
    name: Mapped[Code] = mapped_column(unique=True)
    settings: Mapped[Data] = mapped_column(info=keys(**SETTINGS))
    panel: Mapped[Data] = mapped_column(info=keys(**PANEL))
    next_number: Mapped[Number]


class MacroRow(Base):
    """A desk's canned answer: the desk's own words, whoever typed them."""

    __tablename__ = "macros"
    __table_args__ = (UniqueConstraint("desk", "name"), means("macros", WORK))

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    name: Mapped[Code]
    body: Mapped[Data] = mapped_column(info=keys(text="facts"))


class ChannelRow(Base):
    """A channel of a desk: where it takes in, or its agents'."""

    __tablename__ = "channels"
    __table_args__ = (
        UniqueConstraint("platform", "workspace", "conversation"),
        means("channels", WORK),
    )

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    platform: Mapped[Code]
    workspace: Mapped[Code]
    conversation: Mapped[Code]
    agents: Mapped[Flag]


class MemberRow(Base):
    """A person who works at a desk."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("desk", "who"),
        means(Phrase("memberships of desks"), Phrase("to know who may do what"), "delete", keep="working"),
    )

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    who: Mapped[Owner] = mapped_column(index=True)
    rank: Mapped[Number]
    officer: Mapped[Flag]


class GroupRow(Base):
    """A role or user group whose members work at a desk."""

    __tablename__ = "member_groups"
    __table_args__ = (UniqueConstraint("desk", "principal"), means("groups of desks", WORK))

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id", ondelete="CASCADE"), index=True)
    principal: Mapped[Code] = mapped_column(index=True)
    rank: Mapped[Number]
    officer: Mapped[Flag]


class PersonRow(Base):
    __tablename__ = "people"
    __table_args__ = means(
        Phrase("profiles (name as last seen, language)"),
        Phrase("to know who writes"),
        "delete",
        keep="profile",
        until="names",
    )

    id: Mapped[Id]
    who: Mapped[Owner] = mapped_column(unique=True)
    name: Mapped[Name]
    language: Mapped[Code]
    last_seen: Mapped[When] = mapped_column(index=True)
    blocked_until: Mapped[When | None]
    block_reason: Mapped[Words]
    talking_about: Mapped[Number | None]
    talking_until: Mapped[When | None]
    own_name: Mapped[Flag]
    own_language: Mapped[Flag]
    restricted_at: Mapped[When | None]
    notice_at: Mapped[When]
    of_age_at: Mapped[When | None]
    home: Mapped[Code]


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
        means(Phrase("tickets"), ANSWER, keep="content") | NEVER_AGAIN,
    )

    id: Mapped[Id]
    desk: Mapped[Number] = mapped_column(ForeignKey("desks.id"))
    number: Mapped[Number]
    subject: Mapped[Words]
    customer: Mapped[Owner]
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
    __table_args__ = means(Phrase("tags on your tickets"), WORK, "delete", keep="content")

    ticket: Mapped[Number] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    tag: Mapped[Remark] = mapped_column(primary_key=True, index=True)
    about: Mapped[About] = mapped_column(index=True)


class ParticipantRow(Base):
    """Somebody who was added to another customer's ticket."""

    __tablename__ = "participants"
    __table_args__ = means(Phrase("tickets you were added to"), ANSWER, "delete", keep="content")

    ticket: Mapped[Number] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    who: Mapped[Owner] = mapped_column(primary_key=True, index=True)


class EntryRow(Base):
    """The timeline. Ids are packed (see `bot.tickets.timeline`), so they need no index by ticket."""

    __tablename__ = "timeline"
    __table_args__ = (
        partial("ix_timeline_source", "source_message", "source_conversation", where="source_message != ''"),
        partial("ix_timeline_author", "author", where="author IS NOT NULL"),
        partial("ix_timeline_staff", "staff", where="staff IS NOT NULL"),
        partial("ix_timeline_person", "person", where="person IS NOT NULL"),
        means(Phrase("messages and events in tickets"), ANSWER, keep="content", known_by=("id",)),
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


class AttachmentRow(Base):
    """A file of a message, or of a draft. Its content is on disk under its hash."""

    __tablename__ = "attachments"
    __table_args__ = means(Phrase("files"), ANSWER, "delete", keep="files", known_by=("entry", "draft", "sha"))

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


class DraftRow(Base):
    __tablename__ = "drafts"
    __table_args__ = (
        means(
            Phrase("messages that wait for you to choose a ticket"),
            ANSWER,
            "delete",
            keep="choosing",
            known_by=("platform", "conversation", "message"),
        )
        | NEVER_AGAIN
    )

    id: Mapped[Id]
    author: Mapped[Owner] = mapped_column(index=True)
    text: Mapped[Words]
    platform: Mapped[Code]
    workspace: Mapped[Trace]
    conversation: Mapped[Trace]
    thread: Mapped[Trace]
    message: Mapped[Trace]
    at: Mapped[When] = mapped_column(index=True)


class SpotRow(Base):
    """The ledger of every post of ours, and of the rooms: `ticket` and `agents` are set where a room is."""

    __tablename__ = "spots"
    __table_args__ = (
        partial("ix_spots_room", "conversation", "thread", "platform", where="ticket IS NOT NULL"),
        partial("ix_spots_private", "message", "conversation", where="thread = ''"),
        means(
            Phrase("places of our posts about you"),
            Phrase("to correct or take back what we posted"),
            "delete",
            keep="posted",
            export="count",
            until="posts",
        ),
    )

    key: Mapped[Trace] = mapped_column(primary_key=True)
    about: Mapped[About] = mapped_column(index=True)
    room: Mapped[Code]
    platform: Mapped[Code]
    conversation: Mapped[Trace]
    thread: Mapped[Trace]
    message: Mapped[Trace]
    ticket: Mapped[Number | None]
    agents: Mapped[Flag]


class WatermarkRow(Base):
    """How far a conversation that is no ticket's is handled: a channel of a desk, or one private with somebody."""

    __tablename__ = "watermarks"
    __table_args__ = means(
        Phrase("how far your private messages are read"),
        Phrase("to miss none"),
        "delete",
        keep="reading",
        export="count",
    )

    platform: Mapped[Code] = mapped_column(primary_key=True)
    conversation: Mapped[Trace] = mapped_column(primary_key=True)
    message: Mapped[Trace]
    who: Mapped[Owner | None] = mapped_column(index=True)
    at: Mapped[When]


EFFECT = {
    **dict.fromkeys(("kind", "platform", "name", "mark", "reason", "language", "task", "number"), "facts"),
    **dict.fromkeys(("out", "lock", "private"), "facts"),
    **dict.fromkeys(("key", "room", "channel", "place", "on"), "trace"),
    **dict.fromkeys(("user", "people"), "person"),
    "message": "words",
}


class OutboxRow(Base):
    """`head` is set on the oldest row of each room, so that what is due is found without looking at the rest. Where
    several processes deliver, `holder` is the one that has it in hand, and `fence` counts those that had."""

    __tablename__ = "outbox"
    __table_args__ = (
        partial("ix_outbox_due", "not_before", "id", where="head", sqlite="head = 1"),
        partial("ix_outbox_room", "room", "id", where="state = 'due'"),
        # An id is a token on the platforms.
        means(
            Phrase("messages still to be delivered"),
            DELIVER,
            "delete",
            keep="undelivered",
            export="count",
            until="posts",
            known_by=("room", "key"),
        )
        | NEVER_AGAIN,
    )

    id: Mapped[Id]
    platform: Mapped[Code]
    room: Mapped[Trace]
    key: Mapped[Trace] = mapped_column(index=True)
    about: Mapped[About] = mapped_column(index=True)
    effect: Mapped[Payload] = mapped_column(info=keys(**EFFECT))
    state: Mapped[Code]
    head: Mapped[Flag]
    not_before: Mapped[When]
    attempts: Mapped[Number]
    error: Mapped[Code]
    posted_at: Mapped[When | None]  # none of those that version 0.1 posted
    holder: Mapped[Code | None]
    fence: Mapped[Number] = mapped_column(server_default=text("0"))


class SeenRow(Base):
    """Events handled, so that a redelivery changes nothing."""

    __tablename__ = "seen_events"
    __table_args__ = means("events handled", "to handle each once") | {"sqlite_with_rowid": False}

    event_id: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[When] = mapped_column(index=True)


class ReadUntilRow(Base):
    """Until when everything that happened at a platform was taken in, without a gap."""

    __tablename__ = "read_until"
    __table_args__ = means("how far platforms were read", "to catch up after a stop") | {"sqlite_with_rowid": False}

    name: Mapped[Code] = mapped_column(primary_key=True)
    at: Mapped[When]


FACTS = dict.fromkeys(("holds", "periods", "purposes", "recipients"), "facts")


class DisputeRow(Base):
    """What somebody says is wrong in a ticket, until it is decided."""

    __tablename__ = "disputes"
    __table_args__ = means(Phrase("what you say is wrong"), ANSWER, "delete", keep="deciding")

    request: Mapped[Number] = mapped_column(primary_key=True, autoincrement=False)
    who: Mapped[Owner] = mapped_column(index=True)
    text: Mapped[Words]


class HoldRow(Base):
    """A reason in law to keep somebody's data for now, all of it or one `ticket` (its id)."""

    __tablename__ = "holds"
    __table_args__ = (
        means(Phrase("legal holds on your data"), Phrase("to meet legal obligations"), keep="holds") | NEVER_AGAIN
    )

    number: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    code: Mapped[Code]
    placed_at: Mapped[When]
    placed_by: Mapped[Staff | None] = mapped_column(index=True)
    review_at: Mapped[When]
    released_at: Mapped[When | None]
    ticket: Mapped[Number | None]


class NoticeRow(Base):
    """A version of the privacy notice: what it says, as data, so that two can be compared."""

    __tablename__ = "notices"
    __table_args__ = (
        means(Phrase("versions of the privacy notice"), Phrase("to say what changed, and when")) | NEVER_AGAIN
    )

    number: Mapped[Id]
    facts: Mapped[Data] = mapped_column(info=keys(**FACTS))
    published_at: Mapped[When]
    effective_at: Mapped[When]
    material: Mapped[Flag]


class PeriodRow(Base):
    """How many days a rule of retention keeps, where the operator chose; from `since` on, and `before` until then."""

    __tablename__ = "periods"
    __table_args__ = means("periods of retention", WORK)

    rule: Mapped[Code] = mapped_column(primary_key=True)
    days: Mapped[Number]
    before: Mapped[Number]
    since: Mapped[When]


class ChoiceRow(Base):
    """An objection, or a consent, from when until when: which words they saw (their hash), where they chose."""

    __tablename__ = "choices"
    __table_args__ = (
        means(Phrase("objections and consents"), Phrase("to respect and to prove them"), keep="choices") | NEVER_AGAIN
    )

    id: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    purpose: Mapped[Code]
    allowed: Mapped[Flag]
    at: Mapped[When]
    until: Mapped[When | None]
    text_hash: Mapped[Code]
    method: Mapped[Code]


class RequestRow(Base):
    """What people asked of their own data, and that it was done. `ghost` takes an erased person's place."""

    __tablename__ = "requests"
    __table_args__ = (
        means(
            Phrase("requests about your data"),
            Phrase("to prove that they were answered"),
            keep="requests",
            until="receipt",
            known_by=("number",),  # it has no file when it is new
        )
        | NEVER_AGAIN
    )

    number: Mapped[Id]
    who: Mapped[Owner] = mapped_column(index=True)
    asked: Mapped[Code]
    at: Mapped[When]
    stage: Mapped[Code] = mapped_column(index=True)
    done_at: Mapped[When | None]
    counts: Mapped[Data] = mapped_column(info=keys(**{ANY_KEY: "facts"}))
    sha: Mapped[Blob]
    size: Mapped[Number]
    expires_at: Mapped[When | None]
    ghost: Mapped[Code]
    received_at: Mapped[When]
    step: Mapped[Code]
    extended: Mapped[Code]
    refused: Mapped[Code]
    source: Mapped[Code]
    key: Mapped[Secret | None]


class EncryptionRow(Base):
    """There is one where people's words are encrypted: with the keys of which store, and whether all of them are."""

    __tablename__ = "encryption"
    __table_args__ = means("whether words are encrypted", WORK)

    id: Mapped[Id]
    store: Mapped[Code]
    state: Mapped[Code]


from storage import audit_rows as audit_rows  # noqa: E402 (they are tables of ours, and need `Base`)
from storage import breach_rows as breach_rows  # noqa: E402
