"""Remember how far conversations are handled

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
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
