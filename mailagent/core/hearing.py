"""The conversation with a melder that Awb 9:10 asks for, as an entry for their calendar (RFC 5545)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOW_LONG = timedelta(hours=1)
"""An invitation says when it begins; a calendar wants an end as well."""

FILE, KIND = "hoorzitting.ics", "text/calendar; charset=utf-8; method=PUBLISH"

_OCTETS = 75
_SUMMARY = {
    "nl": "Gesprek over uw klacht",
    "en": "Conversation about your complaint",
    "fr": "Entretien sur votre plainte",
}


@dataclass(frozen=True, slots=True)
class Hearing:
    """When and where the melder is heard. `number` counts its changes from 0; `made_at` is when it was
    written. `host` is our name, `address` our mail address."""

    kenmerk: str
    begins: datetime
    place: str
    number: int
    made_at: datetime
    host: str
    address: str


def entry(hearing: Hearing, language: str) -> str:
    """One event for a calendar, in UTC; a change has the same UID and a higher SEQUENCE.

    It is published, not requested (RFC 5546 3.2.1): a request would have the mail program of the melder
    answer with a mail of its own, and whether somebody comes is for them to say in words.
    """
    domain = hearing.address.rpartition("@")[2]
    summary = f"{_SUMMARY.get(language, _SUMMARY['nl'])} {hearing.kenmerk}"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mailagent//hoorzitting//NL",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{hearing.kenmerk}-hoorzitting@{domain}",
        f"SEQUENCE:{hearing.number}",
        f"DTSTAMP:{_moment(hearing.made_at)}",
        f"DTSTART:{_moment(hearing.begins)}",
        f"DTEND:{_moment(hearing.begins + HOW_LONG)}",
        f"SUMMARY:{_text(summary)}",
        f"LOCATION:{_text(hearing.place)}",
        f"ORGANIZER;CN={_quoted(hearing.host)}:mailto:{hearing.address}",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """RFC 5545 3.3.11."""
    words = " ".join(words.split())
    return words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _quoted(words: str) -> str:
    """RFC 5545 3.2: what is between quotes holds none."""
    return '"' + " ".join(words.split()).replace('"', "'") + '"'


def _folded(line: str) -> str:
    """At most 75 octets a line, and no character cut in two (RFC 5545 3.1)."""
    lines, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _OCTETS:
            lines.append(" ")
            size = 1
        lines[-1] += character
        size += octets
    return "\r\n".join(lines)
