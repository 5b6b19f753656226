"""The tables of the letters: what was read of each, and its pages with every burgerservicenummer masked.

Import them from `tables`, which knows them all. The original bytes are those of the arrival, sealed.
"""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.store.columns import Id, Json, metadata, words

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("arrival_id", Id, sa.ForeignKey("arrival.id"), primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("confidence", sa.Integer, nullable=False),
    words("reason"),
    words("text"),
    sa.Column("fields", Json, nullable=False),
    sa.Column("fingerprints", Json, nullable=False),
    sa.Column("archive", sa.LargeBinary),
    words("key_id"),
)
"""What was read of an arrival. `status`: automatic, check, retype; `fields` is name → [value, evidence];
`fingerprints` tells pages apart, each a hexadecimal number; `archive` is the searchable PDF/A of the masked
pages; `key_id` names the key the original was sealed with."""

letter_page = sa.Table(
    "letter_page",
    metadata,
    sa.Column("arrival_id", Id, sa.ForeignKey("arrival.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("confidence", sa.Integer, nullable=False),
    sa.Column("jpeg", sa.LargeBinary),
)
"""A page that is not blank, masked; `jpeg` is NULL where the masking cannot be trusted."""
