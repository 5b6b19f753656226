"""Until when a melder must be called back, and how often that was tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns of a klacht, for there is one call to make at a time; its past is in the log."""
    due = sa.DateTime(timezone=op.get_context().dialect.name == "postgresql")
    op.add_column("klacht", sa.Column("call_due", due))
    op.add_column("klacht", sa.Column("call_note", sa.Text, nullable=False, server_default=""))
    op.add_column("klacht", sa.Column("call_attempts", sa.Integer, nullable=False, server_default="0"))
    reminded = sa.Column("call_reminded", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("klacht", reminded)
