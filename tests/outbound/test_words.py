"""Days and moments as a reader says them."""

from __future__ import annotations

import pytest

from mailagent.outbound.words import day, moment


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("2026-04-07", "nl", "dinsdag 7 april 2026"),
        ("2026-04-07", "en", "Tuesday 7 April 2026"),
        ("2026-04-07", "fr", "mardi 7 avril 2026"),
        ("2028-02-29", "nl", "dinsdag 29 februari 2028"),
        ("", "nl", ""),
    ],
)
def test_a_day_is_said_in_the_language_of_the_mail(text: str, language: str, said: str) -> None:
    assert day(text, language) == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("2026-04-07T12:05:00+00:00", "nl", "dinsdag 7 april 2026 om 14.05 uur"),
        ("2026-01-07T12:05:00+00:00", "nl", "woensdag 7 januari 2026 om 13.05 uur"),
        ("2026-04-07T22:30:00+00:00", "nl", "woensdag 8 april 2026 om 00.30 uur"),
        ("2026-04-07T14:05:00+02:00", "en", "Tuesday 7 April 2026 at 14:05"),
        ("2026-04-07T14:05:00+02:00", "fr", "mardi 7 avril 2026 à 14:05"),
        ("2026-04-07T14:05:00+02:00", "de", "Dienstag 7 April 2026, 14:05"),
        ("", "nl", ""),
    ],
)
def test_a_moment_is_said_in_the_time_of_the_town_hall(text: str, language: str, said: str) -> None:
    assert moment(text, language) == said


def test_a_moment_without_a_zone_is_nobodys_moment() -> None:
    """Read as local time it would say another hour on another machine."""
    with pytest.raises(ValueError, match="zone"):
        moment("2026-04-07T12:05:00", "nl")
