"""What a letter says of itself, from layouts that no template knows, each with the words that say so."""

from __future__ import annotations

import pytest

from mailagent.core.letter import FIELDS, Letter, Word, alike, judged, unread
from mailagent.core.letter_fields import fields_of
from mailagent.core.letter_values import (
    date_in,
    email_in,
    iban_in,
    kenmerk_in,
    parted_at_postcode,
    phone_in,
    postcode_in,
    street_in,
)
from tests.core.page_words import page

LETTER = """
A.B. de Groot
Lindelaan 12 bis
1234 AB Voorbeeld
Tel. 06-12 34 56 78
E-mail: ab@groot.example

Gemeente Voorbeeld
Afdeling Klachten
Postbus 100
1230 AA Voorbeeld

Voorbeeld, 3 november 2026
Uw kenmerk: KL26-00042
Ons kenmerk: AB/2026-1
Betreft: De bak is niet geleegd

Geachte heer, mevrouw,
Op 4 mei 2025 schreef ik u al. Stort het op NL91 ABNA 0417 1643 00.
Met vriendelijke groet,
A.B. de Groot
"""

ONE_LINE = """
C. Bouâzza
Marktplein 7 • 1234 AB VOORBEELD • Tel. 06 98765432 • E-mail: c@bouazza.example

Gemeente Voorbeeld
Postbus 100
1230 AA Voorbeeld

Datum             Uw kenmerk        Ons kenmerk
12-10-2026        Z-2026-118        B/12
Onderwerp: Parkeren

Beste mensen,
"""

FORM = """
KLACHTENFORMULIER
Gemeente Voorbeeld

Naam                        T. Bakker
Straat en huisnummer        Elzenstraat 31
Postcode en plaats          1234 AB Voorbeeld
Telefoon                    0345 410 220
Burgerservicenummer         [BSN]
Datum                       6-11-2026
Onderwerp                   Container kapot

Omschrijving van uw klacht
De container is stuk.
"""


def values(text: str) -> dict[str, str]:
    return {name: field.value for name, field in fields_of([page(text)]).items()}


def test_a_letter_with_an_address_on_top() -> None:
    assert values(LETTER) == {
        "name": "A.B. de Groot",
        "address": "Lindelaan 12 bis, 1234 AB Voorbeeld",
        "postcode": "1234 AB",
        "phone": "06-12 34 56 78",
        "email": "ab@groot.example",
        "date": "2026-11-03",
        "betreft": "De bak is niet geleegd",
        "our_kenmerk": "KL26-00042",
        "their_kenmerk": "AB/2026-1",
        "iban": "NL91 ABNA 0417 1643 00",
    }


def test_a_letterhead_in_one_line_and_a_row_of_headings() -> None:
    assert values(ONE_LINE) == {
        "name": "C. Bouâzza",
        "address": "Marktplein 7, 1234 AB VOORBEELD",
        "postcode": "1234 AB",
        "phone": "06 98765432",
        "email": "c@bouazza.example",
        "date": "2026-10-12",
        "betreft": "Parkeren",
        "our_kenmerk": "Z-2026-118",
        "their_kenmerk": "B/12",
    }


def test_a_form() -> None:
    assert values(FORM) == {
        "name": "T. Bakker",
        "address": "Elzenstraat 31, 1234 AB Voorbeeld",
        "postcode": "1234 AB",
        "phone": "0345 410 220",
        "date": "2026-11-06",
        "betreft": "Container kapot",
        "bsn_masked": "[BSN]",
    }


def test_the_writer_beside_us_below_or_in_one_line_is_never_taken_for_us() -> None:
    beside = """
Gemeente Voorbeeld                         A. de Groot
Postbus 100                                Lindelaan 12
1230 AA Voorbeeld                          1234 AB Stad

Hallo,
"""
    below = "Aan de gemeente\nPostbus 100\n1230 AA Voorbeeld\n\nGeachte heer,\nEen klacht.\nHoogachtend,\n"
    below += "Mevrouw J.M. van der Veen-Bakker\nKerkstraat 4a\n1234 AB Stad\n"
    line = "Afzender: P. Jansen, Dorpsweg 3, 1234 AB Stad\n\nGemeente X, Postbus 100, 1230 AA X\n\nL.S.,\n"
    firm = "Van Dam & Partners\nPostbus 55\n1234 AB Stad\n\nGemeente X\nPostbus 1\n1230 AA X\n\nL.S.,\n"
    for text, name, street in (
        (beside, "A. de Groot", "Lindelaan 12"),
        (below, "Mevrouw J.M. van der Veen-Bakker", "Kerkstraat 4a"),
        (line, "P. Jansen", "Dorpsweg 3"),
        (firm, "Van Dam & Partners", "Postbus 55"),
    ):
        found = values(text)
        assert (found["name"], found["address"]) == (name, f"{street}, 1234 AB Stad")


COLONS = """
Datum          : 3 november 2026
Kenmerk (uw)   : ZK-2026-55
Kenmerk (ons)  : 44/2026
Postcode       : 1234 AB
Woonplaats     : Stad
Adres          : Markt 1
"""


def test_a_table_with_colons_and_labels_in_brackets() -> None:
    assert values(COLONS) == {
        "date": "2026-11-03",
        "our_kenmerk": "ZK-2026-55",
        "their_kenmerk": "44/2026",
        "postcode": "1234 AB",
        "address": "Markt 1, 1234 AB Stad",
    }


def test_the_day_of_another_letter_and_the_number_of_another_person_are_not_the_writers() -> None:
    text = "Uw brief van 3 oktober 2026, kenmerk Z-123\n\nL.S.,\nMijn huisarts, telefoon 0345-223344.\n"
    assert values(text) == {"our_kenmerk": "Z-123"}
    assert values("Hallo,\nBel mij op 06-12345678.\n") == {"phone": "06-12345678"}


def test_who_writes_no_address_is_known_by_the_signature() -> None:
    found = fields_of([page("Geachte heer,\nDe bak is vol.\nHoogachtend,\nsqwgl\nP. van Dam\n")])
    assert found["name"].value == "P. van Dam"
    assert found["name"].evidence == "Hoogachtend, / P. van Dam"
    assert set(found) == {"name"}


def test_a_name_with_its_accents_is_the_better_one() -> None:
    text = "S. Ozturk\nKade 2\n1234 AB Voorbeeld\n\n\nHallo,\nDe bak is vol.\nGroet,\nS. Öztürk\n"
    assert values(text)["name"] == "S. Öztürk"


def test_each_field_says_where_it_was_found() -> None:
    found = fields_of([page(LETTER)])
    assert found["our_kenmerk"].evidence == "Uw kenmerk: KL26-00042"
    assert found["date"].evidence == "Voorbeeld, 3 november 2026"
    assert found["iban"].evidence.startswith("Op 4 mei 2025")
    assert set(found) <= set(FIELDS)


def test_a_kenmerk_of_ours_in_a_sentence_is_found_too() -> None:
    assert values("Hallo,\nDit gaat over kl26-00042 van vorige week.\n") == {"our_kenmerk": "KL26-00042"}


def test_a_page_without_words_says_nothing() -> None:
    assert fields_of([page("")]) == {}
    assert fields_of([]) == {}


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (date_in, "Datum: 3 novernber 2026", "2026-11-03"),  # a month as it was read
        (date_in, "l9 mei 2026", ""),
        (date_in, "op 31-02-2026 en 1-3-26", "2026-03-01"),
        (date_in, "geboren 4 mei 1950", ""),
        (postcode_in, "3861GH Lindemeer", "3861 GH"),
        (postcode_in, "38O1 G8", "3801 GB"),
        (postcode_in, "2026 OM", "2026 OM"),
        (postcode_in, "0123 AB en 1234 SS", ""),
        (street_in, "Laan 3-Il,", "Laan 3-II"),
        (email_in, "E-mail: secretariaat @fiets.example", "secretariaat@fiets.example"),
        (phone_in, "+31 (0)6 1122 3344", "+31 (0)6 1122 3344"),
        (phone_in, "O345-678 90l", "0345-678 901"),
        (phone_in, "in 2026 10 11 12", ""),
        (iban_in, "NL9I ABNA O417 1643 00", "NL91 ABNA 0417 1643 00"),
        (iban_in, "NL91 ABNA 0417 1643 01", ""),
        (iban_in, "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
        (kenmerk_in, "OZB 2026.55.1290", "OZB 2026.55.1290"),
        (kenmerk_in, "onbekend", ""),
    ],
)
def test_a_value_is_read_as_it_was_meant(read: object, text: str, value: str) -> None:
    assert callable(read)
    assert read(text) == value


def test_a_line_is_parted_at_its_postcode() -> None:
    line = "Dorpsstraat 1, 1234 AB Oud-Voorbeeld aan den Rijn e Tel."
    assert parted_at_postcode(line) == ("Dorpsstraat 1, ", "1234 AB", "Oud-Voorbeeld aan den Rijn")
    assert parted_at_postcode("geen") == ("geen", "", "")


@pytest.mark.parametrize(
    ("confidence", "whole", "second", "status"),
    [
        (95, True, False, "automatic"),
        (80, True, False, "automatic"),
        (95, False, False, "check"),
        (79, True, False, "check"),
        (49, True, False, "retype"),
        (49, True, True, "check"),
    ],
)
def test_confidence_and_coverage_decide(confidence: int, whole: bool, second: bool, status: str) -> None:  # noqa: FBT001
    letter = judged(Letter("tekst", confidence), whole=whole, second=second)
    assert letter.status == status
    assert bool(letter.reason) == (status != "automatic")


def test_what_is_not_read_is_no_letter() -> None:
    letter = unread("password")
    assert (letter.status, letter.value("name")) == ("quarantine", "")
    assert "wachtwoord" in letter.reason


def test_a_word_is_sure_or_not() -> None:
    assert Word("bak", 80, (0, 0, 1, 1)).sure
    assert not Word("bak", 79, (0, 0, 1, 1)).sure


def test_two_scans_of_one_page_are_alike() -> None:
    assert alike(0b1011, 0b1000)
    assert not alike(0xFFFF, 0)
