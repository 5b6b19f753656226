"""What still has to be looked at is in an index without what is over; digests of answers are shorter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Most klachten are closed, and most clocks have stopped. The same answer again keeps its digest."""
    waits, runs = sa.text("wake_at IS NOT NULL"), sa.text("stopped_at IS NULL")
    op.drop_index("ix_klacht_wake_at", "klacht")
    op.create_index("ix_klacht_wake_at", "klacht", ["wake_at"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_clock_running", "clock", ["klacht_id"], sqlite_where=runs, postgresql_where=runs)
    op.execute("UPDATE round SET submitted = substr(submitted, 1, 32) WHERE submitted IS NOT NULL")
