"""The clock's sweep: a thousand klachten that are due, among ten thousand that are open and among a million.

Of each klacht a level of its clock is crossed, which is an event in its chain and a mail that is owed, in a
commit of its own, as when the service looks. What lies in the tables beside it should cost next to nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from mailagent.core import clocks
from mailagent.flow import tick
from mailagent.house import load, open_house
from mailagent.inbound.parse import parse
from tests.bench.bars import Bar, spread
from tests.bench.settings import settings
from tests.servers import PostgresServer

FEW, MANY, DUE = 10_000, 1_000_000, 1_000
ROUNDS = 3
MOST = 3.0

RECEIVED = datetime(2026, 1, 5, 10, tzinfo=UTC)
A_DAY = timedelta(days=1)
FIRST, LATER = RECEIVED + 30 * A_DAY, RECEIVED + 3650 * A_DAY
"""When the klachten of the first round are due; and those of none."""

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
ROUND = f"(CASE WHEN i % {{step}} < {ROUNDS} THEN i % {{step}} ELSE {ROUNDS} END)"
"""In which round number i is due, ROUNDS for in none: each time so many, spread over all."""

FILL = (
    """INSERT INTO klacht (kenmerk, subject, description, category, melder, received_at, deadline, team,
        salt, wake_at) {numbers}
        SELECT 'KL26-' || i, 'Container', '{text}', 'afval', 'melder' || i || '@home.example',
        '{received}', '2026-02-16', 'klachten', {salt}, {wake_at} FROM n""",
    """INSERT INTO clock (klacht_id, name, version, running, started_at, last_day, at_risk_at) {numbers}
        SELECT i, 'statutory', 1, {running}, '{received}', '2026-02-16', '{received}' FROM n""",
    """INSERT INTO event (klacht_id, seq, at, kind, actor, origin, status, result, body_mac, hash) {numbers}
        SELECT i, 1, '{received}', 'received', 'melder', 'arrival:1', 'nieuw', 'done', '{hash}', '{hash}'
        FROM n""",
    "INSERT INTO event_body (event_id, who, data) {numbers} SELECT i, 'melder', '{{}}' FROM n",
    """INSERT INTO notice (klacht_id, event_id, kind, recipient, key, "values", state, owed_at, sent_at)
        {numbers}
        SELECT i, i, 'nieuw_voor_team', 'anna@stad.example', 'k' || i, '{{}}', 'accepted', '{received}',
        '{received}' FROM n""",
)
"""A klacht and what it always has; i is its id, for the tables are empty."""


@dataclass(frozen=True)
class Desk:
    """A service with so many open klachten; `sweep` does what is due in a round."""

    sweep: Callable[[int], float]


@contextmanager
def opened(folder: Path, url: str, count: int) -> Iterator[Desk]:
    """Filled at once, as no mail could be."""
    folder.mkdir()
    now = [RECEIVED]
    said, rules = load(settings(folder, 1, 1, url), {})
    house = open_house(said, rules, parse, lambda: now[0])
    began = time.monotonic()
    _fill(house.world.store.engine, rules.clocks[clocks.AWB], rules.calendar, count)
    print(f"  {count:,} open klachten in {time.monotonic() - began:.0f} s", flush=True)

    def sweep(round_: int) -> float:
        now[0] = FIRST + round_ * A_DAY
        done, began = 0, time.monotonic()
        while steps := tick.sweep(house.world):
            done += steps
        took = time.monotonic() - began
        if done != DUE:
            raise SystemExit(f"{done} of {DUE} klachten were due")
        return took

    try:
        yield Desk(sweep)
    finally:
        house.close()


def _fill(engine: sa.Engine, preset: clocks.Preset, calendar: clocks.Calendar, count: int) -> None:
    postgres = engine.dialect.name == "postgresql"
    numbers, number = NUMBERS.format(count=count), ROUND.format(step=count // DUE)
    dues = [*(FIRST + round_ * A_DAY for round_ in range(ROUNDS)), LATER]
    clock = clocks.start(preset, RECEIVED, calendar)
    runnings = [json.dumps(replace(clock, levels=(clocks.Due("bijna", at),)).as_dict()) for at in dues]
    values = {
        "numbers": numbers,
        "received": _moment(RECEIVED),
        "text": "De gft-bak is weer niet geleegd. " * 12,
        "salt": r"'\x5a17'" if postgres else "x'5a17'",
        "hash": "0" * 64,
        "wake_at": _one_of(number, [_moment(at) for at in dues], "timestamptz" if postgres else ""),
        "running": _one_of(number, runnings, "json" if postgres else ""),
    }
    with engine.begin() as tx:
        for statement in FILL:
            tx.exec_driver_sql(statement.format(**values).replace("%", "%%" if postgres else "%"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        tx.exec_driver_sql("ANALYZE")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def _one_of(number: str, texts: list[str], type: str) -> str:
    """SQL for the text of a round."""
    cases = " ".join(f"WHEN {n} THEN '{text}'" for n, text in enumerate(texts))
    chosen = f"(CASE {number} {cases} END)"
    return f"CAST({chosen} AS {type})" if type else chosen


def bars(folder: Path) -> list[Bar]:
    """Measure and print; what it came to."""
    print(f"\nThe sweep, seconds for {DUE:,} klachten that are due; medians of {ROUNDS} rounds")
    found: list[Bar] = []
    with ExitStack() as open_:
        server = open_.enter_context(PostgresServer(durable=True, below=folder))
        for name in (SQLITE, POSTGRESQL):
            took: dict[int, list[float]] = {FEW: [], MANY: []}
            with ExitStack() as desks:
                by_count = {}
                for count in took:
                    place = folder / f"{name}{count}"
                    url = f"sqlite:///{place}/db" if name == SQLITE else server.url(server.create())
                    by_count[count] = desks.enter_context(opened(place, url, count))
                for round_ in range(ROUNDS):
                    for count in took if round_ % 2 else reversed(took):
                        took[count].append(by_count[count].sweep(round_))
            for count, all_ in took.items():
                print(f"  {name:12} among {count:>9,}  {spread(all_, 2)}", flush=True)
            ratios = [many / few for many, few in zip(took[MANY], took[FEW], strict=True)]
            found.append(Bar(f"sweep, {name}, among a million", "among 10,000", ratios, MOST, at_most=True))
    return found
