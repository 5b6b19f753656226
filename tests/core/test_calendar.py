"""The Dutch calendar against the law: golden vectors, and properties over half a century."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.calendar import Calendar, end_of_day, holidays_of, local_day

EQUATED = frozenset(
    map(date.fromisoformat, ("2026-01-02", "2026-05-15", "2027-05-07", "2028-04-28", "2028-05-26"))
)
CALENDAR = Calendar(EQUATED, 2028)

days = st.dates(date(2015, 1, 1), date(2065, 12, 31))


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-02-20", "2026-04-07"),  # ends on Good Friday, then Easter
        ("2026-03-16", "2026-04-28"),  # King's day
        ("2026-03-24", "2026-05-06"),  # 5 May, in a year that is no lustrum
        ("2026-04-02", "2026-05-18"),  # Ascension, an equated day, a weekend
        ("2026-11-13", "2026-12-28"),  # both days of Christmas and a weekend
        ("2025-11-20", "2026-01-05"),  # New Year, an equated day, a weekend
        ("2027-03-26", "2027-05-10"),  # an equated Friday
        ("2026-03-01", "2026-04-13"),  # received on a Sunday, ends on one
        ("2026-01-05", "2026-02-16"),  # an ordinary Monday
    ],
)
def test_six_weeks_end_on_the_day_the_law_says(received: str, last_day: str) -> None:
    assert CALENDAR.last_day(date.fromisoformat(received), 6) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("received", "weeks", "extended", "last_day"),
    [
        ("2026-02-20", 6, 4, "2026-05-01"),
        ("2026-03-16", 6, 4, "2026-05-26"),  # from 27 April, not from the rolled 28th; Whit Monday rolls
        ("2025-10-23", 6, 4, "2026-01-05"),
        ("2026-03-01", 4, 0, "2026-03-30"),
        ("2026-03-01", 10, 0, "2026-05-11"),
        ("2026-03-01", 10, 4, "2026-06-08"),
    ],
)
def test_other_terms_and_verdaging_count_from_the_unrolled_day(
    received: str, weeks: int, extended: int, last_day: str
) -> None:
    found = CALENDAR.last_day(date.fromisoformat(received), weeks, extended=extended)
    assert found == date.fromisoformat(last_day)


def easter(year: int) -> date:
    """Easter Sunday by Gauss's reckoning, apart from the library under test."""
    century = year // 100
    epact = (15 + century - century // 4 - (13 + 8 * century) // 25 + 19 * (year % 19)) % 30
    if epact == 29 or (epact == 28 and year % 19 > 10):
        epact -= 1
    full_moon = date(year, 3, 21) + timedelta(days=epact)
    return full_moon + timedelta(days=6 - full_moon.weekday() or 7)


@pytest.mark.parametrize("year", range(2015, 2066))
def test_the_holidays_are_those_of_the_law_and_no_others(year: int) -> None:
    paas = easter(year)
    king = date(year, 4, 27)
    of_the_law = {
        date(year, 1, 1),
        paas - timedelta(days=2),
        paas + timedelta(days=1),
        king - timedelta(days=1) if king.weekday() == 6 else king,
        date(year, 5, 5),
        paas + timedelta(days=39),
        paas + timedelta(days=50),
        date(year, 12, 25),
        date(year, 12, 26),
    }
    sundays = {paas, paas + timedelta(days=49)}
    assert holidays_of(year) - sundays == of_the_law - sundays


def test_kings_day_moves_to_saturday_when_the_27th_is_a_sunday() -> None:
    assert date(2025, 4, 26) in holidays_of(2025)
    assert date(2025, 4, 27) not in holidays_of(2025)


def test_the_24th_and_the_31st_of_december_are_working_days() -> None:
    assert CALENDAR.is_working_day(date(2026, 12, 24))
    assert CALENDAR.is_working_day(date(2026, 12, 31))


@given(days)
def test_rolling_ends_on_a_working_day_and_skips_none(day: date) -> None:
    rolled = CALENDAR.roll(day)
    assert CALENDAR.is_working_day(rolled)
    assert CALENDAR.roll(rolled) == rolled
    skipped = (day + timedelta(days=n) for n in range((rolled - day).days))
    assert not any(CALENDAR.is_working_day(d) for d in skipped)


@given(days, st.integers(1, 30))
def test_adding_working_days_passes_exactly_that_many(day: date, n: int) -> None:
    end = CALENDAR.add_working_days(day, n)
    passed = (day + timedelta(days=i) for i in range(1, (end - day).days + 1))
    assert sum(CALENDAR.is_working_day(d) for d in passed) == n
    assert CALENDAR.is_working_day(end)


@given(days, st.integers(1, 12), st.integers(0, 4))
def test_a_last_day_is_a_working_day_never_early_and_holds_two_working_days(
    day: date, weeks: int, extended: int
) -> None:
    last = CALENDAR.last_day(day, weeks, extended=extended)
    assert CALENDAR.is_working_day(last)
    assert last >= day + timedelta(weeks=weeks + extended)
    assert CALENDAR.add_working_days(day, 2) <= last


@given(days, days)
def test_who_comes_later_never_has_an_earlier_last_day(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert CALENDAR.last_day(earlier, 6) <= CALENDAR.last_day(later, 6)


@given(days)
def test_a_verdaging_is_never_later_than_counting_from_the_rolled_day(day: date) -> None:
    rolled_twice = CALENDAR.last_day(CALENDAR.last_day(day, 6), 4)
    assert CALENDAR.last_day(day, 6, extended=4) <= rolled_twice


def test_a_day_past_the_table_of_equated_days_gives_a_warning() -> None:
    assert CALENDAR.warning(date(2028, 12, 29)) is None
    assert "2029-01-02" in (CALENDAR.warning(date(2029, 1, 2)) or "")


def test_a_mail_on_saturday_night_counts_for_that_saturday() -> None:
    assert local_day(datetime(2026, 3, 7, 22, 50, tzinfo=UTC)) == date(2026, 3, 7)
    assert local_day(datetime(2026, 3, 7, 23, 10, tzinfo=UTC)) == date(2026, 3, 8)
    assert local_day(datetime(2026, 7, 4, 22, 10, tzinfo=UTC)) == date(2026, 7, 5)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_day(datetime(2026, 3, 7, 22, 50))  # noqa: DTZ001


def test_a_day_ends_at_midnight_in_amsterdam_in_winter_and_in_summer() -> None:
    assert end_of_day(date(2026, 3, 28)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert end_of_day(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)
