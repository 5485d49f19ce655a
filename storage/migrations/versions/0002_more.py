"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    encryption()
    posted_at()


def encryption() -> None:
    op.create_table(
        "encryption",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store", sa.String(200), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption")),
    )


def posted_at() -> None:
    """Since when an effect waits: its age is what operators watch."""
    op.add_column("outbox", sa.Column("posted_at", sa.BigInteger(), nullable=True))
