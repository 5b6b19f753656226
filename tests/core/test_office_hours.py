"""Terms in hours, working days and months, counted by hand over weekends, holidays and summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.calendar import AMSTERDAM, Calendar, months_on
from mailagent.core.clocks import Level, Preset, start

EQUATED = frozenset({date(2026, 1, 2), date(2026, 5, 15)})
CALENDAR = Calendar(EQUATED, 2028, time(9), time(17))

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def here(text: str) -> datetime:
    """A moment as the clock on the wall of the office says it."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("received", "hours", "ends"),
    [
        ("2026-03-03 09:00", 8, "2026-03-03 17:00"),  # a working day is full at closing time
        ("2026-03-03 04:00", 1, "2026-03-03 10:00"),  # before we open
        ("2026-03-03 17:00", 1, "2026-03-04 10:00"),  # as we close
        ("2026-03-03 16:30", 1, "2026-03-04 09:30"),
        ("2026-03-06 16:00", 2, "2026-03-09 10:00"),  # over a weekend
        ("2026-03-07 12:00", 1, "2026-03-09 10:00"),  # on a Saturday
        ("2026-04-02 12:00", 16, "2026-04-08 12:00"),  # Good Friday to Easter Monday
        ("2026-04-24 16:30", 1, "2026-04-28 09:30"),  # King's day on a Monday
        ("2026-05-13 16:00", 2, "2026-05-18 10:00"),  # Ascension and an equated Friday
        ("2025-12-31 16:00", 2, "2026-01-05 10:00"),  # New Year and an equated Friday
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),  # summer time begins in the weekend
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),  # and ends
        ("2026-03-02 09:00", 80, "2026-03-13 17:00"),  # two weeks of five days
    ],
)
def test_kl_06_office_hours_pass_only_while_the_office_is_open(received: str, hours: int, ends: str) -> None:
    clock = start(Preset("reactie", "service", hours=hours), here(received), CALENDAR)
    assert clock.ends_at == here(ends)
    assert clock.last_day == here(ends).date()
    assert datetime.fromisoformat(clock.said_end) == here(ends)


@pytest.mark.parametrize(
    ("received", "ends"),
    [
        ("2026-03-03 10:00", "2026-03-06 10:00"),
        ("2026-03-27 16:00", "2026-03-30 17:00"),  # an hour is skipped: 72 hours later is 17:00
        ("2026-10-23 16:00", "2026-10-26 15:00"),  # an hour comes twice
        ("2025-12-31 16:00", "2026-01-03 16:00"),  # holidays and weekends count
    ],
)
def test_kl_06_seventy_two_hours_round_the_clock_are_that_by_every_clock(received: str, ends: str) -> None:
    preset = Preset("avg-datalek", "service", hours=72, round_the_clock=True)
    clock = start(preset, here(received), CALENDAR)
    assert clock.ends_at == here(ends)
    assert clock.ends_at - here(received).astimezone(UTC) == timedelta(hours=72)


@pytest.mark.parametrize(
    ("received", "days", "half", "ends"),
    [
        ("2026-03-06 10:00", 1, "2026-03-09 12:00", "2026-03-10 00:00"),  # a Friday: the Monday
        ("2026-03-07 23:59", 1, "2026-03-09 12:00", "2026-03-10 00:00"),
        ("2026-03-02 10:00", 5, "2026-03-05 12:00", "2026-03-10 00:00"),
        ("2026-04-01 10:00", 2, "2026-04-03 00:00", "2026-04-08 00:00"),  # Easter
        ("2026-03-27 10:00", 2, "2026-03-31 00:00", "2026-04-01 00:00"),  # summer time begins
        ("2026-10-23 10:00", 3, "2026-10-27 12:00", "2026-10-29 00:00"),  # and ends
    ],
)
def test_kl_06_a_share_of_working_days_is_of_what_is_worked(
    received: str, days: int, half: str, ends: str
) -> None:
    preset = Preset("in_behandeling", "service", working_days=days, levels=(Level("halverwege", 0.5),))
    clock = start(preset, here(received), CALENDAR)
    assert [due.at for due in clock.levels] == [here(half)]
    assert clock.ends_at == here(ends)


@pytest.mark.parametrize(
    ("received", "months", "last_day"),
    [
        ("2026-03-02", 2, "2026-05-02"),  # a Saturday, and it stays
        ("2025-12-31", 2, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(
    received: str, months: int, last_day: str
) -> None:
    day = date.fromisoformat(received)
    assert months_on(day, months) == date.fromisoformat(last_day)
    clock = start(Preset("fr-acpr", "statutory", months=months), here(f"{received} 11:00"), CALENDAR)
    assert clock.last_day == date.fromisoformat(last_day)


@pytest.mark.parametrize("share", [n / 10 for n in range(1, 21)])
def test_a_share_that_is_whole_ends_with_a_day_whatever_the_computer_makes_of_it(share: float) -> None:
    assert CALENDAR.after_working_days(date(2026, 3, 2), share * 10).astimezone(AMSTERDAM).time() == time.min


@given(moments, st.integers(1, 200))
def test_a_term_in_office_hours_ends_while_the_office_is_open(received: datetime, hours: int) -> None:
    clock = start(Preset("oplossing", "service", hours=hours), received, CALENDAR)
    local = clock.ends_at.astimezone(AMSTERDAM)
    assert CALENDAR.is_working_day(local.date())
    assert time(9) < local.time() <= time(17)
    assert clock.started_at < clock.at_risk_at < clock.ends_at


@given(moments, st.integers(1, 100), st.integers(1, 100))
def test_office_hours_add_up(received: datetime, some: int, more: int) -> None:
    first = CALENDAR.after_office_hours(received, timedelta(hours=some))
    assert CALENDAR.after_office_hours(first, timedelta(hours=more)) == CALENDAR.after_office_hours(
        received, timedelta(hours=some + more)
    )
