"""The odd files of the shared letters: each is read as what it is, or ends in quarantine with its reason."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator

import pypdfium2
import pytest
from pikepdf import pdfa

from mailagent.core.letter import HIDDEN, UNREADABLE, Letter, alike
from mailagent.inbound.letters import LetterReader
from mailagent.inbound.pdfa import searchable
from tests.inbound.test_letter_corpus import letters

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def reader() -> Iterator[LetterReader]:
    with LetterReader() as reader:
        yield reader


def raw_of(name: str) -> bytes:
    return (letters("edge") / name).read_bytes()


@pytest.fixture(scope="module")
def fax(reader: LetterReader) -> Letter:
    """A letter of two pages, with a burgerservicenummer."""
    return reader.read(raw_of("multipage_fax.tif"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bomb.png", "too_many_pixels"),
        ("bomb_5000pages.pdf", "too_many_pages"),
        ("bomb_image.pdf", "too_many_pixels"),
        ("bomb_page.pdf", "page_too_large"),
        ("corrupt_trunc.pdf", "broken_file"),
        ("enc_user.pdf", "password"),
        ("html_as.pdf", "not_a_scan"),
        ("zero.pdf", "empty"),
    ],
)
def test_what_cannot_be_read_says_why(reader: LetterReader, name: str, reason: str) -> None:
    letter = reader.read(raw_of(name), name)
    assert (letter.status, letter.reason) == ("quarantine", f"{name}: {UNREADABLE[reason]}")
    assert letter.text == ""
    assert not letter.pages


@pytest.mark.parametrize("name", ["textlayer.pdf", "enc_owner.pdf", "js_embed.pdf"])
def test_a_good_text_layer_is_taken_as_it_is(reader: LetterReader, name: str) -> None:
    letter = reader.read(raw_of(name))
    assert (letter.status, letter.confidence) == ("automatic", 100)
    assert letter.value("betreft")
    assert all(page.safe and page.image for page in letter.pages)


def test_a_scanners_own_words_are_not_believed(reader: LetterReader) -> None:
    letter = reader.read(raw_of("badtext.pdf"))
    assert letter.status == "automatic"
    assert "Geluidsoverlast" in letter.value("betreft")
    assert letter.confidence < 100


def test_a_photo_of_a_telephone_is_read(reader: LetterReader) -> None:
    letter = reader.read(raw_of("foto.heic"))
    assert letter.status == "automatic"
    assert letter.value("our_kenmerk") == "NHA-88120457"


def test_a_fax_of_two_pages_is_one_letter(fax: Letter) -> None:
    assert [page.number for page in fax.pages] == [1, 2]
    assert fax.status == "automatic"
    assert fax.value("bsn_masked") == HIDDEN
    one, other = (page.fingerprint for page in fax.pages)
    assert not alike(one, other)


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        ("batch_nosep.pdf", [(1, 5)]),
        ("batch_patcht.pdf", [(1, 1), (3, 3), (5, 5)]),
        ("batch_qr_duplex.pdf", [(1, 1), (5, 5), (8, 9)]),
    ],
)
def test_a_batch_is_cut_at_its_sheets_and_blank_backs_are_dropped(
    reader: LetterReader, name: str, ranges: list[tuple[int, int]]
) -> None:
    assert reader.sheets(raw_of(name)) == ranges


def test_one_letter_of_a_batch_is_read_alone(reader: LetterReader) -> None:
    letter = reader.read(raw_of("batch_qr_duplex.pdf"), pages=(1, 2))
    assert [page.number for page in letter.pages] == [1]
    assert letter.status == "automatic"


def test_what_is_kept_is_a_pdf_a_that_can_be_searched_and_shows_no_number(fax: Letter) -> None:
    kept = searchable(raw_of("multipage_fax.tif"), fax)
    assert pdfa.validate_written(io.BytesIO(kept), "2b").verdict == "pass"
    shown = pypdfium2.PdfDocument(kept)
    text = shown[0].get_textpage().get_text_range()
    assert "huishoudelijke hulp" in text
    assert "222" not in text
    assert HIDDEN in text
    assert len(shown) == 2


def test_nothing_of_this_is_loaded_by_who_asks() -> None:
    heavy = {"cv2", "tesserocr", "pikepdf", "zxingcpp", "rapidocr"}
    code = "import sys, mailagent.cli, mailagent.inbound.letters, mailagent.inbound.pdfa; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    assert not heavy & set(loaded.split())
