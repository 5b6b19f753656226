"""Days and moments as a reader says them, in the language of the mail."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from babel.dates import format_date

from mailagent.core.calendar import AMSTERDAM, local_day

_MOMENT = {"nl": "{day} om {time} uur", "en": "{day} at {time}", "fr": "{day} à {time}"}


@cache
def day(text: str, language: str) -> str:
    """`2026-04-07` → `dinsdag 7 april 2026`; "" stays "". `text` is a day or a moment in ISO 8601."""
    return format_date(date.fromisoformat(text[:10]), "EEEE d MMMM y", locale=language) if text else ""


def moment(text: str, language: str) -> str:
    """A moment in ISO 8601 → `dinsdag 7 april 2026 om 14.05 uur`, in Amsterdam time; "" stays "".

    ValueError for a moment without a zone.
    """
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    clock = "%H.%M" if language == "nl" else "%H:%M"
    written = {
        "day": day(local_day(at).isoformat(), language),
        "time": at.astimezone(AMSTERDAM).strftime(clock),
    }
    return _MOMENT.get(language, "{day}, {time}").format(**written)
