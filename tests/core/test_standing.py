"""How the klachten stand: the order of urgency, the figures of RE-03, and the trend per category."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailagent.core.calendar import Calendar
from mailagent.core.clocks import Preset, start
from mailagent.core.klacht import GESLOTEN, STATUSES
from mailagent.core.periods import WEEK, Period
from mailagent.core.standing import (
    CategoryTrend,
    Course,
    Life,
    Running,
    Standing,
    by_urgency,
    running,
    trend,
)

NOW = datetime(2026, 3, 30, 10, tzinfo=UTC)
AWB = Preset("awb", "statutory", weeks=6)
REACTIE = Preset("reactie", "service", hours=16)


def standing(kenmerk: str, received: str, *presets: Preset, priority: str = "normaal") -> Standing:
    clocks = tuple(
        start(preset, datetime.fromisoformat(f"{received}T10:00+00:00"), Calendar()) for preset in presets
    )
    day = clocks[0].last_day if clocks else None
    return Standing(1, kenmerk, "afval", "nieuw", "", priority, day, clocks)


def test_re_03_the_worst_colour_comes_first_then_priority_then_what_ends_first() -> None:
    late = standing("KL26-00001", "2026-01-05", AWB)
    near = standing("KL26-00002", "2026-02-20", AWB)
    urgent = standing("KL26-00003", "2026-03-29", AWB, priority="spoed")
    sooner, later = standing("KL26-00004", "2026-03-27", AWB), standing("KL26-00005", "2026-03-28", AWB)
    silent = standing("KL26-00006", "2026-03-28")

    found = by_urgency([silent, later, sooner, urgent, near, late], NOW)

    assert [one.kenmerk[-1] for one in found] == ["1", "2", "3", "4", "5", "6"]
    assert [one.colour(NOW) for one in found] == [
        "te_laat",
        "bijna",
        "op_schema",
        "op_schema",
        "op_schema",
        "",
    ]


def test_the_end_that_comes_first_is_told_whatever_clock_it_is_of() -> None:
    both = standing("KL26-00001", "2026-03-30", AWB, REACTIE)
    assert both.next_end == "2026-04-01T10:00:00+00:00"  # five hours, eight, and three
    assert standing("KL26-00002", "2026-03-30", AWB).next_end == "2026-05-11"
    assert standing("KL26-00003", "2026-03-30").next_end == ""
    four_weeks = Preset("awb_9_8", "service", weeks=4, until="decided")
    assert standing("KL26-00004", "2026-03-30", AWB, four_weeks).next_end == "2026-05-11"


def test_re_03_running_klachten_are_counted_by_state() -> None:
    counts = {
        ("nieuw", False): 3,
        ("nieuw", True): 5,
        ("in_behandeling", True): 7,
        ("heropend", True): 2,
        ("opgelost", True): 11,
        ("opgelost", False): 1,
        ("verzoek_tot_heropenen", True): 4,
    }
    assert running(counts, 6) == Running(new=3, acknowledged=14, answered=16, urgent=6)


@pytest.mark.parametrize("status", [status for status in STATUSES if status != GESLOTEN])
@pytest.mark.parametrize("acknowledged", [True, False])
def test_re_03_every_klacht_that_is_not_closed_is_counted_once(status: str, acknowledged: object) -> None:
    found = running({(status, bool(acknowledged)): 1}, 0)
    assert found.new + found.acknowledged + found.answered == 1


WEEK_10 = Period(WEEK, date(2026, 3, 2))


def test_kl_05_the_trend_of_a_category_has_the_period_before_beside_it() -> None:
    lives = [
        Life("afval", date(2026, 2, 22), None),  # the Sunday before both weeks
        Life("afval", date(2026, 2, 23), date(2026, 3, 3)),
        Life("afval", date(2026, 3, 1), date(2026, 3, 1)),
        Life("afval", date(2026, 3, 2), None),
        Life("afval", date(2026, 3, 8), date(2026, 3, 9)),  # handled after it
        Life(None, date(2026, 3, 4), date(2026, 3, 6)),
        Life("oud", date(2026, 1, 5), date(2026, 1, 6)),
    ]
    assert trend(lives, WEEK_10) == (
        CategoryTrend("afval", Course(2, 1, 8.0), Course(2, 1, 0.0)),
        CategoryTrend(None, Course(1, 1, 2.0), Course(0, 0, None)),
    )


def test_kl_05_days_are_rounded_to_one_decimal() -> None:
    lives = [Life("afval", date(2026, 3, 2), date(2026, 3, day)) for day in (2, 3, 3)]
    [told] = trend(lives, WEEK_10)
    assert told.now == Course(3, 3, 0.7)


def test_kl_05_where_nothing_happened_there_is_no_trend() -> None:
    assert trend([], WEEK_10) == ()
