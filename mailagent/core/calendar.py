"""Which days and hours count: Dutch working days, last days by the Algemene termijnenwet, office hours."""

from __future__ import annotations

from calendar import monthrange
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


def months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def holidays_of(year: int) -> frozenset[date]:
    """The generally recognised holidays of Atw art. 3 lid 1 and 2, without the days equated by decree.

    Good Friday and 5 May count every year; the library calls them optional because not every employer
    gives them.
    """
    return frozenset(country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL)))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days by the Algemene termijnenwet (Atw), and the office hours on each. `equated` are the
    days equated with a holiday by decree (Atw art. 3 lid 3); `equated_until` is the last year for which that
    table is known to be complete. `opens` and `closes` are wall-clock time in Europe/Amsterdam."""

    equated: frozenset[date] = frozenset()
    equated_until: int = 0
    opens: time = time(9)
    closes: time = time(17)

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

    def after_working_days(self, day: date, days: float) -> datetime:
        """The moment, in UTC, at which so many working days after `day` are over; a part of one counts within
        the working day on which it falls. `days` is more than 0."""
        whole, part = divmod(round(days, 6), 1)
        for _ in range(int(whole)):
            day = self.roll(day + ONE_DAY)
        if not part:
            return end_of_day(day)
        last = self.roll(day + ONE_DAY)
        begins = end_of_day(last - ONE_DAY)
        return begins + part * (end_of_day(last) - begins)

    def after_office_hours(self, moment: datetime, hours: timedelta) -> datetime:
        """The moment, in UTC, at which so much office time has passed since `moment`; the office is closed
        outside its hours, and on days that are no working day. ValueError for a moment without a zone."""
        day, moment = local_day(moment), moment.astimezone(UTC)
        while True:
            begins, ends = max(moment, self._at(day, self.opens)), self._at(day, self.closes)
            if self.is_working_day(day) and begins < ends:
                if hours <= ends - begins:
                    return begins + hours
                hours -= ends - begins
            day += ONE_DAY

    @staticmethod
    def _at(day: date, clock: time) -> datetime:
        # in UTC, for Python reckons between two moments of one zone by the wall clock
        return datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)

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
