"""The shared letters: each scan is read once, and held to what it says, in its words, fields and numbers."""

from __future__ import annotations

import json
import os
import pickle
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from mailagent.core.letter import HIDDEN, Letter
from mailagent.core.letter_values import date_in
from mailagent.inbound import second
from mailagent.inbound.deciphering import Decipherer
from mailagent.inbound.letters import LetterLimits, LetterReader, tessdata

pytestmark = pytest.mark.corpus

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Scan:
    """One scan, what it was made from, and what was read."""

    name: str
    text: str
    truth: dict[str, Any]
    letter: Letter

    @property
    def fax(self) -> bool:
        return "__fax" in self.name

    @property
    def first(self) -> bool:
        """Is it the page with the letterhead?"""
        return "_p1" in self.name


def letters(folder: str) -> Path:
    """A folder of the shared letters, which CI must have."""
    shared = CHECKOUT.parent / "shared" / "corpora"
    found = Path(os.environ.get("MAILAGENT_CORPORA", shared)) / "letters" / folder
    if not found.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"NOT CHECKED: no corpus at {found}")
        pytest.skip(f"NOT CHECKED: no corpus at {found}")
    return found


@pytest.fixture(scope="module")
def printed() -> Iterator[list[Scan]]:
    """Every scan of a printed letter, read as the service reads it."""
    with LetterReader() as reader:
        yield list(_scans(reader.read, printed=True))


@pytest.fixture(scope="module")
def by_hand() -> Iterator[list[Scan]]:
    """Every scan of a letter or form that was written by hand, as it is read without a second reader."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TESSDATA_PREFIX", str(tessdata()))
        patch.setenv("OMP_THREAD_LIMIT", "1")
        patch.setattr(second, "read", lambda *_: [])
        decipherer = Decipherer(LetterLimits())

        def read(raw: bytes, _: str) -> Letter:
            letter = pickle.loads(decipherer.answer(b'{"what": "read", "pages": null}\n' + raw))
            assert isinstance(letter, Letter)
            return letter

        yield list(_scans(read, printed=False))


def _scans(read: Callable[[bytes, str], Letter], *, printed: bool) -> Iterator[Scan]:
    truths = letters("truth")
    for path in sorted(letters("scans").iterdir()):
        truth = json.loads((truths / f"{path.name[:8]}.json").read_text("utf-8"))
        if (truth["tone"] == "printed") == printed:
            text = (truths / f"{path.name[:8]}.txt").read_text("utf-8")
            yield Scan(path.name, text, truth, read(path.read_bytes(), path.name))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def f1(scan: Scan) -> float:
    """Of the words, whatever their order; what was rightly hidden counts as read; of two pages
    counts the one that was scanned."""
    said, read = words(scan.text), words(scan.letter.text.replace(HIDDEN, scan.truth["bsn"] or ""))
    if scan.truth["pages"] > 1:
        said = words(page_of(scan))
    right = (said & read).total()
    return 2 * right / (said.total() + read.total())


def page_of(scan: Scan) -> str:
    """The part of a text of two pages that stands on this one: it ends where the scan does."""
    lines = scan.text.splitlines()
    turn = next(number for number, line in enumerate(lines) if line.startswith(LAST_PAGE_BEGINS))
    return "\n".join(lines[:turn] if scan.first else lines[turn:])


LAST_PAGE_BEGINS = "Ik machtig u"


def test_a_printed_letter_is_read_word_for_word(printed: list[Scan]) -> None:
    figures = {scan.name: f1(scan) for scan in printed}
    assert median(figures.values()) >= 0.95
    assert {scan.name for scan in printed if not scan.fax and figures[scan.name] < 0.90} == set()


def test_no_printed_letter_waits_for_a_clerk(printed: list[Scan]) -> None:
    assert {scan.name: scan.letter.status for scan in printed if scan.letter.status != "automatic"} == {}


def test_every_letter_by_hand_waits_for_a_clerk(by_hand: list[Scan]) -> None:
    assert len(by_hand) == 8
    for scan in by_hand:
        assert scan.letter.status in ("check", "retype"), scan.name
        assert scan.letter.reason
        assert not any(page.image or page.safe for page in scan.letter.pages), scan.name


def test_no_burgerservicenummer_is_missed(printed: list[Scan], by_hand: list[Scan]) -> None:
    with_one = [scan for scan in (*printed, *by_hand) if scan.truth["bsn"] and scan.first]
    assert len(with_one) >= 15
    for scan in with_one:
        digits = re.sub(r"\D", "", scan.letter.text)
        assert scan.truth["bsn"] not in digits, scan.name
        assert scan.truth["bsn"][:-1] not in digits, scan.name
    assert {scan.name for scan in with_one if scan in printed and HIDDEN not in scan.letter.text} == set()


def test_no_number_but_a_burgerservicenummer_is_hidden(printed: list[Scan]) -> None:
    assert [scan.name for scan in printed if not scan.truth["bsn"] and HIDDEN in scan.letter.text] == []


def folded(text: str) -> str:
    """Letters and digits alone, without accents: what it confuses in quotes and dashes costs no field."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if char.isalnum()).casefold()


def wanted(truth: dict[str, Any]) -> dict[str, str]:
    """The fields a letter has, as FIELDS calls them."""
    sender, fields = truth["sender"], {"date": date_in(truth["date"]), "betreft": truth["betreft"]}
    fields |= {"name": sender[0], "address": f"{sender[-2]}, {sender[-1]}", "postcode": sender[-1][:7]}
    fields |= {"phone": truth["tel"], "email": truth["email"], "iban": truth["iban"]}
    fields |= {"our_kenmerk": truth["uw"], "their_kenmerk": truth["ons"]}
    return {name: value for name, value in fields.items() if value}


def test_the_fields_of_a_printed_letter_are_found(printed: list[Scan]) -> None:
    right, wrong = Counter[str](), Counter[str]()
    for scan in printed:
        if not scan.first:
            continue
        for name, value in wanted(scan.truth).items():
            same = folded(scan.letter.value(name)) == folded(value)
            (right if same else wrong)[name] += 1
            assert not same or scan.letter.fields[name].evidence, (scan.name, name)
    assert right.total() / (right.total() + wrong.total()) >= 0.93, wrong
    assert not [name for name in right | wrong if right[name] < 0.8 * (right + wrong)[name]], wrong


def test_no_field_is_made_up(printed: list[Scan]) -> None:
    made_up = [
        (scan.name, name)
        for scan in printed
        for name in scan.letter.fields
        if scan.first and name != "bsn_masked" and name not in wanted(scan.truth)
    ]
    assert made_up == []


def test_a_second_reader_reads_by_hand_what_the_first_cannot(by_hand: list[Scan]) -> None:
    first = next(scan for scan in by_hand if scan.name == "brief_11_p1__clean300.jpg")
    with LetterReader() as reader:
        letter = reader.read((letters("scans") / first.name).read_bytes())
    again = replace(first, letter=letter)
    assert f1(again) > f1(first) + 0.1
    assert letter.value("phone") == first.truth["tel"]
    assert letter.value("postcode")
    assert letter.status == "check"
    assert first.truth["bsn"] not in letter.text
    assert HIDDEN in letter.text
    assert any(not word.sure for word in letter.pages[0].words)
