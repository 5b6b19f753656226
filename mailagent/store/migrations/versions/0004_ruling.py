"""Messages that a human judges: the ruling, and reply addresses and waiting orders about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As it is at this step; store/tables.py may move on.
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """A reply address or an order need not be about a klacht any more."""
    op.add_column("arrival", sa.Column("ruling", sa.JSON(none_as_null=True)))
    for table, column in (("reply_address", "arrival_id"), ("pending_order", "about_arrival")):
        with op.batch_alter_table(table) as alter:
            alter.alter_column("klacht_id", existing_type=ID, nullable=True)
            alter.add_column(sa.Column(column, ID))
            alter.create_foreign_key(f"fk_{table}_{column}", "arrival", [column], ["id"])
    answers = sa.text("arrival_id IS NOT NULL")
    op.create_index(
        "ix_notice_arrival_id", "notice", ["arrival_id"], sqlite_where=answers, postgresql_where=answers
    )
