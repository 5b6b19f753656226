"""Where a melder gets letters, and by which channel they want to be answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns of a klacht: a letter goes to where the melder of this klacht asked for it."""
    for name in ("street", "postcode", "city", "prefers"):
        op.add_column("klacht", sa.Column(name, sa.Text, nullable=False, server_default=""))
