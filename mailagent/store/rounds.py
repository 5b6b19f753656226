"""Smiley rounds: opened at each handling, answered once, expired by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.feedback import Answer, Round
from mailagent.store.tables import round as table

_FIELDS = tuple(table.c[name] for name in Round.__dataclass_fields__)


def open_next(tx: sa.Connection, klacht_id: int, address: str, at: datetime, until: datetime) -> Round:
    """A new round for a klacht: every earlier one is now an older round."""
    number = latest(tx, klacht_id) + 1
    values = {
        "klacht_id": klacht_id,
        "number": number,
        "address": address,
        "opened_at": at,
        "expires_at": until,
        "state": "scheduled" if address else "suppressed",
    }
    row = tx.execute(sa.insert(table).values(**values).returning(*_FIELDS)).one()
    return Round(**row._asdict())


def by_id(tx: sa.Connection, id: int) -> Round | None:
    """One round."""
    return _one(tx, table.c.id == id, lock=False)


def lock(tx: sa.Connection, id: int) -> Round | None:
    """One round, which nobody else answers until this transaction ends."""
    return _one(tx, table.c.id == id, lock=True)


def last_of(tx: sa.Connection, klacht_id: int) -> Round | None:
    """The newest round of a klacht."""
    return _one(
        tx, sa.and_(table.c.klacht_id == klacht_id, table.c.number == latest(tx, klacht_id)), lock=False
    )


def _one(tx: sa.Connection, where: sa.ColumnElement[bool], *, lock: bool) -> Round | None:
    query = sa.select(*_FIELDS).where(where)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return Round(**row._asdict()) if row else None


def latest(tx: sa.Connection, klacht_id: int) -> int:
    """The number of the newest round, 0 where there is none."""
    return (
        tx.execute(sa.select(sa.func.max(table.c.number)).where(table.c.klacht_id == klacht_id)).scalar() or 0
    )


def answered(tx: sa.Connection, id: int, answer: Answer, at: datetime) -> None:
    """Keep the answer."""
    values: dict[str, Any] = {
        "state": "answered",
        "answered_at": at,
        "satisfied": answer.satisfied,
        "reasons": list(answer.reasons),
        "text": answer.text,
        "submitted": answer.digest,
    }
    tx.execute(sa.update(table).where(table.c.id == id).values(**values))


def sent(tx: sa.Connection, id: int, at: datetime) -> None:
    """A relay took its mail."""
    waits = table.c.state.in_(("scheduled", "failed"))
    tx.execute(sa.update(table).where(table.c.id == id, waits).values(state="sent", sent_at=at))


def set_state(tx: sa.Connection, id: int, state: str, *, only_from: Sequence[str]) -> bool:
    """Move a round on, where it still is in one of these states; says whether it was."""
    moved = sa.update(table).where(table.c.id == id, table.c.state.in_(only_from)).values(state=state)
    return tx.execute(moved.returning(table.c.id)).scalar() is not None


def of_klacht(tx: sa.Connection, klacht_id: int) -> list[sa.Row[Any]]:
    """Every round of a klacht with its answer, oldest first."""
    return list(tx.execute(sa.select(table).where(table.c.klacht_id == klacht_id).order_by(table.c.number)))
