"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    erasures()
    posted_at()


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
        sa.Column("cursor", sa.String(200), nullable=False),
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


def posted_at() -> None:
    """Since when an effect waits: its age is what operators watch."""
    op.add_column("outbox", sa.Column("posted_at", sa.BigInteger(), nullable=True))
