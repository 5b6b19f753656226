"""What is found out about an arrival is indexed where it is known: to keep one touches none of these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each made anew, without the rows that hold nothing."""
    for name in ("message_id", "content_hash", "klacht_id"):
        known = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"ix_arrival_{name}", "arrival")
        op.create_index(f"ix_arrival_{name}", "arrival", [name], sqlite_where=known, postgresql_where=known)
