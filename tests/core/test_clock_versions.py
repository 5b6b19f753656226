"""A clock that goes on otherwise: extended, agreed upon, by another preset, in another state."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.calendar import Calendar
from mailagent.core.clocks import (
    Clock,
    Level,
    Preset,
    Stay,
    agree,
    by_another,
    colour,
    crossed,
    extend,
    made_urgent,
    start,
    worst,
)
from mailagent.core.errors import NotPossible

EQUATED = frozenset(map(date.fromisoformat, ("2026-01-02", "2026-05-15", "2027-05-07")))
CALENDAR = Calendar(EQUATED, 2028)
CHAIN = (
    Level("halverwege", 0.5),
    Level("bijna", 0.8),
    Level("te_laat", 1.0, "lead"),
    Level("ruim_te_laat", 1.5, "manager"),
)
AWB = Preset("awb", "statutory", weeks=6, extension=4, levels=CHAIN)
COMMITTEE = Preset("awb_commissie", "statutory", weeks=10, extension=4, levels=CHAIN)
STATES = Preset(
    "toestand",
    "service",
    states=(Stay("nieuw", "normaal", 2), Stay("nieuw", "hoog", 1), Stay("in_behandeling", "hoog", 20)),
    levels=CHAIN,
)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T11:00:00+00:00")


def waiting(clock: Clock) -> list[str]:
    return [due.name for due in clock.levels]


def seen(clock: Clock, day: str) -> Clock:
    """The clock after a look on that day."""
    return crossed(clock, noon(day))[1]


@pytest.mark.parametrize(
    ("preset", "received", "before", "after"),
    [
        (AWB, "2026-02-20", "2026-04-07", "2026-05-01"),
        (AWB, "2026-03-16", "2026-04-28", "2026-05-26"),
        (AWB, "2025-10-23", "2025-12-04", "2026-01-05"),
        (COMMITTEE, "2026-03-01", "2026-05-11", "2026-06-08"),
    ],
)
def test_nw_02_a_verdaging_adds_four_weeks_to_the_day_before_it_rolled(
    preset: Preset, received: str, before: str, after: str
) -> None:
    clock = start(preset, noon(received), CALENDAR)
    assert clock.last_day.isoformat() == before
    assert extend(clock, CALENDAR, noon(received)).last_day.isoformat() == after


@pytest.mark.parametrize(("weeks", "last_day"), [(1, "2026-04-20"), (2, "2026-04-28"), (4, "2026-05-11")])
def test_nw_02_a_verdaging_may_be_shorter(weeks: int, last_day: str) -> None:
    clock = extend(start(AWB, noon("2026-03-02"), CALENDAR), CALENDAR, noon("2026-03-20"), weeks)
    assert (clock.last_day.isoformat(), clock.extended) == (last_day, weeks)
    longer = by_another(clock, COMMITTEE, CALENDAR, noon("2026-03-21"))
    assert longer.last_day == CALENDAR.last_day(date(2026, 3, 2), 10, extended=weeks)


def test_nw_02_a_verdaging_is_never_longer_than_the_law_allows() -> None:
    with pytest.raises(NotPossible, match="hoogstens 4 weken"):
        extend(start(AWB, noon("2026-03-02"), CALENDAR), CALENDAR, noon("2026-03-20"), 5)


def test_nw_02_a_clock_is_extended_once() -> None:
    clock = extend(start(AWB, noon("2026-03-02"), CALENDAR), CALENDAR, noon("2026-03-20"))
    with pytest.raises(NotPossible, match="al een keer verdaagd"):
        extend(clock, CALENDAR, noon("2026-03-21"))


def test_nw_02_what_the_law_does_not_extend_is_not_extended() -> None:
    with pytest.raises(NotPossible, match="niet worden verdaagd"):
        extend(
            start(Preset("fr-acpr", "statutory", months=2), noon("2026-03-02"), CALENDAR),
            CALENDAR,
            noon("2026-03-03"),
        )


def test_nw_02_consent_moves_the_last_day_to_a_working_day_and_only_later() -> None:
    clock = start(AWB, noon("2026-03-02"), CALENDAR)
    agreed = agree(clock, date(2026, 6, 20), CALENDAR, noon("2026-04-01"))
    assert (agreed.last_day, agreed.agreed, agreed.extended) == (date(2026, 6, 22), True, 0)
    with pytest.raises(NotPossible, match="De laatste dag is al 22-06-2026"):
        agree(agreed, date(2026, 6, 22), CALENDAR, noon("2026-04-02"))
    with pytest.raises(NotPossible, match="al 22-06-2026"):
        extend(agreed, CALENDAR, noon("2026-04-02"))


def test_nw_02_consent_after_a_verdaging_keeps_that_it_was_extended() -> None:
    clock = extend(start(AWB, noon("2026-03-02"), CALENDAR), CALENDAR, noon("2026-03-20"))
    agreed = agree(clock, date(2026, 7, 1), CALENDAR, noon("2026-04-01"))
    assert (agreed.extended, agreed.agreed) == (4, True)


def test_nw_02_the_levels_ahead_of_a_moved_last_day_fire_again_and_those_behind_it_do_not() -> None:
    clock = seen(start(AWB, noon("2026-03-02"), CALENDAR), "2026-04-20")
    assert waiting(clock) == ["ruim_te_laat"], "the last day was 13 April"

    moved = extend(clock, CALENDAR, noon("2026-04-20"))

    assert moved.last_day == date(2026, 5, 11)
    assert waiting(moved) == ["bijna", "te_laat", "ruim_te_laat"]
    assert colour(moved, noon("2026-04-20")) == "op_schema"


def test_a_shorter_term_fires_at_once_what_it_has_passed_and_never_fired() -> None:
    clock = seen(start(COMMITTEE, noon("2026-03-02"), CALENDAR), "2026-04-20")
    assert waiting(clock) == ["bijna", "te_laat", "ruim_te_laat"]

    shorter = by_another(clock, AWB, CALENDAR, noon("2026-04-20"))

    over, rest = crossed(shorter, noon("2026-04-20"))
    assert [due.name for due in over] == ["bijna", "te_laat"]
    assert [due.at.date().isoformat() for due in over] == ["2026-04-05", "2026-04-13"], "when it was crossed"
    assert waiting(rest) == ["ruim_te_laat"]


def test_another_category_keeps_a_verdaging_and_what_the_melder_agreed_to() -> None:
    now = noon("2026-03-20")
    extended = extend(start(AWB, noon("2026-03-02"), CALENDAR), CALENDAR, now)
    longer = by_another(extended, COMMITTEE, CALENDAR, now)
    assert (longer.last_day, longer.extended) == (date(2026, 6, 8), 4)

    agreed = agree(extended, date(2026, 9, 1), CALENDAR, now)
    assert by_another(agreed, COMMITTEE, CALENDAR, now).last_day == date(2026, 9, 1)


def test_re_02_a_state_has_a_term_of_its_own_by_complexity() -> None:
    hard, ordinary = STATES.in_state("nieuw", "hoog"), STATES.in_state("nieuw", "normaal")
    assert hard
    assert ordinary
    assert start(hard, noon("2026-03-02"), CALENDAR).last_day == date(2026, 3, 3)
    assert start(ordinary, noon("2026-03-02"), CALENDAR).last_day == date(2026, 3, 4)
    assert STATES.in_state("opgelost", "hoog") is None
    assert AWB.in_state("nieuw", "hoog") is AWB


def test_re_02_a_klacht_is_urgent_when_the_end_of_its_state_is_near_reached_or_passed() -> None:
    ordinary = STATES.in_state("nieuw", "normaal")
    assert ordinary
    clock = start(ordinary, noon("2026-03-02"), CALENDAR)
    assert not made_urgent(seen(clock, "2026-03-03"))
    for day in ("2026-03-05", "2026-03-09", "2027-01-01"):
        assert made_urgent(seen(clock, day))
    near = datetime(2026, 3, 4, 13, 24, tzinfo=UTC)  # 1.6 working days: 14:24 here, on the second one
    assert [due.at for due in crossed(clock, near)[0] if due.to == "nobody"] == [near]


def test_kl_06_a_klacht_has_the_colour_of_its_worst_clock() -> None:
    law = start(AWB, noon("2026-03-02"), CALENDAR)
    service = start(Preset("reactie", "service", hours=8), noon("2026-03-02"), CALENDAR)
    assert worst([law, service], noon("2026-03-02")) == "op_schema"
    assert worst([law, service], noon("2026-03-04")) == "te_laat"
    assert worst([law], noon("2026-03-04")) == "op_schema"
    assert worst([], noon("2026-03-04")) == ""


@given(moments, moments, st.sampled_from(["extend", "another"]))
def test_no_level_is_lost_and_none_fires_twice_before_its_new_moment(
    received: datetime, now: datetime, how: str
) -> None:
    old = crossed(start(AWB, received, CALENDAR), now)[1]
    new = extend(old, CALENDAR, now) if how == "extend" else by_another(old, COMMITTEE, CALENDAR, now)
    fired = {level.name for level in CHAIN} - set(waiting(old))
    for due in new.levels:
        assert due.at > now or due.name not in fired
    assert set(waiting(new)) >= set(waiting(old))
    assert Clock.from_dict(json.loads(json.dumps(new.as_dict()))) == new
