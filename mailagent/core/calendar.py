"""Which days count: Dutch working days and last days, by the Algemene termijnenwet (Atw)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import OPTIONAL, PUBLIC, country_holidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ONE_DAY = timedelta(days=1)
SATURDAY = 5


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in Europe/Amsterdam. ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(AMSTERDAM).date()


def end_of_day(day: date) -> datetime:
    """The moment, in UTC, at which a day in Europe/Amsterdam is over: midnight, where the next one begins."""
    return datetime.combine(day + ONE_DAY, time.min, AMSTERDAM).astimezone(UTC)


@cache
def holidays_of(year: int) -> frozenset[date]:
    """The generally recognised holidays of Atw art. 3 lid 1 and 2, without the days equated by decree.

    Good Friday and 5 May count every year; the library calls them optional because not every employer
    gives them.
    """
    return frozenset(country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL)))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days. `equated` are the days equated with a holiday by decree (Atw art. 3 lid 3);
    `equated_until` is the last year for which that table is known to be complete."""

    equated: frozenset[date] = frozenset()
    equated_until: int = 0

    def is_working_day(self, day: date) -> bool:
        """Not a Saturday, Sunday, generally recognised holiday or equated day."""
        return day.weekday() < SATURDAY and day not in holidays_of(day.year) and day not in self.equated

    def roll(self, day: date) -> date:
        """The day itself where it is a working day, else the next one (Atw art. 1 lid 1)."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which itself does not count. `n` is 1 or more."""
        for _ in range(n):
            day = self.roll(day + ONE_DAY)
        return day

    def last_day(self, received: date, weeks: int, *, extended: int = 0) -> date:
        """The last day of a term of `weeks` after receipt, rolled; the day of receipt does not count.

        `extended` are the weeks of a verdaging (Awb 9:11 lid 2). They count from the day before rolling,
        which is never later than the other reading. Each of the two is a term of at most 12 weeks
        (Atw art. 4); Atw art. 2 (at least two working days) never bites in a term of weeks.
        """
        return self.roll(received + timedelta(weeks=weeks + extended))

    def warning(self, day: date) -> str | None:
        """A sentence where `day` lies past the table of equated days, so that it may prove a day off."""
        if day.year <= self.equated_until:
            return None
        return (
            f"{day.isoformat()} lies past the table of equated days, which ends with {self.equated_until}: "
            "add the newest decree to rules/holidays.yaml"
        )
