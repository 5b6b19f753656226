"""Clocks: last days, levels that fire once, colours, and the way to a JSON column and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.calendar import Calendar, end_of_day
from mailagent.core.clocks import Clock, Due, Level, Preset, colour, crossed, next_wake, start

CALENDAR = Calendar(frozenset({date(2026, 1, 2), date(2026, 5, 15)}), 2028)
LEVELS = (Level("halverwege", 0.5), Level("bijna", 0.8), Level("te_laat", 1.0), Level("ruim_te_laat", 1.5))
AWB = Preset("awb", "statutory", weeks=6, levels=LEVELS)
HEROPEND = Preset("heropend", "service", working_days=5, levels=LEVELS)

RECEIVED = datetime(2026, 1, 5, 10, tzinfo=UTC)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
presets = st.sampled_from([AWB, HEROPEND])


def test_a_klacht_of_monday_is_due_at_the_end_of_the_monday_six_weeks_later() -> None:
    clock = start(AWB, RECEIVED, CALENDAR)
    assert clock.name == "statutory"
    assert clock.last_day == date(2026, 2, 16)
    assert {due.name: due.at for due in clock.levels} == {
        "halverwege": datetime(2026, 1, 26, 23, tzinfo=UTC),
        "bijna": datetime(2026, 2, 8, 13, 24, tzinfo=UTC),  # 33.6 of the 42 days
        "te_laat": datetime(2026, 2, 16, 23, tzinfo=UTC),
        "ruim_te_laat": datetime(2026, 3, 9, 23, tzinfo=UTC),
    }


def test_a_mail_of_just_after_midnight_in_amsterdam_belongs_to_the_new_day() -> None:
    late, later = datetime(2026, 1, 5, 22, 59, tzinfo=UTC), datetime(2026, 1, 5, 23, 0, tzinfo=UTC)
    assert start(AWB, late, CALENDAR).last_day == date(2026, 2, 16)
    assert start(AWB, later, CALENDAR).last_day == date(2026, 2, 17)


def test_a_reopened_klacht_has_five_working_days() -> None:
    wednesday_before_good_friday = datetime(2026, 4, 1, 9, tzinfo=UTC)
    assert start(HEROPEND, wednesday_before_good_friday, CALENDAR).last_day == date(2026, 4, 10)


def test_the_last_day_itself_is_not_too_late() -> None:
    clock = start(AWB, RECEIVED, CALENDAR)
    midnight = end_of_day(clock.last_day)
    assert colour(clock, midnight - timedelta(seconds=1)) == "bijna"
    assert colour(clock, midnight) == "te_laat"
    assert "te_laat" not in [due.name for due in crossed(clock, midnight - timedelta(seconds=1))[0]]
    assert "te_laat" in [due.name for due in crossed(clock, midnight)[0]]


def test_a_clock_is_on_track_until_four_fifths_of_the_term() -> None:
    clock = start(AWB, RECEIVED, CALENDAR)
    bijna = next(due.at for due in clock.levels if due.name == "bijna")
    assert colour(clock, RECEIVED) == "op_schema"
    assert colour(clock, bijna - timedelta(seconds=1)) == "op_schema"
    assert colour(clock, bijna) == "bijna"


def test_a_sweep_that_comes_late_reports_when_each_level_was_crossed() -> None:
    clock = start(AWB, RECEIVED, CALENDAR)
    over, rest = crossed(clock, datetime(2026, 3, 1, tzinfo=UTC))
    assert over == clock.levels[:3]
    assert next_wake(rest) == datetime(2026, 3, 9, 23, tzinfo=UTC)


def test_a_clock_with_every_level_crossed_sleeps_for_good() -> None:
    _, rest = crossed(start(AWB, RECEIVED, CALENDAR), datetime(2030, 1, 1, tzinfo=UTC))
    assert rest.levels == ()
    assert next_wake(rest) is None
    assert colour(rest, datetime(2030, 1, 1, tzinfo=UTC)) == "te_laat"


def test_levels_may_be_written_in_any_order() -> None:
    preset = Preset("awb", "statutory", weeks=6, levels=LEVELS[::-1])
    assert start(preset, RECEIVED, CALENDAR).levels == start(AWB, RECEIVED, CALENDAR).levels


def test_a_moment_without_a_zone_starts_no_clock() -> None:
    with pytest.raises(ValueError, match="zone"):
        start(AWB, RECEIVED.replace(tzinfo=None), CALENDAR)


@given(presets, moments, st.lists(moments, max_size=6))
def test_each_level_fires_exactly_once_however_often_we_look(
    preset: Preset, received: datetime, looks: list[datetime]
) -> None:
    clock = start(preset, received, CALENDAR)
    rest = clock
    fired: tuple[Due, ...] = ()
    for now in [*sorted(looks), datetime(2042, 1, 1, tzinfo=UTC)]:
        over, rest = crossed(rest, now)
        assert all(due.at <= now for due in over)
        fired = fired + over
    assert fired == clock.levels


@given(presets, moments)
def test_levels_come_in_order_after_the_receipt_and_the_end_is_the_end_of_a_working_day(
    preset: Preset, received: datetime
) -> None:
    clock = start(preset, received, CALENDAR)
    at = [due.at for due in clock.levels]
    assert at == sorted(at)
    assert received < at[0]
    assert at[2] == end_of_day(clock.last_day)
    assert CALENDAR.is_working_day(clock.last_day)
    assert next_wake(clock) == at[0]


@given(presets, moments)
def test_a_clock_comes_back_from_json_as_it_was(preset: Preset, received: datetime) -> None:
    clock = start(preset, received, CALENDAR)
    assert Clock.from_dict(json.loads(json.dumps(clock.as_dict()))) == clock
