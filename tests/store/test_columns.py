"""What stands in our columns: moments that sort, and JSON of whatever a stranger wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from mailagent.core.calendar import AMSTERDAM
from mailagent.core.clocks import Level
from mailagent.store.columns import Moment, as_json, from_json
from mailagent.store.database import connect, writing
from mailagent.store.prepared import inserting
from mailagent.store.tables import event_body

ONE = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [ONE, ONE + timedelta(microseconds=7), ONE.astimezone(timezone(timedelta(hours=1)))],
    ids=["on the second", "with a part of it", "elsewhere"],
)
def test_a_moment_is_kept_as_sqlalchemy_itself_would(moment: datetime) -> None:
    engine = connect("sqlite://")
    with engine.begin() as tx:
        ours = tx.scalar(sa.select(sa.cast(sa.literal(moment, Moment), sa.Text)))
        naive = moment.astimezone(UTC).replace(tzinfo=None)
        assert ours == tx.scalar(sa.select(sa.cast(sa.literal(naive, sa.DateTime), sa.Text)))
        assert tx.scalar(sa.select(sa.literal(moment, Moment))) == moment
    engine.dispose()


def test_the_hour_that_comes_twice_in_autumn_is_kept_as_two_hours() -> None:
    engine = connect("sqlite://")
    summer = datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM)
    winter = summer.replace(fold=1)
    assert summer == winter  # within one zone Python goes by the clock on the wall
    with engine.begin() as tx:
        kept = [tx.scalar(sa.select(sa.literal(moment, Moment))) for moment in (summer, winter)]
    assert kept == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    engine.dispose()


def test_a_moment_comes_back_in_utc_whatever_the_zone_of_the_server(postgres_url: str) -> None:
    engine = connect(postgres_url)
    with engine.begin() as tx:
        tx.exec_driver_sql("SET TIME ZONE 'Europe/Amsterdam'")
        back = tx.execute(sa.select(sa.cast(sa.literal(ONE, Moment), Moment))).scalar_one()
        assert tx.exec_driver_sql("SELECT now()").scalar_one().tzinfo is not UTC
    assert (back, back.tzinfo) == (ONE, UTC)
    engine.dispose()


def test_a_moment_without_a_zone_is_refused() -> None:
    engine = connect("sqlite://")
    with engine.begin() as tx, pytest.raises(sa.exc.StatementError, match="zone"):
        tx.execute(sa.select(sa.literal(ONE.replace(tzinfo=None), Moment)))
    engine.dispose()


@pytest.mark.parametrize(
    "value",
    [
        {"text": "geen half teken: é 🙂", "waar": [1, 2.5, None, True]},
        {"half": "\ud83d"},
        {"groot": [2**70, -(2**63) - 1]},
        {},
        None,
    ],
)
def test_what_was_kept_comes_back(value: object) -> None:
    assert repr(from_json(as_json(value))) == repr(value)


def test_a_row_is_a_list_and_what_has_no_json_is_a_mistake() -> None:
    assert from_json(as_json({"levels": (Level("bijna", 0.8),)})) == {"levels": [["bijna", 0.8, "handler"]]}
    with pytest.raises(TypeError):
        as_json({"moment": ONE})


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d", r"\u0000 as it was typed", "heel 🙂"])
def test_whatever_json_can_say_is_kept_also_in_rows_that_go_together(
    engine: sa.Engine, text: str, rows: int
) -> None:
    bodies = inserting(event_body, ("event_id", "who", "data"))
    with writing(engine) as tx:
        _without_looking_at_what_it_is_of(tx)
        bodies.run(tx, [{"event_id": id, "who": "", "data": {"text": text}} for id in range(1, rows + 1)])
        kept = tx.execute(sa.select(event_body.c.data)).scalars().all()
        tx.rollback()
    assert kept == rows * [{"text": text}]


def _without_looking_at_what_it_is_of(tx: sa.Connection) -> None:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
    else:
        tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
