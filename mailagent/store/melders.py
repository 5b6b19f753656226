"""What one melder brought over time, and how it ended for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from mailagent.core.feedback import Brought, Earlier
from mailagent.store.prepared import Later, Prepared, is_among
from mailagent.store.tables import klacht, round


def brought(tx: sa.Connection, melders: Collection[str], newest: int) -> Later[dict[str, Brought]]:
    """By address in lower case, every klacht but the confidential ones, of which nobody hears here; so many
    of the newest, one at least, by name.

    The newest round that reached the melder counts; one to which nobody was invited says nothing.
    """
    wanted = {melder.lower() for melder in melders} - {""}
    rows = _BROUGHT.later(tx, {"by": wanted, "most": newest}) if wanted else list

    def of_each() -> dict[str, Brought]:
        found: dict[str, Brought] = {}
        for melder, klachten, unsatisfied, unanswered, kenmerk, status, satisfied, asked in rows():
            before = found.get(melder, Brought(klachten, unsatisfied, unanswered))
            one = Earlier(kenmerk, status, satisfied, bool(asked))
            found[melder] = replace(before, newest=(*before.newest, one))
        return found

    return of_each


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


def _of_each(
    counted: sa.sql.functions.FunctionElement[int] | sa.FunctionFilter[int], name: str
) -> sa.Label[int]:
    """Counted for each melder."""
    return counted.over(partition_by=klacht.c.melder).label(name)


_EVERY = (
    sa.select(
        klacht.c.melder,
        _of_each(sa.func.count(), "klachten"),
        _of_each(sa.func.count().filter(_LAST.c.satisfied.is_(sa.false())), "unsatisfied"),
        _of_each(sa.func.count().filter(_unanswered(_LAST)), "unanswered"),
        klacht.c.kenmerk,
        klacht.c.status,
        _LAST.c.satisfied,
        _LAST.c.id.is_not(None).label("asked"),
        sa.func.row_number().over(partition_by=klacht.c.melder, order_by=klacht.c.id.desc()).label("age"),
    )
    .select_from(_WITH_ITS_ROUND)
    .where(is_among(klacht.c.melder, "by"), sa.not_(klacht.c.confidential))
    .subquery()
)
_BROUGHT = Prepared(
    sa.select(*(column for column in _EVERY.c if column.name != "age"))
    .where(_EVERY.c.age <= sa.bindparam("most", type_=sa.Integer))
    .order_by(_EVERY.c.age)
)
