"""The tables: what is kept, what was decided, what we owe. `migrations/` makes them; a test compares."""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.store.columns import Id, Json, Moment, metadata, only
from mailagent.store.columns import words as _text
from mailagent.store.letter_tables import letter, letter_page
from mailagent.store.print_tables import letter_batch, unposted
from mailagent.store.report_tables import report, report_klacht
from mailagent.store.survey_tables import invitation, opt_out, survey, survey_answer

__all__ = [
    "invitation",
    "letter",
    "letter_page",
    "letter_batch",
    "metadata",
    "opt_out",
    "report",
    "report_klacht",
    "survey",
    "survey_answer",
]


def _index(column: str, where: str, name: str = "") -> sa.Index:
    """An index of `arrival` over some of its rows."""
    return sa.Index(f"ix_arrival_{name or column}", column, **only(where))


NOTHING = "state = 'done' AND klacht_id IS NULL AND raw IS NOT NULL"
ASIDE = "state = 'stuck' OR verdict IN ('Quarantine', 'Review', 'Forward', 'AutoMail')"
"""A mail that stepped aside, waits for a human, or is automatic: few among many."""

IS_OPEN = "status IN ('nieuw', 'in_behandeling', 'heropend', 'verzoek_tot_heropenen')"
"""Somebody has to do something about it. Written out, so that both databases know their index by it."""

klacht = sa.Table(
    "klacht",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kenmerk", sa.Text, nullable=False, unique=True),
    _text("subject"),
    _text("description"),
    sa.Column("category", sa.Text),
    _text("channel", "email"),
    _text("status", "nieuw"),
    _text("melder"),
    _text("melder_name"),
    _text("organisation"),
    _text("namens"),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("deadline", sa.Date),
    sa.Column("team", sa.Text),
    sa.Column("assigned_to", sa.Text),
    _text("priority", "normaal"),
    _text("complexity", "normaal"),
    sa.Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("labels", Json, nullable=False, server_default="[]"),
    _text("oordeel", "geen_oordeel"),
    _text("case_ref"),
    _text("language", "nl"),
    sa.Column("contact_allowed", sa.Boolean, nullable=False, server_default=sa.true()),
    _text("retention", "13.1"),
    _text("refers_to"),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("wake_at", Moment),
    _text("beklaagde"),
    sa.Column("by_hand", Json, nullable=False, server_default="[]"),
    _text("asked_by"),
    _text("merged_into"),
    sa.Column("call_due", Moment),
    _text("call_note"),
    sa.Column("call_attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("call_reminded", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("street"),
    _text("postcode"),
    _text("city"),
    _text("prefers"),
    sa.Index("ix_klacht_wake_at", "wake_at", **only("wake_at IS NOT NULL")),
    sa.Index("ix_klacht_melder", "melder"),
    sa.Index("ix_klacht_open", "assigned_to", "deadline", **only(IS_OPEN)),
)

number = sa.Table(
    "number",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

arrival = sa.Table(
    "arrival",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("peer", sa.Text, nullable=False),
    sa.Column("sender", sa.Text),
    sa.Column("recipients", Json, nullable=False),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("reached_at", Moment, nullable=False),
    sa.Column("kept_at", Moment, nullable=False),
    _text("state", "kept"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("message_id", sa.Text),
    sa.Column("content_hash", sa.Text),
    _text("writer"),
    sa.Column("received_at", Moment),
    sa.Column("verdict", sa.Text),
    _text("reason"),
    sa.Column("trace", Json),
    sa.Column("ruling", Json),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id")),
    # Keeping a mail touches only the last of these: of the others nothing is known yet.
    _index("message_id", "message_id IS NOT NULL"),
    _index("content_hash", "content_hash IS NOT NULL"),
    _index("klacht_id", "klacht_id IS NOT NULL"),
    _index("id", "state = 'kept'", "open"),
    _index("id", ASIDE, "aside"),
    _index("kept_at", NOTHING, "nothing"),
    _index("sha256", "channel = 'letter'", "letters"),
)
"""`state`: kept (owed a verdict), done, stuck. `raw` is NULL only after erasure. `ruling` is what a human
decided about a message that was set aside."""

mailbox_slot = sa.Table(
    "mailbox_slot",
    metadata,
    sa.Column("mailbox", sa.Text, primary_key=True),
    sa.Column("uidvalidity", sa.BigInteger, primary_key=True),
    sa.Column("uid", sa.BigInteger, primary_key=True),
    sa.Column("arrival_id", Id, sa.ForeignKey("arrival.id"), nullable=False),
)
"""The IMAP ledger: what has been kept from which mailbox. `\\Seen` is not state."""

mailbox = sa.Table(
    "mailbox",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("good_at", Moment),
    sa.Column("failed_at", Moment),
    _text("error"),
    sa.Column("aside", sa.Integer, nullable=False, server_default="0"),
    sa.Column("alarmed_at", Moment),
    _text("refresh_token"),
    _text("token_origin"),
    _text("place"),
)
"""A mailbox we fetch from: when a round last succeeded, and what went wrong since. `token_origin` is a digest
of the refresh token in the settings from which `refresh_token` came; its slots are those of `place`."""

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("body_mac", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.UniqueConstraint("klacht_id", "seq"),
)
"""Append-only: the database refuses UPDATE and DELETE. Holds words, ids and HMACs, never addresses or text.
`actor` is melder, agent, clock, system; who it was stands in `event_body`."""

event_body = sa.Table(
    "event_body",
    metadata,
    sa.Column("event_id", Id, sa.ForeignKey("event.id"), primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("data", Json, nullable=False),
)
"""What an event says about people: erasable, and bound to the chain by `event.body_mac`."""

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id")),
    sa.Column("event_id", Id, sa.ForeignKey("event.id")),
    sa.Column("arrival_id", Id, sa.ForeignKey("arrival.id")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("values", Json, nullable=False),
    _text("state", "owed"),
    sa.Column("owed_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("claimed_until", Moment),
    sa.Column("message_id", sa.Text, unique=True),
    sa.Column("bounce_token", sa.Text, unique=True),
    sa.Column("rendered", sa.LargeBinary),
    sa.Column("offered_at", Moment),
    sa.Column("sent_at", Moment),
    _text("way", "mail"),
    sa.Column("batch_id", Id),
    sa.Index("ix_notice_recipient_sent_at", "recipient", "sent_at"),
    sa.Index("ix_notice_klacht_id", "klacht_id"),
    sa.Index("ix_notice_arrival_id", "arrival_id", **only("arrival_id IS NOT NULL")),
    sa.Index("ix_notice_open", "id", **only("state = 'owed'")),
    unposted("ix_notice_letters", "batch_id"),
)
"""A mail we owe. `state`: owed, accepted, suppressed, failed, bounced. `key` makes it unique per
(klacht or arrival, event, kind, recipient). Before `claimed_until` nobody else takes it: somebody is sending
it, or it was put off. From `offered_at` on its bytes are fixed, and it may be anywhere. `way` is mail,
message, or letter: that one is printed in a batch, is offered then, and accepted when it was posted."""

proof = sa.Table(
    "proof",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("notice_id", Id, sa.ForeignKey("notice.id"), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("code", sa.Integer),
    _text("detail"),
    sa.Index("ix_proof_notice_id", "notice_id"),
)
"""The proof log of every mail: accepted (code, relay's answer), delayed, held, failed, returned, bounced.
That it was owed, offered or suppressed stands in `notice`, where it costs no row."""

resting = sa.Table(
    "resting",
    metadata,
    sa.Column("domain", sa.Text, primary_key=True),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("rests", sa.Integer, nullable=False, server_default="0"),
    sa.Column("until", Moment),
    _text("said"),
)
"""A domain that said "later" since it last took a mail: how often, and until when mails to it rest. The
domain "" is the relay itself."""

dead_address = sa.Table(
    "dead_address",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
)
"""An address from which a mail of ours came back for good, until somebody writes to us from there."""

reply_address = sa.Table(
    "reply_address",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id")),
    sa.Column("arrival_id", Id, sa.ForeignKey("arrival.id")),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("issued_at", Moment, nullable=False),
    sa.Column("round_id", Id),
    sa.Column("report_id", Id),
)
"""Issued for a klacht, for a message that a human must judge, or for what a report lists: one of the three
ids is filled. `round_id` is the smiley round that may be answered there, NULL for none."""

round = sa.Table(
    "round",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    _text("state", "scheduled"),
    _text("why"),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("answered_at", Moment),
    sa.Column("satisfied", sa.Boolean),
    sa.Column("reasons", Json, nullable=False, server_default="[]"),
    _text("text"),
    sa.Column("submitted", sa.Text),
    sa.Column("remind_at", Moment),
    sa.Column("reminded_at", Moment),
    sa.Column("code", sa.Text),
    sa.UniqueConstraint("klacht_id", "number"),
    sa.Index("ix_round_address", "address"),
    sa.Index("ix_round_code", "code", **only("code IS NOT NULL")),
    sa.Index("ix_round_reminded", "address", **only("reminded_at IS NOT NULL")),
    postgresql_with={"fillfactor": "70"},
)
"""A smiley round: one invitation. `state`: scheduled, sent, answered, expired, suppressed, failed; `why` is
the reason of the last two. `address` is the melder's as it was when the round was opened. `sent_at` is when a
relay took its mail: what expired without it was never delivered. `submitted` is the digest of the answer, so
that a repeated identical POST gets the thanks page again. `remind_at` is when a reminder is due, NULL when
none is (any more). `code` is the digest of the code by which a letter invites, NULL where none does. A page
keeps room: an answer, which makes the row longer, stays in it, and no index need be told of another place."""

photo = sa.Table(
    "photo",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("round_id", Id, sa.ForeignKey("round.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("round_id", "number"),
)
"""A photo with the answer of a round: made anew by us, without what it said of time, place and maker."""

clock = sa.Table(
    "clock",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("running", Json, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("at_risk_at", Moment, nullable=False),
    sa.Column("stopped_at", Moment),
    sa.UniqueConstraint("klacht_id", "name", "version"),
    sa.Index("ix_clock_running", "klacht_id", **only("stopped_at IS NULL")),
)
"""A running term. `name` tells the clocks of a klacht apart: `statutory`, or the id of a service preset.
`running` is the clock with the preset as it was at the start and the levels not yet crossed."""

pending_order = sa.Table(
    "pending_order",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("arrival_id", Id, sa.ForeignKey("arrival.id"), nullable=False, unique=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id")),
    sa.Column("about_arrival", Id, sa.ForeignKey("arrival.id")),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    _text("state", "open"),
    sa.Column("about_report", Id),
    sa.Index("ix_pending_order_open", "expires_at", **only("state = 'open'")),
)
"""An agent's order that waits for its confirm link: about a klacht, about a message that was set aside, or
about klachten that a report lists. `state`: open, done, refused, expired."""

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("task", sa.Text, nullable=False),
    sa.Column("target", Id, nullable=False),
    sa.Column("visible_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("token", sa.Text),
    sa.Index("ix_job_task_visible_at", "task", "visible_at", "id"),
)
"""Work waiting on SQLite (on PostgreSQL the engine has tables of its own). Holds ids only."""

learned = sa.Table(
    "learned",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("klachten", sa.Integer, nullable=False),
    sa.Column("model", Json, nullable=False),
)
"""The weights that were learned last, from so many klachten. There is one row, and a
new one has a higher id."""
