"""What stands in our columns: moments that sort, and JSON of whatever a stranger wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from mailagent.core.clocks import Level
from mailagent.store.columns import Moment, as_json, from_json
from mailagent.store.database import connect

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
        {"groot": 2**70},
        {},
        None,
    ],
)
def test_what_was_kept_comes_back(value: object) -> None:
    assert from_json(as_json(value)) == value


def test_a_row_is_a_list_and_what_has_no_json_is_a_mistake() -> None:
    assert from_json(as_json({"levels": (Level("bijna", 0.8),)})) == {"levels": [["bijna", 0.8, "handler"]]}
    with pytest.raises(TypeError):
        as_json({"moment": ONE})
