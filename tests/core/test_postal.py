"""Where somebody gets letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailagent.core.klacht import Klacht
from mailagent.core.klantcontact import Correspondentieadres, Said, contacts
from mailagent.core.postal import Postal, postcode

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
GREET = Klacht(
    7, "KL26-00042", "Stoep", "De stoep ligt open.", "", AT, melder_name="Greet Bakker", channel="letter"
)
AT_HOME = replace(GREET, street="Dorpsstraat 12a", postcode="1234 AB", city="Voorbeeld")


def test_an_address_as_it_stands_in_the_window_of_an_envelope() -> None:
    postal = Postal("Greet Bakker", "Dorpsstraat 12a", "1234 AB", "Voorbeeld")
    assert postal.lines == ("Greet Bakker", "Dorpsstraat 12a", "1234 AB  VOORBEELD")
    assert str(postal) == "Greet Bakker, Dorpsstraat 12a, 1234 AB Voorbeeld"
    assert replace(postal, name="").lines[0] == "Dorpsstraat 12a"


@pytest.mark.parametrize("lacking", ["street", "postcode", "city"])
def test_an_address_that_is_not_whole_takes_no_letter(lacking: str) -> None:
    assert AT_HOME.postal is not None
    assert replace(AT_HOME, **{lacking: ""}).postal is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1234AB", "1234 AB"), (" 1234 ab ", "1234 AB"), ("0234 AB", ""), ("1234", ""), ("1234 ABC", "")],
)
def test_a_postcode_however_it_was_typed(typed: str, read: str) -> None:
    assert postcode(typed) == read


def test_kk_brief_c2138_open_klant_hears_where_the_letter_came_from() -> None:
    [contact] = contacts(AT_HOME, [Said(AT, "De stoep ligt open.")], "Wegen")
    assert contact.klantcontact.kanaal == "Brief"
    assert contact.digitaaladres is None
    assert contact.betrokkene.correspondentieadres == Correspondentieadres(
        None, "Dorpsstraat 12a", "1234 AB Voorbeeld", "", "NL"
    )
