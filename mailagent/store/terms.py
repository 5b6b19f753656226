"""The running terms of klachten: one row per clock and version, with the preset as it then was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.clocks import Clock, next_wake
from mailagent.store.prepared import Prepared, by_name
from mailagent.store.tables import clock as table


def start(tx: sa.Connection, klacht_id: int, clock: Clock) -> None:
    """A clock starts; an earlier one of the same kind is a former version."""
    where = (table.c.klacht_id == klacht_id, table.c.kind == clock.kind)
    version = tx.execute(sa.select(sa.func.max(table.c.version)).where(*where)).scalar() or 0
    if version:
        stop(tx, klacht_id, clock.started_at, kinds=(clock.kind,))
    begin(tx, klacht_id, clock, version + 1)


def begin(tx: sa.Connection, klacht_id: int, clock: Clock, version: int = 1) -> None:
    """The first clock of its kind, or a next version of it."""
    values: dict[str, Any] = {
        "klacht_id": klacht_id,
        "kind": clock.kind,
        "version": version,
        "running": clock.as_dict(),
        "started_at": clock.started_at,
        "last_day": clock.last_day,
    }
    _BEGIN.run(tx, [values])


_BEGUN = ("klacht_id", "kind", "version", "running", "started_at", "last_day")
_BEGIN = Prepared(sa.insert(table).values(by_name(_BEGUN)))


def running(tx: sa.Connection, klacht_id: int) -> list[tuple[int, Clock]]:
    """The clocks that run for a klacht, each with its row id."""
    query = sa.select(table.c.id, table.c.running).where(
        table.c.klacht_id == klacht_id, table.c.stopped_at.is_(None)
    )
    return [(row.id, Clock.from_dict(row.running)) for row in tx.execute(query.order_by(table.c.id))]


def wind(tx: sa.Connection, id: int, clock: Clock) -> None:
    """Keep a clock whose crossed levels have left it."""
    tx.execute(sa.update(table).where(table.c.id == id).values(running=clock.as_dict()))


def stop(tx: sa.Connection, klacht_id: int, at: datetime, kinds: Sequence[str]) -> None:
    """These clocks of a klacht stop."""
    where = (table.c.klacht_id == klacht_id, table.c.kind.in_(kinds), table.c.stopped_at.is_(None))
    tx.execute(sa.update(table).where(*where).values(stopped_at=at))


def next_moment(tx: sa.Connection, klacht_id: int) -> datetime | None:
    """The first moment any running clock of a klacht wants to be looked at."""
    moments = [at for _, clock in running(tx, klacht_id) if (at := next_wake(clock))]
    return min(moments, default=None)
