"""Letters: by which way something leaves, the batches in which they are printed, and the codes on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every mail that was owed before is a mail."""
    moment = sa.DateTime(timezone=op.get_context().dialect.name == "postgresql")
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "letter_batch",
        sa.Column("id", number, primary_key=True),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
    )
    op.add_column("notice", sa.Column("way", sa.Text, nullable=False, server_default="mail"))
    op.add_column("notice", sa.Column("batch_id", number))
    letters, coded = sa.text("way = 'letter' AND state = 'owed'"), sa.text("code IS NOT NULL")
    op.create_index(
        "ix_notice_letters", "notice", ["batch_id"], sqlite_where=letters, postgresql_where=letters
    )
    op.add_column("round", sa.Column("code", sa.Text))
    op.create_index("ix_round_code", "round", ["code"], sqlite_where=coded, postgresql_where=coded)
