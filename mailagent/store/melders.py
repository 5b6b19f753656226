"""What one melder brought over time, and how it ended for them."""

from __future__ import annotations

import sqlalchemy as sa

from mailagent.core.feedback import Brought, Earlier
from mailagent.store.prepared import Prepared
from mailagent.store.tables import klacht, round


def brought(tx: sa.Connection, melder: str) -> Brought:
    """Every klacht of this address but the confidential ones: of those nobody hears here.

    The newest round that reached the melder counts; one to which nobody was invited says nothing.
    """
    [found] = _BROUGHT.rows(tx, {"by": melder.lower()})
    return Brought(*found)


def earlier(tx: sa.Connection, melder: str, besides: int, most: int) -> list[Earlier]:
    """The newest klachten of this address, but for one and the confidential ones."""
    rows = _EARLIER.rows(tx, {"by": melder.lower(), "besides": besides, "most": most})
    return [Earlier(kenmerk, status, satisfied, bool(asked)) for kenmerk, status, satisfied, asked in rows]


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
_WITH_ITS_ROUND = klacht.outerjoin(
    _LAST, sa.and_(_LAST.c.klacht_id == klacht.c.id, _LAST.c.number == _NEWEST)
)
_OPENLY = sa.and_(klacht.c.melder == sa.bindparam("by"), sa.not_(klacht.c.confidential))
_BROUGHT = Prepared(
    sa.select(
        sa.func.count(),
        sa.func.count().filter(_LAST.c.satisfied.is_(sa.false())),
        sa.func.count().filter(_unanswered(_LAST)),
    )
    .select_from(_WITH_ITS_ROUND)
    .where(_OPENLY)
)
_EARLIER = Prepared(
    sa.select(klacht.c.kenmerk, klacht.c.status, _LAST.c.satisfied, _LAST.c.id.is_not(None))
    .select_from(_WITH_ITS_ROUND)
    .where(_OPENLY, klacht.c.id != sa.bindparam("besides"))
    .order_by(klacht.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
