"""Days and hours as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.dates import clock_of, day_of, weeks_of
from mailagent.core.errors import NotUnderstood

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    "written",
    [
        "14 maart 2026",
        "14 mrt 2026",
        "14 mrt. 2026",
        "14-mrt-2026",
        "zaterdag 14 maart 2026",
        "za 14 maart",
        "za. 14 mrt",
        "op zaterdag 14 maart 2026",
        "14 maart",
        "14e maart 2026",
        "14 March 2026",
        "March 14, 2026",
        "Saturday 14 March",
        "14-3-2026",
        "14-03-2026",
        "14/3/2026",
        "14.03.2026",
        "14/3",
        "2026-03-14",
        "14\N{NO-BREAK SPACE}maart 2026",
    ],
)
def test_a_day_is_read_as_people_write_it(written: str) -> None:
    assert day_of(f"{written} 10:00 Stadhuis", TODAY) == (date(2026, 3, 14), "10:00 Stadhuis")
    assert day_of(f"{written}, 10:00 Stadhuis", TODAY) == (date(2026, 3, 14), "10:00 Stadhuis")
    assert day_of(written, TODAY) == (date(2026, 3, 14), "")


def test_a_day_without_a_year_is_the_next_one() -> None:
    assert day_of("1 maart", TODAY)[0] == date(2027, 3, 1)
    assert day_of("2 maart", TODAY)[0] == TODAY


@pytest.mark.parametrize("written", ["", "morgen", "Stadhuis", "14", "14 stoelen", "10:00", "de 14 maartjes"])
def test_what_is_no_day_is_left_alone(written: str) -> None:
    assert day_of(written, TODAY) == (None, written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("31 april 2026", "31 april 2026 bestaat niet"),
        ("29-2-2026", "29-2-2026 bestaat niet"),
        ("14-13-2026", "14-13-2026 bestaat niet"),
        ("vrijdag 14 maart 2026", "14-03-2026 is een zaterdag, geen vrijdag"),
    ],
)
def test_a_day_that_cannot_be_is_told_so(written: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        day_of(written, TODAY)


@pytest.mark.parametrize(
    ("written", "hour", "rest"),
    [
        ("10:00 Stadhuis", time(10), "Stadhuis"),
        ("10.30 uur, Stadhuis", time(10, 30), "Stadhuis"),
        ("om 10 uur Stadhuis", time(10), "Stadhuis"),
        ("9u Stadhuis", time(9), "Stadhuis"),
        ("14u30 Stadhuis", time(14, 30), "Stadhuis"),
        ("14h30 Stadhuis", time(14, 30), "Stadhuis"),
        ("at 10:00 Stadhuis", time(10), "Stadhuis"),
        ("Stadhuis 10", None, "Stadhuis 10"),
        ("10 Stadhuisplein", None, "10 Stadhuisplein"),
    ],
)
def test_an_hour_is_read_as_people_write_it(written: str, hour: time | None, rest: str) -> None:
    assert clock_of(written) == (hour, rest)


def test_an_hour_that_cannot_be_is_told_so() -> None:
    with pytest.raises(NotUnderstood, match="25:00 is geen tijd"):
        clock_of("25:00 Stadhuis")


@pytest.mark.parametrize(
    ("written", "weeks", "rest"),
    [
        ("2 weken, de getuige is ziek", 2, "de getuige is ziek"),
        ("met twee weken de getuige is ziek", 2, "de getuige is ziek"),
        ("één week: ziek", 1, "ziek"),
        ("by 3 weeks ill", 3, "ill"),
        ("de getuige is 2 weken ziek", 0, "de getuige is 2 weken ziek"),
        ("paar weken ziek", 0, "paar weken ziek"),
        ("0 weken ziek", 0, "0 weken ziek"),
    ],
)
def test_a_number_of_weeks_may_stand_first(written: str, weeks: int, rest: str) -> None:
    assert weeks_of(written) == (weeks, rest)


@given(st.text())
def test_nothing_that_is_written_breaks_the_reading(written: str) -> None:
    for read in (lambda text: day_of(text, TODAY), clock_of, weeks_of):
        try:
            _, rest = read(written)
        except NotUnderstood:
            continue
        assert written.endswith(rest)


@given(st.dates(date(2026, 3, 2), date(2027, 2, 28)))
def test_every_day_is_read_back(day: date) -> None:
    for form in (f"{day.day}-{day.month}-{day.year}", f"{day.day}/{day.month}", day.isoformat()):
        assert day_of(form, TODAY)[0] == day
