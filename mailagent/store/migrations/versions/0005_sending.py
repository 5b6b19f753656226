"""Who does not take our mail: domains that rest, dead addresses; and when a mail was first offered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What was said, and until when it counts."""
    op.add_column("notice", sa.Column("offered_at", MOMENT))
    op.create_table(
        "resting",
        sa.Column("domain", sa.Text, primary_key=True),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("rests", sa.Integer, nullable=False, server_default="0"),
        sa.Column("until", MOMENT),
        sa.Column("said", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "dead_address",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
    )
