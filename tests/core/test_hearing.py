"""The entry for a melder's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from mailagent.core.hearing import Hearing, entry

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEARING = Hearing(
    "KL26-00042",
    datetime(2026, 3, 16, 9, tzinfo=UTC),
    "Stadhuis, kamer 2; eerste etage",
    0,
    AT,
    'Gemeente "Voorbeeld"',
    "klachten@stad.example",
)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_entry_is_as_rfc_5545_wants_it() -> None:
    text = entry(HEARING, "nl")
    assert unfolded(text) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mailagent//hoorzitting//NL",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:KL26-00042-hoorzitting@stad.example",
        "SEQUENCE:0",
        "DTSTAMP:20260302T090000Z",
        "DTSTART:20260316T090000Z",
        "DTEND:20260316T100000Z",
        "SUMMARY:Gesprek over uw klacht KL26-00042",
        "LOCATION:Stadhuis\\, kamer 2\\; eerste etage",
        "ORGANIZER;CN=\"Gemeente 'Voorbeeld'\":mailto:klachten@stad.example",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_line_is_folded_between_characters_and_no_place_breaks_out_of_its_line() -> None:
    place = "Één " * 60 + "\r\nATTENDEE:mailto:x@evil.example\nBEGIN:VALARM"
    text = entry(replace(HEARING, place=place), "nl")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert len(unfolded(text)) == 17
    assert f"LOCATION:{' '.join(place.split())}" in unfolded(text)


def test_a_change_keeps_the_uid_and_counts_on() -> None:
    changed = unfolded(entry(replace(HEARING, number=3), "en"))
    assert "SEQUENCE:3" in changed
    assert "UID:KL26-00042-hoorzitting@stad.example" in changed
    assert "SUMMARY:Conversation about your complaint KL26-00042" in changed
