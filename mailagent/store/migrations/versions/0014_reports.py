"""Reports, made once for each reader and day and answered about what they list; indexes of what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ASIDE = "state = 'stuck' OR verdict IN ('Quarantine', 'Review', 'Forward', 'AutoMail')"


def upgrade() -> None:
    """A reply address or an order that waits may be about a report."""
    op.create_table(
        "report",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_arrival", ID, nullable=False),
        sa.UniqueConstraint("kind", "day", "recipient"),
    )
    op.create_table(
        "report_klacht",
        sa.Column("report_id", ID, sa.ForeignKey("report.id"), primary_key=True),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), primary_key=True),
    )
    op.add_column("reply_address", sa.Column("report_id", ID))
    op.add_column("pending_order", sa.Column("about_report", ID))
    op.drop_index("ix_pending_order_expires_at", "pending_order")
    for name, table, column, rows in (
        ("ix_pending_order_open", "pending_order", "expires_at", "state = 'open'"),
        ("ix_arrival_aside", "arrival", "id", ASIDE),
    ):
        where = sa.text(rows)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
