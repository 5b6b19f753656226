"""What the post room knows of letters: days, piles, doubtful words, addresses, and whose a letter is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from post_room import JAN, LETTER, page, paper

from mailagent.core.klacht import Klacht
from mailagent.core.postroom import (
    complete,
    day_in,
    is_party,
    is_same_melder,
    is_scan,
    marked,
    postal_of,
    proposal,
    ranges_of,
    received_on,
    said_ranges,
    unmarked,
)

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
SCAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
KLACHT = Klacht(1, "KL26-00001", "", "", "", NOON, melder_name="Jan de Vries", postcode="1234 AB")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-02-27", date(2026, 2, 27)),
        ("post van 27-02-2026", date(2026, 2, 27)),
        ("20260227", date(2026, 2, 27)),
        ("2026-02-30", None),
        ("afdeling 12", None),
        ("scan_120260227", None),
    ],
)
def test_a_folder_or_a_sheet_says_a_day(name: str, day: date | None) -> None:
    assert day_in(name) == day


@pytest.mark.parametrize(
    ("day", "stands_for"),
    [
        (None, SCAN),
        (date(2026, 3, 2), SCAN),
        (date(2026, 3, 1), datetime(2026, 3, 1, 11, tzinfo=UTC)),
        (date(2026, 3, 3), SCAN),
        (date(2025, 3, 1), SCAN),
    ],
)
def test_the_day_of_receipt_is_never_after_the_scan_nor_long_ago(
    day: date | None, stands_for: datetime
) -> None:
    assert received_on(day, SCAN) == stands_for


@pytest.mark.parametrize(
    ("name", "kind", "is_one"),
    [
        ("scan.pdf", "application/octet-stream", True),
        ("", "image/tiff", True),
        ("IMG_1.HEIC", "application/octet-stream", True),
        ("logo.gif", "image/gif", False),
        ("mail.txt", "text/plain", False),
    ],
)
def test_a_scan_is_known_by_its_kind_or_its_name(name: str, kind: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_scan(name, kind) is is_one


@pytest.mark.parametrize(
    ("words", "ranges"),
    [
        ("1-2 3 4-6", ((1, 2), (3, 3), (4, 6))),
        ("1, 2–3", ((1, 1), (2, 3))),
        ("3 1-2", ()),
        ("1-3 2-4", ()),
        ("4-2", ()),
        ("0-1", ()),
        ("alle", ()),
        ("", ()),
    ],
)
def test_pages_are_written_as_ranges_in_order(words: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert ranges_of(words) == ranges
    assert ranges_of(said_ranges(ranges)) == ranges


@pytest.mark.parametrize(
    ("ranges", "last", "whole"),
    [
        (((2, 3),), 5, ((1, 1), (2, 3), (4, 5))),
        (((1, 2), (3, 9)), 4, ((1, 2), (3, 4))),
        (((7, 8),), 4, ((1, 4),)),
        ((), 2, ((1, 2),)),
    ],
)
def test_no_page_of_a_pile_is_lost(
    ranges: tuple[tuple[int, int], ...], last: int, whole: tuple[tuple[int, int], ...]
) -> None:
    assert complete(ranges, last) == whole


def test_a_pile_falls_apart_where_letters_begin_and_one_letter_does_not() -> None:
    more = page(2, "Verder wil ik nog zeggen dat ik dit al in 2024 meldde.\nJ. de Vries")
    assert proposal([page(1, LETTER), more, page(4, LETTER)], 5) == ((1, 3), (4, 5))
    assert proposal([page(1, LETTER), more], 2) == ((1, 2),)
    assert proposal([page(2, "Zomaar een blad.")], 2) == ((1, 2),)


def test_doubtful_words_are_marked_in_place_and_the_marks_come_off() -> None:
    letter = paper("De bak is\n  vol, de bak.", doubtful=["bak.", "vol,"])
    assert marked(letter) == "De bak is\n  [vol,?] de [bak.?]"
    assert unmarked(marked(letter)) == letter.text
    assert unmarked("[BSN] en [zie bijlage]") == "[BSN] en [zie bijlage]"


@pytest.mark.parametrize(
    "address", ["Dorpsstraat 12", "Dorpsstraat 12\n1234 AB Voorbeeld", "Dorpsstraat 12, 1234 AB Voorbeeld"]
)
def test_a_postal_address_is_whole_however_it_was_read(address: str) -> None:
    postal = postal_of(paper(**{**JAN, "address": address}))
    assert str(postal) == "J. de Vries, Dorpsstraat 12, 1234 AB Voorbeeld"


def test_without_a_postcode_there_is_no_address() -> None:
    assert postal_of(paper(name="J. de Vries", address="Dorpsstraat 12")) is None


@pytest.mark.parametrize(
    ("fields", "party"),
    [
        ({"name": "J. de Vries", "postcode": "1234AB"}, True),
        ({"name": "Mevr. Vriés", "postcode": "1234 AB"}, True),
        ({"name": "J. DE VRIES", "postcode": "1234 ab"}, True),
        ({"name": "J. de Vries", "postcode": "1234 AC"}, False),
        ({"name": "P. de Boer", "postcode": "1234 AB"}, False),
        ({"name": "J. de Vries"}, False),
        ({"postcode": "1234 AB"}, False),
    ],
)
def test_name_and_postcode_prove_a_writer(fields: dict[str, str], party: bool) -> None:  # noqa: FBT001
    assert is_party(KLACHT, paper(**fields)) is party


def test_the_address_of_a_mail_proves_its_writer_on_paper_too() -> None:
    mailed = replace(KLACHT, melder="jan@home.example", postcode="")
    assert is_party(mailed, paper(name="J", email="Jan@Home.example"))
    assert not is_party(mailed, paper(name="J. de Vries", postcode="1234 AB"))


def test_who_has_no_address_is_known_by_name_and_postcode() -> None:
    assert is_same_melder(KLACHT, replace(KLACHT, melder_name="J. de Vries"))
    assert not is_same_melder(KLACHT, replace(KLACHT, postcode="1234 AC"))
    assert not is_same_melder(replace(KLACHT, postcode=""), replace(KLACHT, postcode=""))
    assert not is_same_melder(KLACHT, replace(KLACHT, melder="jan@home.example"))
