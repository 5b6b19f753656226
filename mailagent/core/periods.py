"""The periods that figures are told by: weeks, months, quarters and years, as Amsterdam lives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailagent.core.calendar import ONE_DAY, end_of_day

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"
SIZES = (WEEK, MONTH, QUARTER, YEAR)

LAST = 12
"""So many periods are told, the running one included."""

_MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a size; `first` is its first day."""

    size: str
    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.moved(1).first - ONE_DAY

    @property
    def begin(self) -> datetime:
        """The moment, in UTC, at which it begins: midnight in Amsterdam."""
        return end_of_day(self.first - ONE_DAY)

    @property
    def name(self) -> str:
        """2026-W10, 2026-03, 2026-Q1 or 2026, so that names in order are periods in order."""
        if self.size == WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.size == QUARTER:
            return f"{self.first.year}-Q{self.first.month // 3 + 1}"
        return f"{self.first:%Y-%m}" if self.size == MONTH else f"{self.first.year}"

    def moved(self, steps: int) -> Period:
        """The period so many steps later; earlier where `steps` is negative."""
        if self.size == WEEK:
            return Period(WEEK, self.first + timedelta(weeks=steps))
        months = self.first.year * 12 + self.first.month - 1 + steps * _MONTHS[self.size]
        return Period(self.size, date(months // 12, months % 12 + 1, 1))


def period_of(day: date, size: str) -> Period:
    """The period a day lies in; a week begins on Monday (ISO 8601)."""
    if size == WEEK:
        return Period(WEEK, day - timedelta(days=day.weekday()))
    months = _MONTHS[size]
    return Period(size, date(day.year, (day.month - 1) // months * months + 1, 1))


def last_periods(until: date, size: str, since: date | None = None) -> tuple[Period, ...]:
    """The last twelve periods, oldest first, up to the one of `until`; none that was over before `since`."""
    newest = period_of(until, size)
    every = (newest.moved(steps) for steps in range(1 - LAST, 1))
    return tuple(period for period in every if since is None or period.last >= since)
