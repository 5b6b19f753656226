"""What was learned of earlier klachten, and the klachten to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.store.prepared import Prepared
from mailagent.store.tables import event, klacht, learned

MOST_READ = 5_000
"""So many klachten are learned from, the newest: what a municipality hears of changes with the years."""
_LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class Sorted:
    """A klacht whose category stands: a human chose it (`chosen`), or handled it under that category."""

    subject: str
    description: str
    melder: str
    category: str
    channel: str
    language: str
    chosen: bool


def newest(tx: sa.Connection) -> int | None:
    """The id of what was learned last; None where nothing was."""
    row = _NEWEST.first(tx, {})
    return int(row[0]) if row and row[0] is not None else None


_NEWEST = Prepared(sa.select(sa.func.max(learned.c.id)))


def model(tx: sa.Connection, id: int) -> Any:
    """What was learned, as it was kept."""
    return tx.execute(sa.select(learned.c.model).where(learned.c.id == id)).scalar()


def keep(tx: sa.Connection, at: datetime, klachten: int, said: Mapping[str, Any]) -> None:
    """In place of what was learned before: words of klachten that are gone since are gone with it."""
    row = {"at": at, "klachten": klachten, "model": dict(said)}
    id = tx.execute(sa.insert(learned).values(row).returning(learned.c.id)).scalar_one()
    tx.execute(sa.delete(learned).where(learned.c.id < id))


def sorted_by_humans(tx: sa.Connection) -> list[Sorted]:
    """What there is to learn from, the newest first; nothing of it is confidential."""
    c = klacht.c
    handled = sa.exists().where(event.c.klacht_id == c.id, event.c.kind == "resolved")
    query = (
        sa.select(
            c.subject,
            sa.func.substr(c.description, 1, _LONGEST),
            c.melder,
            c.category,
            c.channel,
            c.language,
            c.by_hand,
            handled,
        )
        .where(c.category.is_not(None), c.confidential.is_(False))
        .where(sa.or_(handled, sa.cast(c.by_hand, sa.Text).contains('"category"')))
        .order_by(c.id.desc())
        .limit(MOST_READ)
    )
    return [
        Sorted(subject, text, melder, category, channel, language, "category" in by_hand)
        for subject, text, melder, category, channel, language, by_hand, _ in tx.execute(query)
    ]
