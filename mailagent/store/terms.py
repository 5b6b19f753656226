"""The running terms of klachten: one row per clock and version, with the preset as it then was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailagent.core.clocks import STATUTORY, Clock
from mailagent.store.prepared import Later, Prepared, PreparedRows, by_name, given_in_json, is_among
from mailagent.store.tables import clock as table


@dataclass(slots=True)
class Term:
    """A clock as it is kept, or is about to be where its `id` is 0."""

    clock: Clock
    id: int = 0
    stopped_at: datetime | None = None


@dataclass(slots=True)
class Terms:
    """The clocks that ran for a klacht when they were looked up, and those that start; `keep` writes what
    became of them."""

    klacht_id: int
    every: list[Term]

    @property
    def running(self) -> list[Clock]:
        """Those that run now, in the order in which they started."""
        return [term.clock for term in self.every if term.stopped_at is None]

    def named(self, name: str) -> Clock | None:
        """The one with this name that runs now."""
        return next((clock for clock in self.running if clock.name == name), None)

    def start(self, clock: Clock, at: datetime) -> None:
        """A clock starts; an earlier one of the same name is a former version, and stops."""
        self.stop(at, clock.name)
        self.every.append(Term(clock))

    def stop(self, at: datetime, *names: str) -> None:
        """The clocks with these names stop."""
        for term in self.every:
            if term.clock.name in names and term.stopped_at is None:
                term.stopped_at = at

    def stop_kinds(self, at: datetime, kinds: Collection[str]) -> None:
        """The `statutory` clock stops, or every `service` clock, or both."""
        self.stop(at, *(c.name for c in self.running if _kind(c) in kinds))


def _kind(clock: Clock) -> str:
    return STATUTORY if clock.name == STATUTORY else "service"


def of(tx: sa.Connection, klacht_ids: Collection[int]) -> Later[dict[int, Terms]]:
    """The clocks that run for each of these klachten."""
    found = _RUNNING.later(tx, {"klachten": klacht_ids})

    def of_each() -> dict[int, Terms]:
        every = {id: Terms(id, []) for id in klacht_ids}
        for klacht_id, id, kept in found():
            every[klacht_id].every.append(Term(Clock.from_dict(kept), id))
        return every

    return of_each


_RUNNING = Prepared(
    sa.select(table.c.klacht_id, table.c.id, table.c.running)
    .where(is_among(table.c.klacht_id, "klachten"), table.c.stopped_at.is_(None))
    .order_by(table.c.id)
)


def keep(tx: sa.Connection, changed: Iterable[Terms]) -> None:
    """Write down which clocks stopped, and which started."""
    every = [(terms.klacht_id, term) for terms in changed for term in terms.every]
    _STOP.run(
        tx, [{"clock": term.id, "at": term.stopped_at} for _, term in every if term.id and term.stopped_at]
    )
    started = [_columns(klacht_id, term) for klacht_id, term in every if not term.id]
    # one that starts twice at once has two versions, and the second can only be counted after the first
    each_once = len({(row["klacht_id"], row["name"]) for row in started}) == len(started)
    for rows in [started] if each_once else [[row] for row in started]:
        _START.run(tx, rows)


def _columns(klacht_id: int, term: Term) -> dict[str, Any]:
    clock = term.clock
    return {
        "klacht_id": klacht_id,
        "name": clock.name,
        "running": clock.as_dict(),
        "started_at": clock.started_at,
        "last_day": clock.last_day,
        "at_risk_at": clock.at_risk_at,
        "stopped_at": term.stopped_at,
    }


_STOP = Prepared(
    sa.update(table).where(table.c.id == sa.bindparam("clock")).values(stopped_at=sa.bindparam("at"))
)
_COLUMNS = ("klacht_id", "name", "running", "started_at", "last_day", "at_risk_at", "stopped_at")


def _last_version(of: Mapping[str, sa.ColumnElement[Any]]) -> sa.ScalarSelect[int]:
    former = table.alias("former")
    return (
        sa.select(sa.func.coalesce(sa.func.max(former.c.version), 0))
        .where(former.c.klacht_id == of["klacht_id"], former.c.name == of["name"])
        .scalar_subquery()
    )


_given = given_in_json({name: table.c[name].type for name in _COLUMNS})
_START = PreparedRows(
    sa.insert(table).values(by_name(_COLUMNS) | {"version": _last_version(by_name(_COLUMNS)) + 1}),
    sa.insert(table).from_select(
        [*_COLUMNS, "version"], sa.select(*_given.c, _last_version(dict(_given.c)) + 1)
    ),
)


def begin(tx: sa.Connection, klacht_id: int, clocks: Iterable[Clock]) -> None:
    """The first clocks of a klacht."""
    keep(tx, [Terms(klacht_id, [Term(clock) for clock in clocks])])


def running(tx: sa.Connection, klacht_id: int) -> list[tuple[int, Clock]]:
    """The clocks that run for a klacht, each with its row id."""
    return [(term.id, term.clock) for term in of(tx, [klacht_id])()[klacht_id].every]


def stop(tx: sa.Connection, klacht_id: int, at: datetime, kinds: Collection[str]) -> None:
    """The `statutory` clock of a klacht stops, or every `service` clock, or both."""
    every = of(tx, [klacht_id])()
    every[klacht_id].stop_kinds(at, kinds)
    keep(tx, every.values())


def wind(tx: sa.Connection, id: int, clock: Clock) -> None:
    """Keep a clock whose crossed levels have left it."""
    tx.execute(sa.update(table).where(table.c.id == id).values(running=clock.as_dict()))


def versions(tx: sa.Connection, klacht_id: int) -> list[tuple[int, Clock, datetime | None]]:
    """Every clock a klacht ever had, oldest first: its version, and when it stopped."""
    query = sa.select(table.c.version, table.c.running, table.c.stopped_at)
    rows = tx.execute(query.where(table.c.klacht_id == klacht_id).order_by(table.c.id))
    return [(row.version, Clock.from_dict(row.running), row.stopped_at) for row in rows]
