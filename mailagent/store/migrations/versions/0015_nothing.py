"""An index of the mail that became nothing, which is destroyed in time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """By the moment it was kept."""
    rows = sa.text("state = 'done' AND klacht_id IS NULL AND raw IS NOT NULL")
    op.create_index("ix_arrival_nothing", "arrival", ["kept_at"], sqlite_where=rows, postgresql_where=rows)
