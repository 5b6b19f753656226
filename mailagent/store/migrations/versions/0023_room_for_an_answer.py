"""A page of rounds keeps room on PostgreSQL: an answer makes its row longer."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pages that are full already stay so; what comes after them has room."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE round SET (fillfactor = 70)")
