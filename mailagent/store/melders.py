"""What one melder brought over time, and how it ended for them."""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.core.feedback import Brought
from mailagent.store.prepared import Prepared
from mailagent.store.tables import klacht, round


def brought(tx: sa.Connection, melder: str) -> Brought:
    """Every klacht of this address but the confidential ones: of those nobody hears here.

    The newest round that reached the melder counts; one to which nobody was invited says nothing.
    """
    [found] = _BROUGHT.rows(tx, {"by": melder.lower()})
    return Brought(*found)


def _unanswered(one: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.or_(one.c.state == "sent", one.c.state == "expired")


_NEWEST = (
    sa.select(sa.func.max(round.c.number))
    .where(
        round.c.klacht_id == klacht.c.id,
        sa.or_(round.c.state == "answered", sa.and_(_unanswered(round), round.c.sent_at.is_not(None))),
    )
    .correlate(klacht)
    .scalar_subquery()
)
_LAST = round.alias("newest")
_BROUGHT = Prepared(
    sa.select(
        sa.func.count(),
        sa.func.count().filter(_LAST.c.satisfied.is_(sa.false())),
        sa.func.count().filter(_unanswered(_LAST)),
    )
    .select_from(
        klacht.outerjoin(_LAST, sa.and_(_LAST.c.klacht_id == klacht.c.id, _LAST.c.number == _NEWEST))
    )
    .where(klacht.c.melder == sa.bindparam("by"), sa.not_(klacht.c.confidential))
)
