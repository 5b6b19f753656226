"""What was learned of how humans sorted klachten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailagent.store.columns import Id, Json, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row, which `mailagent learn` writes anew."""
    op.create_table(
        "learned",
        sa.Column("id", Id, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("klachten", sa.Integer, nullable=False),
        sa.Column("model", Json, nullable=False),
    )
