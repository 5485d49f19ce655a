"""All tables of the first version, and the search index.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEVER_AGAIN: Any = {"sqlite_autoincrement": True}


def upgrade() -> None:
    desks()
    people()
    tickets()
    timeline()
    deliveries()
    requests()
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_SEARCH:
            op.execute(statement)
    else:
        op.execute(POSTGRESQL_SEARCH)
    op.create_table(
        "watermarks",
        sa.Column("platform", sa.String(200), nullable=False),
        sa.Column("conversation", sa.String(200), nullable=False),
        sa.Column("message", sa.String(200), nullable=False),
        sa.Column("who", sa.String(200), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "conversation", name=op.f("pk_watermarks")),
    )
    with op.batch_alter_table("watermarks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watermarks_who"), ["who"], unique=False)


def desks() -> None:
    table("desks", id_(), code("name", unique=True), data("settings"), data("panel"), number("next_number"))
    table(
        "channels",
        id_(),
        number("desk", of="desks", index=True),
        code("platform"),
        code("workspace"),
        code("conversation"),
        flag("agents"),
        sa.UniqueConstraint("platform", "workspace", "conversation"),
    )
    table(
        "members",
        id_(),
        number("desk", of="desks", index=True),
        code("who", index=True),
        number("rank"),
        flag("officer"),
        sa.UniqueConstraint("desk", "who"),
    )
    table(
        "member_groups",
        id_(),
        number("desk", of="desks", index=True),
        code("principal", index=True),
        number("rank"),
        flag("officer"),
        sa.UniqueConstraint("desk", "principal"),
    )


def people() -> None:
    table(
        "people",
        id_(),
        code("who", unique=True),
        words("name"),
        code("language"),
        when("last_seen", index=True),
        when("blocked_until", nullable=True),
        words("block_reason"),
        number("talking_about", nullable=True),
        when("talking_until", nullable=True),
        flag("own_name"),
        flag("own_language"),
        when("restricted_at", nullable=True),
        when("notice_at"),
        when("of_age_at", nullable=True),
    )
    table(
        "drafts",
        id_(),
        code("author", index=True),
        words("text"),
        code("platform"),
        code("workspace"),
        code("conversation"),
        code("thread"),
        code("message"),
        when("at", index=True),
        **NEVER_AGAIN,
    )


def tickets() -> None:
    table(
        "tickets",
        id_(),
        sa.Column("desk", BIG, sa.ForeignKey("desks.id"), nullable=False),
        number("number"),
        words("subject"),
        code("customer"),
        when("opened_at"),
        when("last_at"),
        code("room_kind"),
        code("state"),
        code("assignee", nullable=True),
        number("priority"),
        when("closed_at", nullable=True),
        number("prior", nullable=True),
        flag("shared"),
        flag("restricted"),
        number("entries"),
        number("version"),
        when("words_purged_at", nullable=True),
        when("files_purged_at", nullable=True),
        sa.UniqueConstraint("desk", "number"),
        **NEVER_AGAIN,
    )
    op.create_index("ix_tickets_customer", "tickets", ["customer", "desk", "opened_at"])
    partial("ix_tickets_open", "tickets", ["customer"], "state = 'open'")
    partial("ix_tickets_queue", "tickets", ["desk", "priority", "opened_at", "id"], "state = 'open'")
    partial("ix_tickets_closed", "tickets", ["desk", "closed_at", "id"], "state = 'closed'")
    partial("ix_tickets_words", "tickets", ["closed_at"], "closed_at IS NOT NULL AND words_purged_at IS NULL")
    partial("ix_tickets_files", "tickets", ["closed_at"], "closed_at IS NOT NULL AND files_purged_at IS NULL")
    partial("ix_tickets_assignee", "tickets", ["assignee"], "assignee IS NOT NULL")
    table(
        "tags",
        sa.Column("ticket", BIG, sa.ForeignKey("tickets.id"), primary_key=True),
        sa.Column("tag", sa.Text(), primary_key=True, index=True),
        code("about", index=True),
    )
    table(
        "participants",
        sa.Column("ticket", BIG, sa.ForeignKey("tickets.id"), primary_key=True),
        sa.Column("who", sa.String(200), primary_key=True, index=True),
    )


def timeline() -> None:
    table(
        "timeline",
        id_(),
        code("kind"),
        when("at"),
        code("about", index=True),
        code("author", nullable=True),
        code("staff", nullable=True),
        code("person", nullable=True),
        words("text"),
        words("remark"),
        code("detail"),
        code("source_platform"),
        code("source_conversation"),
        code("source_thread"),
        code("source_message"),
        code("mark", nullable=True),
        number("refers", nullable=True),
        when("edited_at", nullable=True),
        when("deleted_at", nullable=True),
        number("files"),
    )
    partial("ix_timeline_source", "timeline", ["source_message", "source_conversation"], "source_message != ''")
    for who in ("author", "staff", "person"):
        partial(f"ix_timeline_{who}", "timeline", [who], f"{who} IS NOT NULL")
    table(
        "attachments",
        id_(),
        number("entry", nullable=True, index=True),
        number("draft", nullable=True, index=True),
        code("author", nullable=True, index=True),
        code("staff", nullable=True, index=True),
        code("about", index=True),
        code("sha", index=True),
        words("name"),
        number("size"),
        code("type"),
    )


def deliveries() -> None:
    table(
        "spots",
        sa.Column("key", sa.String(200), primary_key=True),
        code("about", index=True),
        code("room"),
        code("platform"),
        code("conversation"),
        code("thread"),
        code("message"),
        number("ticket", nullable=True),
        flag("agents"),
    )
    partial("ix_spots_room", "spots", ["conversation", "thread", "platform"], "ticket IS NOT NULL")
    partial("ix_spots_private", "spots", ["message", "conversation"], "thread = ''")
    table(
        "outbox",
        id_(),
        code("platform"),
        code("room"),
        code("key", index=True),
        code("about", index=True),
        data("effect"),
        code("state"),
        flag("head"),
        when("not_before"),
        number("attempts"),
        code("error"),
        **NEVER_AGAIN,
    )
    partial("ix_outbox_due", "outbox", ["not_before", "id"], "head", sqlite="head = 1")
    partial("ix_outbox_room", "outbox", ["room", "id"], "state = 'due'")
    table("read_until", code("name", primary_key=True), when("at"), sqlite_with_rowid=False)
    table(
        "seen_events",
        sa.Column("event_id", sa.String(200), primary_key=True),
        when("at", index=True),
        sqlite_with_rowid=False,
    )


def requests() -> None:
    table(
        "disputes",
        sa.Column("request", BIG, primary_key=True, autoincrement=False),
        code("who", index=True),
        words("text"),
    )
    table(
        "holds",
        id_("number"),
        code("who", index=True),
        code("code"),
        when("placed_at"),
        code("placed_by", nullable=True, index=True),
        when("review_at"),
        when("released_at", nullable=True),
        **NEVER_AGAIN,
    )
    table(
        "periods",
        sa.Column("rule", sa.String(200), primary_key=True),
        number("days"),
        number("before"),
        when("since"),
    )
    table(
        "notices",
        id_("number"),
        data("facts"),
        when("published_at"),
        when("effective_at"),
        flag("material"),
        **NEVER_AGAIN,
    )
    table(
        "choices",
        id_(),
        code("who", index=True),
        code("purpose"),
        flag("allowed"),
        when("at"),
        when("until", nullable=True),
        code("text_hash"),
        code("method"),
        **NEVER_AGAIN,
    )
    table(
        "requests",
        id_("number"),
        code("who", index=True),
        code("asked"),
        when("at"),
        code("stage", index=True),
        when("done_at", nullable=True),
        data("counts"),
        code("sha"),
        number("size"),
        when("expires_at", nullable=True),
        code("ghost"),
        when("received_at"),
        code("step"),
        code("extended"),
        code("refused"),
        code("source"),
        **NEVER_AGAIN,
    )


def table(name: str, *columns: sa.Column[Any] | sa.Constraint, **options: Any) -> None:
    op.create_table(name, *columns, **options)


def partial(name: str, table: str, columns: list[str], where: str, sqlite: str = "") -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(sqlite or where), postgresql_where=sa.text(where))


def id_(name: str = "id") -> sa.Column[Any]:
    return sa.Column(name, BIG, primary_key=True)


def number(name: str, of: str = "", nullable: bool = False, index: bool = False) -> sa.Column[Any]:
    owner = [sa.ForeignKey(f"{of}.id", ondelete="CASCADE")] if of else []
    return sa.Column(name, BIG, *owner, nullable=nullable, index=index)


def when(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), **{"nullable": False, **options})


def code(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(200), **{"nullable": False, **options})


def words(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def data(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


# FTS5 keeps only its index; the words stay in the timeline. It must be told the old words to take them out again, so
# every change of a row goes through a trigger. Rows without words never enter: most entries are not messages.
# It knows which rows have a word, and not where in them (detail) or how many words they have (columnsize): that is half
# the size, a third less work for each message, and less than half for taking deleted words out of it.
SQLITE_SEARCH = (
    """
    CREATE VIRTUAL TABLE search USING fts5
    (text, remark, content='timeline', content_rowid='id', detail=none, columnsize=0)
    """,
    """
    CREATE TRIGGER timeline_said AFTER INSERT ON timeline WHEN new.text != '' OR new.remark != '' BEGIN
        INSERT INTO search (rowid, text, remark) VALUES (new.id, new.text, new.remark);
    END
    """,
    """
    CREATE TRIGGER timeline_reworded AFTER UPDATE OF id, text, remark ON timeline
    WHEN old.id != new.id OR old.text != new.text OR old.remark != new.remark BEGIN
        INSERT INTO search (search, rowid, text, remark)
            SELECT 'delete', old.id, old.text, old.remark WHERE old.text != '' OR old.remark != '';
        INSERT INTO search (rowid, text, remark)
            SELECT new.id, new.text, new.remark WHERE new.text != '' OR new.remark != '';
    END
    """,
    """
    CREATE TRIGGER timeline_deleted AFTER DELETE ON timeline WHEN old.text != '' OR old.remark != '' BEGIN
        INSERT INTO search (search, rowid, text, remark) VALUES ('delete', old.id, old.text, old.remark);
    END
    """,
)

# A text that fills PostgreSQL's limit for a row of words (1 MB) would be refused: what is beyond 100,000 characters
# is kept, but not found. Signs that hold an address or a path together are spaces, so that each of its words is found.
POSTGRESQL_SEARCH = """
    CREATE INDEX ix_timeline_search ON timeline USING gin (to_tsvector('simple', translate(
        left(timeline.text || ' ' || timeline.remark, 100000), '@./_:-+~&=?#<>', '              ')))
"""
