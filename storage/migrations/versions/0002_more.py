"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    linked_accounts()
    second_looks()


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
