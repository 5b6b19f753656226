"""The state of each mailbox we fetch from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """When a round last succeeded, what went wrong, and the refresh token."""
    op.create_table(
        "mailbox",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("good_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("aside", sa.Integer, nullable=False, server_default="0"),
        sa.Column("alarmed_at", MOMENT),
        sa.Column("refresh_token", sa.Text, nullable=False, server_default=""),
        sa.Column("token_origin", sa.Text, nullable=False, server_default=""),
    )
