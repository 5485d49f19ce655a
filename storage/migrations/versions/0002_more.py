"""What version 0.2 keeps that 0.1 did not: one function for each feature.

Revision ID: 0002
"""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
