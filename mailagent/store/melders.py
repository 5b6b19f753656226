"""What one melder brought over time, and how it ended for them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from mailagent.core.feedback import Brought, Earlier
from mailagent.store.prepared import Prepared, is_among
from mailagent.store.tables import klacht, round


def brought(tx: sa.Connection, melders: Collection[str]) -> dict[str, Brought]:
    """By address in lower case, every klacht but the confidential ones: of those nobody hears here.

    The newest round that reached the melder counts; one to which nobody was invited says nothing.
    """
    found = {melder: Brought(*rest) for melder, *rest in _BROUGHT.rows(tx, _by(melders))} if melders else {}
    return {melder.lower(): found.get(melder.lower(), Brought()) for melder in melders}


def newest(tx: sa.Connection, melders: Collection[str], most: int) -> dict[str, list[Earlier]]:
    """By address in lower case, the newest klachten but for the confidential ones: so many at most."""
    found: dict[str, list[Earlier]] = {melder.lower(): [] for melder in melders}
    rows = _NEWEST_OF.rows(tx, {**_by(melders), "most": most}) if melders else []
    for melder, kenmerk, status, satisfied, asked in rows:
        found[melder].append(Earlier(kenmerk, status, satisfied, bool(asked)))
    return found


def _by(melders: Collection[str]) -> dict[str, Collection[str]]:
    return {"by": {melder.lower() for melder in melders}}


def _unanswered(one: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.or_(one.c.state == "sent", one.c.state == "expired")


def _with_their_rounds(some: sa.FromClause) -> sa.FromClause:
    """Klachten, each with the newest round that says something."""
    says = sa.or_(round.c.state == "answered", sa.and_(_unanswered(round), round.c.sent_at.is_not(None)))
    number = sa.select(sa.func.max(round.c.number)).where(round.c.klacht_id == some.c.id, says)
    its_last = sa.and_(_LAST.c.klacht_id == some.c.id, _LAST.c.number == number.scalar_subquery())
    return some.outerjoin(_LAST, its_last)


_LAST = round.alias("newest")
_OPENLY = sa.and_(is_among(klacht.c.melder, "by"), sa.not_(klacht.c.confidential))
_BROUGHT = Prepared(
    sa.select(
        klacht.c.melder,
        sa.func.count(),
        sa.func.count().filter(_LAST.c.satisfied.is_(sa.false())),
        sa.func.count().filter(_unanswered(_LAST)),
    )
    .select_from(_with_their_rounds(klacht))
    .where(_OPENLY)
    .group_by(klacht.c.melder)
)
_AGE = sa.func.row_number().over(partition_by=klacht.c.melder, order_by=klacht.c.id.desc())
_OF_EACH = (
    sa.select(klacht.c.id, klacht.c.melder, klacht.c.kenmerk, klacht.c.status, _AGE.label("age"))
    .where(_OPENLY)
    .subquery()
)
_NEWEST_OF = Prepared(
    sa.select(
        _OF_EACH.c.melder, _OF_EACH.c.kenmerk, _OF_EACH.c.status, _LAST.c.satisfied, _LAST.c.id.is_not(None)
    )
    .select_from(_with_their_rounds(_OF_EACH))
    .where(_OF_EACH.c.age <= sa.bindparam("most", type_=sa.Integer))
    .order_by(_OF_EACH.c.id.desc())
)
