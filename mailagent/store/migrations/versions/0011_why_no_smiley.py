"""Why nobody was invited to a smiley round, and which round a reply address asks about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Of older rounds nobody wrote it down; older reply addresses ask about none."""
    op.add_column("round", sa.Column("why", sa.Text, nullable=False, server_default=""))
    op.add_column("reply_address", sa.Column("round_id", ID))
