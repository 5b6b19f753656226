"""What nobody has yet, and how much somebody has: as `#volgende` asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import sqlalchemy as sa

from mailagent.core.klacht import OPEN, PRIORITIES, STATUSES, Klacht
from mailagent.store import klachten
from mailagent.store.database import connect, upgrade, writing
from mailagent.store.tables import IS_OPEN

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAITS = Klacht(0, "", "Bak", "Vol.", "jan@home.example", NOON, deadline=date(2026, 4, 13), team="afval")


def keep(tx: sa.Connection, *some: Klacht) -> None:
    for number, klacht in enumerate(some):
        klachten.add(tx, replace(klacht, kenmerk=f"KL26-0000{number}"), b"salt")


def waiting(tx: sa.Connection, *teams: str, most: int = 9) -> list[str]:
    return [klacht.kenmerk[-1] for klacht in klachten.unassigned(tx, teams, most)]


def test_what_waits_comes_by_its_last_day(engine: sa.Engine) -> None:
    sooner = replace(WAITS, deadline=date(2026, 3, 9))
    with writing(engine) as tx:
        keep(tx, WAITS, sooner, replace(WAITS, team="wegen"), replace(sooner, assigned_to="anna"), WAITS)

    with writing(engine) as tx:
        assert waiting(tx, "afval") == ["1", "0", "4"]
        assert waiting(tx, "afval", "wegen") == ["1", "0", "2", "4"]
        assert waiting(tx, "afval", most=1) == ["1"]
        assert waiting(tx) == []


def test_what_is_urgent_waits_for_nothing_else(engine: sa.Engine) -> None:
    sooner = replace(WAITS, deadline=date(2026, 3, 9))
    with writing(engine) as tx:
        keep(tx, sooner, *(replace(WAITS, priority=word) for word in PRIORITIES))

    with writing(engine) as tx:
        assert waiting(tx, "afval") == ["4", "3", "0", "2", "1"]


def test_where_several_write_what_another_takes_at_this_moment_is_passed_over(postgres_url: str) -> None:
    engine = connect(postgres_url)
    upgrade(engine)
    with writing(engine) as tx:
        keep(tx, WAITS, WAITS)

    with writing(engine) as one, writing(engine) as other:
        assert waiting(one, "afval", most=1) == ["0"]
        assert waiting(other, "afval", most=1) == ["1"]
    engine.dispose()


def test_only_what_asks_something_of_them_is_counted(engine: sa.Engine) -> None:
    with writing(engine) as tx:
        keep(tx, *(replace(WAITS, status=status, assigned_to="anna") for status in STATUSES))

    with writing(engine) as tx:
        assert klachten.open_of(tx, "anna") == len(OPEN)
        assert klachten.open_of(tx, "bram") == 0


def test_the_index_knows_the_statuses_of_the_core() -> None:
    assert f"status IN ({', '.join(map(repr, OPEN))})" == IS_OPEN
