"""What agents do by tag: whom a klacht is about, what a human set, whom it waits for, and calls to make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
OPEN = sa.text("status IN ('nieuw', 'in_behandeling', 'heropend', 'verzoek_tot_heropenen')")


def upgrade() -> None:
    """Columns of a klacht; an index finds what waits, and counts what somebody has to do."""
    for name in ("beklaagde", "asked_by", "merged_into"):
        op.add_column("klacht", sa.Column(name, sa.Text, nullable=False, server_default=""))
    by_hand = sa.Column("by_hand", sa.JSON(none_as_null=True), nullable=False, server_default="[]")
    op.add_column("klacht", by_hand)
    columns = ["assigned_to", "deadline"]
    op.create_index("ix_klacht_open", "klacht", columns, sqlite_where=OPEN, postgresql_where=OPEN)
