"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    erasures()
    encryption()
    keys_of_files()
    macros()
    posted_at()
    home()
    audit_log()
    breaches()
    linked_accounts()
    second_looks()
    several_processes()
    unknown_outcomes()
    events_without_conversations()
    quotes()
    close_requests()
    second_officers_of_holds()
    posts_of_several_messages()
    departures()


def departures() -> None:
    op.create_table(
        "departures",
        sa.Column("platform", sa.String(200), nullable=False),
        sa.Column("workspace", sa.String(200), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "workspace", name=op.f("pk_departures")),
    )


def posts_of_several_messages() -> None:
    op.drop_index("ix_spots_private", "spots")
    private = sa.text("thread = ''")
    op.create_index(
        "ix_spots_private", "spots", ["conversation", "platform"], sqlite_where=private, postgresql_where=private
    )


def close_requests() -> None:
    op.create_table(
        "close_requests",
        sa.Column("ticket", BIG, nullable=False, autoincrement=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_close_requests_ticket_tickets")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_close_requests")),
    )
    for column in ("about", "closes_at"):
        op.create_index(f"ix_close_requests_{column}", "close_requests", [column])


def linked_accounts() -> None:
    op.create_table(
        "links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("link", BIG, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("link", "who", name=op.f("uq_links_link_who")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_links_who", "links", ["who"])
    op.create_table(
        "pairings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("wrong", BIG, nullable=False),
        sa.Column("other", sa.String(200), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
    )
    for column in ("who", "code_hash", "other", "until"):
        op.create_index(f"ix_pairings_{column}", "pairings", [column])


def second_looks() -> None:
    op.create_table(
        "second_looks",
        sa.Column("request", BIG, nullable=False, autoincrement=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_second_looks")),
    )
    for column in ("who", "asked_by"):
        op.create_index(f"ix_second_looks_{column}", "second_looks", [column])
    op.create_table(
        "challenges",
        sa.Column("request", BIG, nullable=False, autoincrement=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("wrong", BIG, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_challenges")),
    )
    op.create_index("ix_challenges_who", "challenges", ["who"])


def breaches() -> None:
    """The register of personal data breaches."""
    times = ("reported_at", "told_at", "closed_at")
    op.create_table(
        "breaches",
        sa.Column("number", BIG, primary_key=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("opened_at", "aware_at", "from_at", "to_at")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("records", "words", "sealed")),
        sa.Column("keys", sa.Boolean(), nullable=False),
        sa.Column("people", BIG, nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("telling", sa.Boolean(), nullable=False),
        sa.Column("told", BIG, nullable=False),
        sa.Column("told_after", BIG, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in times),
        sqlite_autoincrement=True,
    )


def audit_log() -> None:
    """What was done with people's data, its keys, and the one row that says where the chain ends."""
    codes = [sa.Column(name, sa.String(200), nullable=False) for name in ("deed", "store", "reason")]
    hashes = [sa.Column(name, sa.String(64), nullable=False) for name in ("subject", "actor", "hash")]
    op.create_table(
        "audit_log",
        sa.Column("number", BIG, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("epoch", BIG, nullable=False),
        codes[0],
        sa.Column("request", BIG, nullable=False),
        sa.Column("count", BIG, nullable=False),
        *codes[1:],
        *hashes,
    )
    op.create_table(
        "audit_head",
        sa.Column("id", BIG, primary_key=True, autoincrement=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_keys",
        sa.Column("epoch", BIG, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
    )


def macros() -> None:
    op.create_table(
        "macros",
        sa.Column("id", BIG, nullable=False),
        sa.Column("desk", BIG, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["desk"], ["desks.id"], name=op.f("fk_macros_desk_desks"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macros")),
        sa.UniqueConstraint("desk", "name", name=op.f("uq_macros_desk_name")),
    )
    op.create_index(op.f("ix_macros_desk"), "macros", ["desk"])


def erasures() -> None:
    """How far each one is, the tombstones that are done here, and holds on a single ticket."""
    op.create_table(
        "erasure_steps",
        sa.Column("request", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(200), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request"], ["requests.number"], name=op.f("fk_erasure_steps_request_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request", "step", name=op.f("pk_erasure_steps")),
    )
    op.create_table(
        "tombstone_marks",
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_tombstone_marks")),
    )
    op.add_column("holds", sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))


def second_officers_of_holds() -> None:
    """What of a hold waits for one, and those of which the person is told nothing."""
    op.add_column("holds", sa.Column("undisclosed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("holds", sa.Column("awaits", sa.String(200), nullable=False, server_default=""))
    op.add_column("holds", sa.Column("asked_by", sa.String(200), nullable=True))
    op.create_index("ix_holds_asked_by", "holds", ["asked_by"])


def encryption() -> None:
    op.create_table(
        "encryption",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption")),
    )


def keys_of_files() -> None:
    """Of those that are encrypted."""
    for table in ("attachments", "requests"):
        op.add_column(table, sa.Column("key", sa.Text(), nullable=True))


def posted_at() -> None:
    """Since when an effect waits: its age is what operators watch."""
    op.add_column("outbox", sa.Column("posted_at", sa.BigInteger(), nullable=True))


def events_without_conversations() -> None:
    """Of events handled a hash, as `storage.store.handled` makes it: a platform's id says in whose conversation."""
    connection, row = op.get_bind(), sa.table("seen_events", sa.column("event_id", sa.String))
    found = connection.scalars(sa.select(row.c.event_id).where(row.c.event_id.not_like("tick:%"))).all()
    hashes = [{"old": id, "new": hashlib.blake2b(id.encode(), digest_size=16).hexdigest()} for id in found]
    if hashes:
        old: sa.BindParameter[str] = sa.bindparam("old")
        new: sa.BindParameter[str] = sa.bindparam("new")
        connection.execute(sa.update(row).where(row.c.event_id == old).values(event_id=new), hashes)


def quotes() -> None:
    """Which messages quote anybody, as far as a statement can tell; and those in which an officer has to look who."""
    op.add_column("timeline", sa.Column("quotes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE timeline SET quotes = true WHERE text LIKE '%>%' OR remark LIKE '%>%'")
    where = sa.text("quotes")
    op.create_index("ix_timeline_quotes", "timeline", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "quotes",
        sa.Column("number", BIG, nullable=False),
        sa.Column("entry", BIG, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_quotes")),
        sa.UniqueConstraint("entry", name=op.f("uq_quotes_entry")),
        sqlite_autoincrement=True,
    )


def several_processes() -> None:
    """Who of them does what, and who has which effect in hand."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("holder", sa.String(200), nullable=False, index=True),
        sa.Column("token", BIG, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.add_column("outbox", sa.Column("holder", sa.String(200), nullable=True))
    op.add_column("outbox", sa.Column("fence", BIG, nullable=False, server_default=sa.text("0")))


def unknown_outcomes() -> None:
    """Whether a platform may have done what it did not answer."""
    op.add_column("outbox", sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()))


def home() -> None:
    """On whose page of their own other people's tickets stand: it is drawn again when these are erased."""
    op.add_column("people", sa.Column("home", sa.String(200), nullable=False, server_default=""))
