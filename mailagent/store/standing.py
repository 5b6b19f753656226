"""How the klachten stand, looked up: those of some agents, the urgent ones, how many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from mailagent.core.calendar import local_day
from mailagent.core.clocks import Clock
from mailagent.core.klacht import GESLOTEN
from mailagent.core.standing import Life, Standing
from mailagent.store.tables import IS_OPEN, clock, event, klacht, notice

RECEIPT = "ontvangstbevestiging"
HANDLED = ("resolved", "closed")


def of_agents(tx: sa.Connection, agents: Collection[str]) -> list[Standing]:
    """The open klachten on the names of these agents."""
    return _standings(tx, sa.and_(klacht.c.assigned_to.in_(agents), sa.text(IS_OPEN)))


def urgent(tx: sa.Connection, now: datetime, reader: str, most: int) -> tuple[list[Standing], int]:
    """What is at risk or overdue by any clock, and what is open and has to be done at once: so many at most,
    the oldest last day first, and how many there are. Nothing of it is about its reader (Awb 9:7)."""
    at_risk = sa.select(clock.c.klacht_id).where(clock.c.stopped_at.is_(None), clock.c.at_risk_at <= now)
    at_once = sa.and_(klacht.c.priority == "spoed", sa.text(IS_OPEN))
    all_ = sa.and_(sa.or_(klacht.c.id.in_(at_risk), at_once), klacht.c.beklaagde != reader)
    some = sa.select(klacht.c.id).where(all_).order_by(klacht.c.deadline, klacht.c.id).limit(most)
    count = tx.execute(sa.select(sa.func.count()).select_from(klacht).where(all_)).scalar_one()
    return _standings(tx, klacht.c.id.in_(list(tx.execute(some).scalars()))), count


def _standings(tx: sa.Connection, where: sa.ColumnElement[bool]) -> list[Standing]:
    c = klacht.c
    columns = (c.id, c.kenmerk, c.category, c.status, c.assigned_to, c.priority, c.deadline)
    runs = sa.and_(clock.c.klacht_id == c.id, clock.c.stopped_at.is_(None))
    query = sa.select(*columns, clock.c.running).outerjoin(clock, runs).where(where)
    found: dict[int, Standing] = {}
    for *said, running in tx.execute(query.order_by(c.id, clock.c.id)):
        id, kenmerk, category, status, handler, priority, deadline = said
        one = found.setdefault(id, Standing(id, kenmerk, category, status, handler or "", priority, deadline))
        if running:
            found[id] = replace(one, clocks=(*one.clocks, Clock.from_dict(running)))
    return list(found.values())


def counts(tx: sa.Connection) -> dict[tuple[str, bool], int]:
    """How many klachten that are not closed have a status, with a receipt that a relay took and without."""
    sent = (notice.c.klacht_id == klacht.c.id, notice.c.kind == RECEIPT, notice.c.sent_at.is_not(None))
    acknowledged = sa.exists().where(*sent).label("acknowledged")
    query = sa.select(klacht.c.status, acknowledged, sa.func.count()).where(klacht.c.status != GESLOTEN)
    rows = tx.execute(query.group_by(klacht.c.status, sa.text("acknowledged")))
    return {(status, bool(has)): count for status, has, count in rows}


def lives(tx: sa.Connection, since: datetime, until: datetime) -> list[Life]:
    """The klachten that were received or first handled since a moment and before another."""
    first = sa.func.min(event.c.at).label("handled_at")
    handled = (
        sa.select(event.c.klacht_id, first)
        .where(event.c.kind.in_(HANDLED))
        .group_by(event.c.klacht_id)
        .having(sa.and_(first >= since, first < until))
        .subquery()
    )
    within = sa.and_(klacht.c.received_at >= since, klacht.c.received_at < until)
    query = (
        sa.select(klacht.c.category, klacht.c.received_at, handled.c.handled_at)
        .outerjoin(handled, handled.c.klacht_id == klacht.c.id)
        .where(sa.or_(within, handled.c.handled_at.is_not(None)))
    )
    return [
        Life(row.category, local_day(row.received_at), local_day(row.handled_at) if row.handled_at else None)
        for row in tx.execute(query)
    ]
