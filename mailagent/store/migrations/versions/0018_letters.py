"""What was read of a letter, and its masked pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Beside the arrival, which holds the original; an index finds the same file again."""
    id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "letter",
        sa.Column("arrival_id", id, sa.ForeignKey("arrival.id", name="fk_letter_arrival_id")),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("confidence", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in ("reason", "text")),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("fingerprints", sa.JSON, nullable=False),
        sa.Column("archive", sa.LargeBinary),
        sa.Column("key_id", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("arrival_id", name="pk_letter"),
    )
    op.create_table(
        "letter_page",
        sa.Column("arrival_id", id, sa.ForeignKey("arrival.id", name="fk_letter_page_arrival_id")),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Integer, nullable=False),
        sa.Column("jpeg", sa.LargeBinary),
        sa.PrimaryKeyConstraint("arrival_id", "number", name="pk_letter_page"),
    )
    letters = sa.text("channel = 'letter'")
    op.create_index(
        "ix_arrival_letters", "arrival", ["sha256"], sqlite_where=letters, postgresql_where=letters
    )
