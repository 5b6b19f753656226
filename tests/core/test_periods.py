"""Periods as Amsterdam lives them, over years, leap days and summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.calendar import local_day
from mailagent.core.periods import MONTH, QUARTER, SIZES, WEEK, YEAR, Period, last_periods, period_of

MOMENTS = st.integers(631_152_000, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "size", "first", "last", "name"),
    [
        (date(2026, 3, 2), WEEK, date(2026, 3, 2), date(2026, 3, 8), "2026-W10"),
        (date(2027, 1, 3), WEEK, date(2026, 12, 28), date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 31), WEEK, date(2024, 12, 30), date(2025, 1, 5), "2025-W01"),
        (date(2024, 2, 29), MONTH, date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        (date(2026, 12, 31), MONTH, date(2026, 12, 1), date(2026, 12, 31), "2026-12"),
        (date(2026, 6, 30), QUARTER, date(2026, 4, 1), date(2026, 6, 30), "2026-Q2"),
        (date(2026, 10, 1), QUARTER, date(2026, 10, 1), date(2026, 12, 31), "2026-Q4"),
        (date(2026, 7, 1), YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026"),
    ],
)
def test_a_day_lies_in_its_period(day: date, size: str, first: date, last: date, name: str) -> None:
    period = period_of(day, size)
    assert (period.first, period.last, period.name) == (first, last, name)


def test_a_period_begins_at_midnight_in_amsterdam_in_winter_and_in_summer() -> None:
    assert Period(MONTH, date(2026, 1, 1)).begin == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert Period(MONTH, date(2026, 7, 1)).begin == datetime(2026, 6, 30, 22, tzinfo=UTC)


@given(DAYS, st.sampled_from(SIZES))
def test_the_last_twelve_follow_each_other_and_hold_the_day(day: date, size: str) -> None:
    periods = last_periods(day, size)
    assert len(periods) == 12
    assert periods[-1].first <= day <= periods[-1].last
    assert all(
        one.last + timedelta(days=1) == next.first for one, next in zip(periods, periods[1:], strict=False)
    )
    assert [period.name for period in periods] == sorted(period.name for period in periods)


@given(MOMENTS, st.sampled_from(SIZES))
def test_every_moment_lies_in_the_period_of_its_day(moment: datetime, size: str) -> None:
    period = period_of(local_day(moment), size)
    assert period.begin <= moment < period.moved(1).begin


@given(DAYS, st.sampled_from(SIZES), st.integers(-300, 300))
def test_there_and_back_is_the_same_period(day: date, size: str, steps: int) -> None:
    period = period_of(day, size)
    assert period.moved(steps).moved(-steps) == period


def test_periods_that_were_over_before_the_first_day_are_left_out() -> None:
    periods = last_periods(date(2026, 6, 15), MONTH, date(2026, 4, 20))
    assert [period.name for period in periods] == ["2026-04", "2026-05", "2026-06"]
