"""The single tests of rules: what each finds, in which field, and what RE2 cannot look for."""

from __future__ import annotations

import time

import pytest

from mailagent.core.clues import Clue, Clues
from mailagent.core.message import FIELDS, Message
from mailagent.core.patterns import wrong_pattern

MAIL = Message(
    "Kapotte glasbak",
    "De duobak is één zooi, alwéér.",
    "jan@kantoor.buurt.example",
    ("klachten@stad.example",),
    (("foto.JPG", "image/jpeg"), ("brief.pdf", "application/pdf")),
    "letter",
    "nl",
    (("betreft", "Containers"), ("postcode", "1234 AB"), ("ocr_zekerheid", "72,5")),
)


@pytest.mark.parametrize(
    ("clue", "matched"),
    [
        (Clue("regex", (r"\b(duo|papier|glas)bak\b",)), "glasbak"),  # the subject is read first
        (Clue("regex", (r"\b(duo|papier|glas)bak\b",), ("tekst",)), "duobak"),
        (Clue("regex", ("ÉÉN  *zooi",)), "een zooi"),  # neither capitals nor accents matter
        (Clue("regex", (r"^de\b",), ("onderwerp",)), None),
        (Clue("frase", ("alweer",)), "alweer"),
        (Clue("woord", ("container",), ("brief.betreft",)), "containers"),
        (Clue("woord", ("container",)), None),
        (Clue("is", ("Letter",), ("kanaal",)), "letter"),
        (Clue("is", ("lett",), ("kanaal",)), None),
        (Clue("in_lijst", ("de", "NL"), ("taal",)), "nl"),
        (Clue("is", ("application/pdf",), ("bijlage.type",)), "application/pdf"),
        (Clue("woord", ("foto",), ("bijlage.naam",)), "foto"),
        (Clue("van_domein", ("buurt.example",), ("van",)), "jan@kantoor.buurt.example"),
        (Clue("van_domein", ("@kantoor.buurt.example",), ("van",)), "jan@kantoor.buurt.example"),
        (Clue("van_domein", ("rt.example",), ("van",)), None),
        (Clue("van_domein", ("stad.example",), ("aan",)), "klachten@stad.example"),
        (Clue("is", ("1234 ab",), ("brief.postcode",)), "1234 AB"),
        (Clue("groter_dan", ("1",), ("bijlage.aantal",)), "2"),
        (Clue("groter_dan", ("2",), ("bijlage.aantal",)), None),
        (Clue("groter_dan", ("72",), ("brief.ocr_zekerheid",)), "72,5"),
        (Clue("groter_dan", ("0",), ("brief.kenmerk",)), None),
    ],
)
def test_a_test_finds_what_it_names_in_its_field(clue: Clue, matched: str | None) -> None:
    found = Clues([clue]).find(MAIL)
    assert (found[0].matched if found else None) == matched


def test_every_field_can_be_read_of_an_empty_message() -> None:
    assert [field for field in FIELDS if Message().values(field)] == ["bijlage.aantal", "kanaal", "taal"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(?=gft)bak", "looks around"),
        ("(?<!niet )geleegd", "looks around"),
        (r"(\w+) \1", "refers back"),
        ("(bak", "is no expression of RE2: missing )"),
        (".{900}.{900}", "is too large"),
        (r"\b(duo|papier|glas)bak\b", ""),
        ("(a+)+$", ""),
    ],
)
def test_what_re2_cannot_look_for_is_told(pattern: str, said: str) -> None:
    wrong = wrong_pattern(pattern)
    assert wrong.startswith(said) if said else wrong == ""


def test_a_hostile_text_does_not_make_an_expression_slow() -> None:
    clues = Clues([Clue("regex", ("(a+)+$",))])
    begin = time.process_time()
    assert not clues.find(Message("", "a" * 100_000 + "!"))
    assert time.process_time() - begin < 10  # the expressions of Python would take longer than the universe


def test_half_a_character_is_no_trouble() -> None:
    assert Clues([Clue("regex", ("bak",))]).find(Message("", "bak \ud83d"))
