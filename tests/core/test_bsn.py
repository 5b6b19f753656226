"""Burgerservicenummers are hidden wherever they may be, and what is surely none stays."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from mailagent.core.bsn import Covered, covered, named
from mailagent.core.letter import HIDDEN
from tests.core.page_words import line, lines


def hidden(text: str, confidence: int = 95) -> Covered:
    """A page as it is shown."""
    read = lines(text, confidence)
    return covered(read, spoken_of=named(read))


def shown(text: str, confidence: int = 95) -> str:
    return "\n".join(" ".join(word.text for word in words) for words in hidden(text, confidence).lines)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Mijn burgerservicenummer is 123456782. Ik wil", f"Mijn burgerservicenummer is {HIDDEN}. Ik wil"),
        ("Onze zoon (BSN 999990019) staat", f"Onze zoon (BSN {HIDDEN}) staat"),
        ("mevrouw (BSN 1112. 22. 333), maakt", f"mevrouw (BSN {HIDDEN}), maakt"),
        ("BSN: 1234.56.782", f"BSN: {HIDDEN}"),
        ("BSN 9999900019", f"BSN {HIDDEN}"),  # a digit too many, as a reader doubles them
        ("BSN 12345678", f"BSN {HIDDEN}"),  # and one too few
        ("BSN 123456789", f"BSN {HIDDEN}"),  # that fails the test of eleven
        ("BSN 0123456782", f"BSN {HIDDEN}"),  # which looks like a telephone number
        ("B.S.N. 123456782", f"B.S.N. {HIDDEN}"),
        ("Mijn BSN is 12345A782 en ik wil", f"Mijn BSN is {HIDDEN} en ik wil"),  # and not even a number
        ("BSN 1|2|3|4|5|6|7|8|2", f"BSN {HIDDEN}"),  # a form with a box for each digit
        ("Burgerservicenummer (BSN) 12345A782", f"Burgerservicenummer {HIDDEN}"),
        ("nr.123456782", f"nr.{HIDDEN}"),
        ("B5N 123456782", f"B5N {HIDDEN}"),
        ("Burgersenicenummer: 12345G7B2", f"Burgersenicenummer: {HIDDEN}"),
        ("sofinummer 123456782", f"sofinummer {HIDDEN}"),
        ("123456782 (mijn BSN)", f"{HIDDEN} (mijn BSN)"),
        ("Mijn nummer: 123456782", f"Mijn nummer: {HIDDEN}"),  # no word at all, but it passes
        ("Mijn nummer: 9999900019", f"Mijn nummer: {HIDDEN}"),  # and this one without its double digit
    ],
)
def test_a_number_is_hidden(written: str, seen: str) -> None:
    assert shown(written) == seen


@pytest.mark.parametrize(
    "written",
    [
        "Tel. 06-12345678",
        "Tel. 0345-678 901",
        "+31 6 1122 3344",
        "NL91 ABNA 0417 1643 00",
        "Uw kenmerk: NHA-88120457",
        "Uw kenmerk: OZB 2026.55.1290",
        "Op 12-10-2026 belde ik",
        "3861 GH Lindemeer",
        "EUR 312.000 naar EUR 398.000",
        "Mijn klantnummer is 123456789",  # nine digits that are none
    ],
)
def test_what_is_no_number_of_that_kind_stays(written: str) -> None:
    assert shown(written) == written


def test_any_number_of_about_that_length_is_hidden_once_the_letter_has_the_word() -> None:
    assert shown("Mijn dochter heeft ook een BSN gekregen van u.\n\n\n\nHet is 987654321.").endswith(
        f"is {HIDDEN}."
    )
    assert "0345-678 901" in shown("Mijn BSN is 123456782.\n\n\nTel. 0345-678 901")


def test_a_number_under_its_heading_or_on_the_next_line_is_hidden() -> None:
    assert HIDDEN in shown("Naam          BSN\nT. Bakker     123456789")
    assert HIDDEN in shown("Dit gaat over mijn burgerservicenummer\n12345678 en verder niets")


def test_a_number_that_was_hardly_read_is_hidden_whatever_it_is() -> None:
    assert shown("Nummer 123456789", confidence=60) == f"Nummer {HIDDEN}"


def test_a_label_whose_answer_is_no_number_hides_it_and_the_page_is_not_trusted() -> None:
    page = hidden("Burgerservicenummer AAAAAL SDL")
    assert [word.text for word in page.lines[0]] == ["Burgerservicenummer", HIDDEN]
    assert not page.trusted
    assert not hidden("Burgerservicenummer").trusted


def test_a_sentence_about_it_without_one_is_nothing_to_fear() -> None:
    assert hidden("U vraagt naar mijn BSN maar dat geef ik u niet.").trusted


def test_long_digits_that_were_hardly_read_leave_no_trust() -> None:
    assert not covered([line("7X42Y571", confidence=20)], spoken_of=False).trusted


def test_the_box_of_every_word_of_a_number_is_blackened() -> None:
    page = hidden("(BSN 1112. 22. 333), maakt")
    assert page.boxes == tuple(word.box for word in line("(BSN 1112. 22. 333), maakt")[1:4])
    [number] = [word for word in page.lines[0] if HIDDEN in word.text]
    assert number.box == (page.boxes[0][0], 100, page.boxes[2][2], 140)


def valid_from(first: int) -> str:
    """The first number from this one on that passes."""
    return next(number for at in count(first) if bsn.is_valid(number := f"{at:09d}"))


@given(st.integers(min_value=10_000_000, max_value=999_999_900).map(valid_from))
def test_no_valid_number_is_ever_shown(number: str) -> None:
    for written in (
        number,
        f"{number[:4]}.{number[4:6]}.{number[6:]}",
        f"{number[:3]} {number[3:6]} {number[6:]}",
    ):
        assert HIDDEN in shown(f"Mijn nummer is {written} en ik wil")
