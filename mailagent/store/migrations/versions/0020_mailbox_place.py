"""Where the mails lie whose UIDs are remembered under the name of a mailbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty until the first round: what is remembered then is of wherever the settings say."""
    op.add_column("mailbox", sa.Column("place", sa.Text, nullable=False, server_default=""))
