"""Whether a PDF opens, its pages as pictures, and their text layer (the only door to PDFium)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw as pdfium

from mailagent.core.errors import Unreadable

POINTS = 72
"""To the inch (ISO 32000-1 8.3.2.3)."""


def opens(content: bytes) -> bool:
    """Can anyone read it? Many a letter is locked against changes alone (ISO 32000-1 7.6.3.1)."""
    try:
        pypdfium2.PdfDocument(content).close()
    except pypdfium2.PdfiumError:
        return False
    return True


class Pdf:
    """A PDF that opens. Raises Unreadable: password or broken_file."""

    def __init__(self, content: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            password = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
            raise Unreadable("password" if password else "broken_file") from error

    def __len__(self) -> int:
        return len(self._document)

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page in points, without opening it."""
        width, height = self._document.get_page_size(number)
        return float(width), float(height)

    def drawn(self, number: int, dpi: float) -> Any:
        """A page as an array of grey octets."""
        page = self._page(number)
        return page.render(scale=dpi / POINTS, grayscale=True, may_draw_forms=False).to_numpy().copy()

    def words(self, number: int) -> list[tuple[str, tuple[float, float, float, float]]]:
        """The text layer of a page in its own order: words, with their boxes in points from the left top."""
        page = self._page(number)
        text, (_, height) = page.get_textpage(), page.get_size()
        return [(word, _around(text, height, at, len(word))) for at, word in _words_of(text)]

    def pixels(self, number: int) -> int:
        """Of the largest picture on a page, before anyone unpacks it."""
        images = self._page(number).get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        return max((width * height for width, height in (image.get_px_size() for image in images)), default=0)

    def image_share(self, number: int) -> float:
        """How much of a page is covered by pictures, from 0 to 1."""
        page = self._page(number)
        width, height = page.get_size()
        covered = 0.0
        for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
            left, bottom, right, top = image.get_bounds()
            covered += max(0.0, min(right, width) - max(left, 0)) * max(
                0.0, min(top, height) - max(bottom, 0)
            )
        return min(1.0, float(covered / (width * height)))

    def part(self, first: int, end: int) -> bytes:
        """These pages, up to but not including `end`, as a PDF of their own."""
        part, file = pypdfium2.PdfDocument.new(), io.BytesIO()
        part.import_pages(self._document, list(range(first, end)))
        part.save(file)
        return file.getvalue()

    def _page(self, number: int) -> Any:
        try:
            return self._document[number]
        except pypdfium2.PdfiumError as error:
            raise Unreadable("broken_file") from error


def _words_of(text: Any) -> Iterator[tuple[int, str]]:
    """Each word with the index of its first character."""
    word, begun = "", 0
    for at in range(text.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text, at))
        if not char.isspace() and char != "\0":
            begun, word = (at if not word else begun), word + char
        elif word:
            yield begun, word
            word = ""
    if word:
        yield begun, word


def _around(text: Any, height: float, at: int, length: int) -> tuple[float, float, float, float]:
    boxes = [text.get_charbox(index, loose=True) for index in range(at, at + length)]
    return (
        min(box[0] for box in boxes),
        height - max(box[3] for box in boxes),
        max(box[2] for box in boxes),
        height - min(box[1] for box in boxes),
    )
