"""Burgerservicenummers in text that was typed: hidden behind the word, and where one stands by itself."""

from __future__ import annotations

import time

import pytest

from mailagent.core.masked import masked, read_typed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mijn BSN is 111222333.", "Mijn BSN is [BSN]."),
        ("bsn: 1112.22.333, bel mij", "bsn: [BSN], bel mij"),
        ("Burgerservicenummer\n111 222 333\n", "Burgerservicenummer\n[BSN]\n"),
        ("sofinummer 1234567", "sofinummer [BSN]"),
        ("Ik ben 111222333 en wil", "Ik ben [BSN] en wil"),
        ("(111.222.333)", "([BSN])"),
        ("BSN 111222333 en BSN 123456782", "BSN [BSN] en BSN [BSN]"),
        ("ordernummer 123456789", "ordernummer 123456789"),
        ("tel 0612345678", "tel 0612345678"),
        ("+31 111222333", "+31 111222333"),
        ("NL91ABNA0417164300", "NL91ABNA0417164300"),
        ("NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 00"),
        ("KL26-00042 van 02-03-2026", "KL26-00042 van 02-03-2026"),
        ("zaak Z-111222333", "zaak Z-111222333"),
        ("12345678901111222333", "12345678901111222333"),
    ],
)
def test_what_may_be_one_is_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_typed_letter_says_whose_it_is_without_its_number() -> None:
    text = "J. de Vries\nDorpsstraat 12\n1234 AB Voorbeeld\n\nBetreft: gft\nBSN: 111222333\n\nGeachte heer,\n"
    letter = read_typed(text)
    assert letter.text == text.replace("111222333", "[BSN]")
    assert (letter.value("name"), letter.value("postcode")) == ("J. de Vries", "1234 AB")


@pytest.mark.parametrize("text", ["1 " * 100_000, "bsn " * 50_000, "burger service nummer" + " " * 200_000])
def test_it_takes_no_longer_than_the_text_is(text: str) -> None:
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 5
