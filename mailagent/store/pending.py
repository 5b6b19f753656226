"""Orders that wait for their confirm link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from mailagent.store.tables import pending_order as table


@dataclass(frozen=True, slots=True)
class Pending:
    """An agent's words, kept until their confirm link is used. `state`: open, done, refused, expired.

    They came with the mail `arrival_id`, and are about a klacht, the message `about_arrival` or what the
    report `about_report` lists.
    """

    id: int
    arrival_id: int
    klacht_id: int | None
    agent: str
    text: str
    asked_at: datetime
    expires_at: datetime
    state: str
    about_arrival: int | None = None
    about_report: int | None = None


_FIELDS = tuple(table.c[name] for name in Pending.__dataclass_fields__)


def park(tx: sa.Connection, parked: Pending) -> int:
    """Keep an order until it is confirmed; returns its id (that of `parked` is not looked at)."""
    values = {name: getattr(parked, name) for name in Pending.__dataclass_fields__ if name != "id"}
    return int(tx.execute(sa.insert(table).values(**values).returning(table.c.id)).scalar_one())


def load(tx: sa.Connection, id: int, *, lock: bool = False) -> Pending | None:
    """One waiting order; with `lock`, nobody else confirms it meanwhile."""
    query = sa.select(*_FIELDS).where(table.c.id == id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return Pending(**row._asdict()) if row else None


def set_state(tx: sa.Connection, id: int, state: str) -> None:
    """Done, refused or expired."""
    tx.execute(sa.update(table).where(table.c.id == id).values(state=state))


def open_of(tx: sa.Connection, agent: str) -> int:
    """How many orders of this agent wait."""
    query = sa.select(sa.func.count()).where(table.c.agent == agent, table.c.state == "open")
    return tx.execute(query).scalar_one()


def lapsed(tx: sa.Connection, now: datetime, limit: int = 100) -> list[Pending]:
    """Orders whose link was not used in time."""
    query = sa.select(*_FIELDS).where(sa.text("state = 'open'"), table.c.expires_at <= now)
    return [Pending(**row._asdict()) for row in tx.execute(query.order_by(table.c.expires_at).limit(limit))]
