"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    posted_at()
    home()


def posted_at() -> None:
    """Since when an effect waits: its age is what operators watch."""
    op.add_column("outbox", sa.Column("posted_at", sa.BigInteger(), nullable=True))


def home() -> None:
    """On whose page of their own other people's tickets stand: it is drawn again when these are erased."""
    op.add_column("people", sa.Column("home", sa.String(200), nullable=False, server_default=""))
