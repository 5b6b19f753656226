"""Surveys: their state, invitations, answers, and who wants no more of them; reminders of a smiley round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As it is at this step; store/survey_tables.py may move on.
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
JSON = sa.JSON(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The four tables, and two moments of a round."""
    _surveys()
    _answers()
    op.add_column("round", sa.Column("remind_at", MOMENT))
    op.add_column("round", sa.Column("reminded_at", MOMENT))
    reminded = sa.text("reminded_at IS NOT NULL")
    op.create_index(
        "ix_round_reminded", "round", ["address"], sqlite_where=reminded, postgresql_where=reminded
    )


def _surveys() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("survey", sa.Text, nullable=False),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("send_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("reminded_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.Column("submitted", sa.Text),
    )
    op.create_index("ix_invitation_address_send_at", "invitation", ["address", "send_at"])
    op.create_index("ix_invitation_klacht_id", "invitation", ["klacht_id"])
    op.create_index("ix_invitation_survey_decided_at", "invitation", ["survey", "decided_at"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_invitation_due_at", "invitation", ["due_at"], sqlite_where=due, postgresql_where=due)


def _answers() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("id", ID, primary_key=True),
        sa.Column("invitation_id", ID, sa.ForeignKey("invitation.id"), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("choices", JSON, nullable=False, server_default="[]"),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.UniqueConstraint("invitation_id", "question"),
    )
    op.create_table(
        "opt_out",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
    )
