"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As they are at this step; store/tables.py may move on.
MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON()


def upgrade() -> None:
    """From nothing to the first release."""
    _klacht()
    _number()
    _arrival()
    _clock()
    _event()
    _reply_address()
    _round()
    _event_body()
    _mailbox_slot()
    _notice()
    _pending_order()
    _proof()
    if op.get_bind().dialect.name == "sqlite":
        _job()


def _klacht() -> None:
    op.create_table(
        "klacht",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kenmerk", sa.Text(), unique=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, server_default=""),
        sa.Column("description", sa.Text(), nullable=False, server_default=""),
        sa.Column("category", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False, server_default="email"),
        sa.Column("status", sa.Text(), nullable=False, server_default="nieuw"),
        sa.Column("melder", sa.Text(), nullable=False, server_default=""),
        sa.Column("melder_name", sa.Text(), nullable=False, server_default=""),
        sa.Column("organisation", sa.Text(), nullable=False, server_default=""),
        sa.Column("namens", sa.Text(), nullable=False, server_default=""),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("team", sa.Text()),
        sa.Column("assigned_to", sa.Text()),
        sa.Column("priority", sa.Text(), nullable=False, server_default="normaal"),
        sa.Column("complexity", sa.Text(), nullable=False, server_default="normaal"),
        sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("labels", JSON, nullable=False, server_default="[]"),
        sa.Column("oordeel", sa.Text(), nullable=False, server_default="geen_oordeel"),
        sa.Column("case_ref", sa.Text(), nullable=False, server_default=""),
        sa.Column("language", sa.Text(), nullable=False, server_default="nl"),
        sa.Column("contact_allowed", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("retention", sa.Text(), nullable=False, server_default="13.1"),
        sa.Column("refers_to", sa.Text(), nullable=False, server_default=""),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("wake_at", MOMENT),
    )
    op.create_index("ix_klacht_melder", "klacht", ["melder"])
    op.create_index("ix_klacht_wake_at", "klacht", ["wake_at"])


def _number() -> None:
    op.create_table(
        "number",
        sa.Column("year", sa.Integer(), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )


def _arrival() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", ID, primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text()),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("raw", sa.LargeBinary()),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reached_at", MOMENT, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="kept"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("message_id", sa.Text()),
        sa.Column("content_hash", sa.Text()),
        sa.Column("writer", sa.Text(), nullable=False, server_default=""),
        sa.Column("received_at", MOMENT),
        sa.Column("verdict", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("trace", JSON),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id")),
    )
    op.create_index("ix_arrival_content_hash", "arrival", ["content_hash"])
    op.create_index("ix_arrival_klacht_id", "arrival", ["klacht_id"])
    op.create_index("ix_arrival_message_id", "arrival", ["message_id"])
    op.create_index(
        "ix_arrival_open",
        "arrival",
        ["id"],
        sqlite_where=sa.text("state = 'kept'"),
        postgresql_where=sa.text("state = 'kept'"),
    )


def _clock() -> None:
    op.create_table(
        "clock",
        sa.Column("id", ID, primary_key=True),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("running", JSON, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("stopped_at", MOMENT),
        sa.UniqueConstraint("klacht_id", "kind", "version"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", ID, primary_key=True),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("body_mac", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("klacht_id", "seq"),
    )


def _reply_address() -> None:
    op.create_table(
        "reply_address",
        sa.Column("token", sa.Text(), primary_key=True),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
    )


def _round() -> None:
    op.create_table(
        "round",
        sa.Column("id", ID, primary_key=True),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="scheduled"),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("satisfied", sa.Boolean()),
        sa.Column("reasons", JSON, nullable=False, server_default="[]"),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("submitted", sa.Text()),
        sa.UniqueConstraint("klacht_id", "number"),
    )


def _event_body() -> None:
    op.create_table(
        "event_body",
        sa.Column("event_id", ID, sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
    )


def _mailbox_slot() -> None:
    op.create_table(
        "mailbox_slot",
        sa.Column("mailbox", sa.Text(), primary_key=True),
        sa.Column("uidvalidity", sa.BigInteger(), primary_key=True),
        sa.Column("uid", sa.BigInteger(), primary_key=True),
        sa.Column("arrival_id", ID, sa.ForeignKey("arrival.id"), nullable=False),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, primary_key=True),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id")),
        sa.Column("event_id", ID, sa.ForeignKey("event.id")),
        sa.Column("arrival_id", ID, sa.ForeignKey("arrival.id")),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), unique=True, nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="owed"),
        sa.Column("owed_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("claimed_until", MOMENT),
        sa.Column("message_id", sa.Text(), unique=True),
        sa.Column("bounce_token", sa.Text(), unique=True),
        sa.Column("rendered", sa.LargeBinary()),
        sa.Column("sent_at", MOMENT),
    )
    op.create_index("ix_notice_klacht_id", "notice", ["klacht_id"])
    op.create_index(
        "ix_notice_open",
        "notice",
        ["id"],
        sqlite_where=sa.text("state = 'owed'"),
        postgresql_where=sa.text("state = 'owed'"),
    )
    op.create_index("ix_notice_recipient_sent_at", "notice", ["recipient", "sent_at"])


def _pending_order() -> None:
    op.create_table(
        "pending_order",
        sa.Column("id", ID, primary_key=True),
        sa.Column("arrival_id", ID, sa.ForeignKey("arrival.id"), unique=True, nullable=False),
        sa.Column("klacht_id", ID, sa.ForeignKey("klacht.id"), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="open"),
    )
    op.create_index("ix_pending_order_expires_at", "pending_order", ["expires_at"])


def _proof() -> None:
    op.create_table(
        "proof",
        sa.Column("id", ID, primary_key=True),
        sa.Column("notice_id", ID, sa.ForeignKey("notice.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer()),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_proof_notice_id", "proof", ["notice_id"])


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("id", ID, primary_key=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("target", ID, nullable=False),
        sa.Column("visible_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("token", sa.Text()),
    )
    op.create_index("ix_job_task_visible_at", "job", ["task", "visible_at", "id"])
