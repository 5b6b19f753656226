"""The tables of the surveys: their state, who was invited, what was answered, and who wants no more of them.

Import them from `tables`, which knows them all.
"""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.store.columns import Id, Json, Moment, metadata, only, words

survey = sa.Table(
    "survey",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
)
"""`id` is that of its file; `state`: active or closed. A survey without a row is a draft."""

invitation = sa.Table(
    "invitation",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("survey", sa.Text, nullable=False),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id"), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("category", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    words("reason"),
    sa.Column("decided_at", Moment, nullable=False),
    sa.Column("send_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("sent_at", Moment),
    sa.Column("reminded_at", Moment),
    sa.Column("answered_at", Moment),
    sa.Column("submitted", sa.Text),
    sa.Index("ix_invitation_address_send_at", "address", "send_at"),
    sa.Index("ix_invitation_klacht_id", "klacht_id"),
    sa.Index("ix_invitation_survey_decided_at", "survey", "decided_at"),
    sa.Index(
        "ix_invitation_due_at",
        "due_at",
        **only("due_at IS NOT NULL"),
    ),
)
"""Who was invited to a survey, or why not. `state`: scheduled, sent, answered, expired, suppressed, failed;
`reason` says why it was suppressed. Address (in lower case), language, channel and category are those of the
klacht when it was decided. `due_at` is when the clock has to look again: to send, to remind, to end; NULL
when nothing is left to do. `submitted` is the digest of the answers."""

survey_answer = sa.Table(
    "survey_answer",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("invitation_id", Id, sa.ForeignKey("invitation.id"), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("score", sa.Integer),
    sa.Column("choices", Json, nullable=False, server_default="[]"),
    words("text"),
    sa.UniqueConstraint("invitation_id", "question"),
)
"""The answer to one question. `kind`: nps (`score` 0–10), rating (`score` 1–5), multiple (`choices` are the
ids of options), yes_no (`choices` is ja or nee), open (`text`). A question that was skipped has no row."""

opt_out = sa.Table(
    "opt_out",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
)
"""An address (in lower case) that wants no surveys and no reminders. `origin`: the mail whose link was used,
as in `invitation:7` or `round:3`."""
