"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    several_processes()


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
