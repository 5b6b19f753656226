"""A letter that goes for a lost mail is about the same event."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """It was known by its key alone, which is that of the mail with a word behind it."""
    op.execute(
        "UPDATE notice SET event_id = "
        "(SELECT lost.event_id FROM notice AS lost "
        "WHERE lost.key = replace(notice.key, ':' || 'letter', '')) "
        "WHERE way = 'letter' AND event_id IS NULL"
    )
