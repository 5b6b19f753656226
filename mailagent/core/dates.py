"""Days and hours as people write them in a mail, in Dutch or English."""

from __future__ import annotations

import re
from datetime import date, time

from mailagent.core.errors import NotUnderstood

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "maandag monday ma mon",
            "dinsdag tuesday di tue",
            "woensdag wednesday wo wed",
            "donderdag thursday do thu",
            "vrijdag friday vr fri",
            "zaterdag saturday za sat",
            "zondag sunday zo sun",
        )
    )
    for name in names.split()
}
_DUTCH_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")

_GAP = r"[\s\xa0,.;:]*"
_WEEKDAY = rf"(?:(?:op|on){_GAP}\b)?(?:(?P<weekday>[^\W\d]{{2,9}})\b\.?[\s\xa0,]+)?"
_FORMS = (
    re.compile(
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:e|ste|de|st|nd|rd|th)?[\s\xa0.-]+(?P<month>[^\W\d]{{3,9}})\b\.?"
        r"(?:[\s\xa0,-]*(?P<year>\d{4})\b)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_WEEKDAY}(?P<month>[^\W\d]{{3,9}})\.?[\s\xa0]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
        r"(?:[\s\xa0,]*(?P<year>\d{4})\b)?",
        re.IGNORECASE,
    ),
    re.compile(rf"{_WEEKDAY}(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\b", re.IGNORECASE),
    re.compile(
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<year>\d{{4}})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})[-/](?P<month>\d{{1,2}})(?![-/.\d])", re.IGNORECASE),
)
_CLOCK = re.compile(
    r"(?:(?:om|at|van|from|vanaf)\s+)?(?P<hour>\d{1,2})"
    r"(?:\s*(?:[:.]|(?:u|h)(?=\d))\s*(?P<minute>\d{2})(?:\s*(?:uur|u|h)\b)?|\s*(?:uur|u|h)\b)\.?",
    re.IGNORECASE,
)


def written(day: date) -> str:
    """A day as our sentences to agents say it."""
    return f"{_DUTCH_DAYS[day.weekday()]} {day:%d-%m-%Y}"


_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("een één one", "twee two", "drie three", "vier four", "vijf five", "zes six", "zeven", "acht"), 1
    )
    for word in words.split()
}
_WEEKS = re.compile(
    r"(?:(?:met|by|nog|another)\s+)?(?P<number>\d{1,3}|[^\W\d]{3,5})\s+(?:weken|week|weeks)\b" + _GAP,
    re.IGNORECASE,
)


def weeks_of(text: str) -> tuple[int, str]:
    """The number of weeks a text opens with (0 for none), and what follows it."""
    found = _WEEKS.match(text)
    if not found:
        return 0, text
    word = found["number"].casefold()
    number = int(word) if word.isdigit() else _NUMBERS.get(word, 0)
    return (number, text[found.end() :]) if number else (0, text)


def day_of(text: str, today: date) -> tuple[date | None, str]:
    """The day a text opens with (None for none), and what follows it; without a year the next such day.
    `NotUnderstood` for a day that does not exist, or that is another day of the week than is written."""
    text = text.lstrip(" \t\xa0,.;:")
    for form in _FORMS:
        found = form.match(text)
        parts = _parts(found.groupdict()) if found else None
        if found and parts:
            return _day(parts, found.group().strip(), today), text[found.end() :].lstrip(" \t\xa0,.;:")
    return None, text


_Parts = tuple[int | None, int, int, int | None]
"""Year, month, day and day of the week; those that are not written are None."""


def _parts(written: dict[str, str | None]) -> _Parts | None:
    """None where a word among them is no month and no day of the week."""
    word, weekday = (written["month"] or "").casefold(), (written["weekday"] or "").casefold()
    month = int(word) if word.isdigit() else MONTHS.get(word)
    if month is None or (weekday and weekday not in _WEEKDAYS):
        return None
    year = written.get("year")
    return int(year) if year else None, month, int(written["day"] or 0), _WEEKDAYS.get(weekday)


def _day(parts: _Parts, written: str, today: date) -> date:
    year, month, number, weekday = parts
    try:
        day = date(year or today.year, month, number)
        if not year and day < today:
            day = day.replace(year=today.year + 1)
    except ValueError:
        raise NotUnderstood(f"{written} bestaat niet. Schrijf de dag als 14 maart 2026.") from None
    if weekday is not None and day.weekday() != weekday:
        raise NotUnderstood(
            f"{written}: {day:%d-%m-%Y} is een {_DUTCH_DAYS[day.weekday()]}, geen {_DUTCH_DAYS[weekday]}."
        )
    return day


def clock_of(text: str) -> tuple[time | None, str]:
    """The hour a text opens with (None for none), and what follows it. `NotUnderstood` for no such hour."""
    found = _CLOCK.match(text)
    if not found:
        return None, text
    try:
        return time(int(found["hour"]), int(found["minute"] or 0)), text[found.end() :].lstrip(" \t\xa0,.;:")
    except ValueError:
        raise NotUnderstood(f"{found.group().strip()} is geen tijd. Schrijf hem als 10:00.") from None
