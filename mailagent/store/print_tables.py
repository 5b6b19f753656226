"""The table of the batches in which letters are printed, and the index by which those that wait are found."""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.store.columns import Id, Moment, metadata, only

letter_batch = sa.Table(
    "letter_batch",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)
"""Letters that are printed together. `made_by` is clock, or hand where somebody typed it."""


def unposted(name: str, column: str) -> sa.Index:
    """An index of `notice` over the letters that were not posted yet."""
    return sa.Index(name, column, **only("way = 'letter' AND state = 'owed'"))
