"""Scanned letters: what is no scan, too much or locked ends in quarantine, and never the reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailagent.core.letter import UNREADABLE
from mailagent.inbound.letters import LetterLimits, LetterReader


@pytest.fixture(scope="module")
def reader() -> Iterator[LetterReader]:
    with LetterReader() as reader:
        yield reader


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"<html><body>Fout 404</body></html>", "not_a_scan"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<< /Type /Catalog", "broken_file"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "broken_file"),
    ],
)
def test_what_is_no_letter_says_so_in_a_sentence(reader: LetterReader, raw: bytes, reason: str) -> None:
    letter = reader.read(raw, "scan.pdf")
    assert (letter.status, letter.reason) == ("quarantine", f"scan.pdf: {UNREADABLE[reason]}")
    assert reader.sheets(raw) == []


def test_a_file_above_the_limit_is_not_even_looked_at() -> None:
    with LetterReader(LetterLimits(size=10)) as reader:
        assert reader.read(b"%PDF-1.7 and more").reason == UNREADABLE["too_large"]
