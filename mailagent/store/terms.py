"""The running terms of klachten: one row per clock and version, with the preset as it then was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.clocks import STATUTORY, Clock
from mailagent.store.prepared import Prepared, by_name
from mailagent.store.tables import clock as table


def start(tx: sa.Connection, klacht_id: int, clock: Clock, at: datetime) -> None:
    """A clock starts; an earlier one of the same name is a former version, and stops."""
    [[version]] = _LAST.rows(tx, {"klacht": klacht_id, "clock": clock.name})
    if version:
        _STOP_NAMED.run(tx, [{"klacht": klacht_id, "clock": clock.name, "at": at}])
    begin(tx, klacht_id, [clock], (version or 0) + 1)


_NAMED = (table.c.klacht_id == sa.bindparam("klacht"), table.c.name == sa.bindparam("clock"))
_LAST = Prepared(sa.select(sa.func.max(table.c.version)).where(*_NAMED))
_RUNS = (table.c.klacht_id == sa.bindparam("klacht"), table.c.stopped_at.is_(None))
_STOPPED = sa.update(table).values(stopped_at=sa.bindparam("at"))
_STOP_NAMED = Prepared(_STOPPED.where(*_NAMED, table.c.stopped_at.is_(None)))


def begin(tx: sa.Connection, klacht_id: int, clocks: Sequence[Clock], version: int = 1) -> None:
    """The first clocks of their names, or a next version of one."""
    rows: list[dict[str, Any]] = [
        {
            "klacht_id": klacht_id,
            "name": clock.name,
            "version": version,
            "running": clock.as_dict(),
            "started_at": clock.started_at,
            "last_day": clock.last_day,
            "at_risk_at": clock.at_risk_at,
        }
        for clock in clocks
    ]
    _BEGIN.run(tx, rows)


_BEGUN = ("klacht_id", "name", "version", "running", "started_at", "last_day", "at_risk_at")
_BEGIN = Prepared(sa.insert(table).values(by_name(_BEGUN)))


def running(tx: sa.Connection, klacht_id: int) -> list[tuple[int, Clock]]:
    """The clocks that run for a klacht, each with its row id."""
    return [(id, Clock.from_dict(kept)) for id, kept in _RUNNING.rows(tx, {"klacht": klacht_id})]


_RUNNING = Prepared(sa.select(table.c.id, table.c.running).where(*_RUNS).order_by(table.c.id))


def wind(tx: sa.Connection, id: int, clock: Clock) -> None:
    """Keep a clock whose crossed levels have left it."""
    tx.execute(sa.update(table).where(table.c.id == id).values(running=clock.as_dict()))


def stop(tx: sa.Connection, klacht_id: int, at: datetime, kinds: Collection[str]) -> None:
    """The `statutory` clock of a klacht stops, or every `service` clock, or both."""
    for kind in kinds:
        (_STOP_STATUTORY if kind == STATUTORY else _STOP_SERVICE).run(tx, [{"klacht": klacht_id, "at": at}])


_STOP_STATUTORY = Prepared(_STOPPED.where(*_RUNS, table.c.name == STATUTORY))
_STOP_SERVICE = Prepared(_STOPPED.where(*_RUNS, table.c.name != STATUTORY))


def stop_these(tx: sa.Connection, ids: Collection[int], at: datetime) -> None:
    """These clocks stop, by row id."""
    if ids:
        tx.execute(sa.update(table).where(table.c.id.in_(ids)).values(stopped_at=at))


def versions(tx: sa.Connection, klacht_id: int) -> list[tuple[int, Clock, datetime | None]]:
    """Every clock a klacht ever had, oldest first: its version, and when it stopped."""
    query = sa.select(table.c.version, table.c.running, table.c.stopped_at)
    rows = tx.execute(query.where(table.c.klacht_id == klacht_id).order_by(table.c.id))
    return [(row.version, Clock.from_dict(row.running), row.stopped_at) for row in rows]
