"""The tables of the reports we mail: which were made, and the klachten that each lists."""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.store.columns import Id, Moment, metadata

report = sa.Table(
    "report",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("seen_arrival", Id, nullable=False),
    sa.UniqueConstraint("kind", "day", "recipient"),
)
"""A report that was made for somebody on a day: once, also where there was nothing in it and nothing was
sent. `day` of a week is its Monday. Up to `seen_arrival` it told of mail that came in."""

report_klacht = sa.Table(
    "report_klacht",
    metadata,
    sa.Column("report_id", Id, sa.ForeignKey("report.id"), primary_key=True),
    sa.Column("klacht_id", Id, sa.ForeignKey("klacht.id"), primary_key=True),
)
"""What a report lists: about these its reader may order something in answer to it, and about no others."""
