"""When the mail of a smiley round was taken by a relay, and rounds found by their address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Of older rounds only the opening is known; their mails left within seconds, as a rule."""
    op.add_column("round", sa.Column("sent_at", MOMENT))
    op.execute("UPDATE round SET sent_at = opened_at WHERE state IN ('sent', 'answered', 'expired')")
    op.create_index("ix_round_address", "round", ["address"])
