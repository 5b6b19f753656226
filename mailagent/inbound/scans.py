"""Opens what a scanner or a telephone sends, by what is in it and not by its name: its pages as pictures."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from mailagent.core.errors import Unreadable
from mailagent.inbound.pdf import POINTS, Pdf

if TYPE_CHECKING:
    from mailagent.inbound.letters import LetterLimits

Picture = numpy.ndarray[Any, numpy.dtype[Any]]
"""One page in grey: rows of octets."""

DPI = 300
"""What a page is drawn at, and what Tesseract reads best."""
LOWEST_DPI = 50
"""What a file says below this is no resolution of a scan: telephones write 1 or 72."""
A4_INCHES = 11.69
LARGEST = 4200
"""Pixels of the longest side: what has more than A4 at 300 dpi loses nothing a reader needs."""

_HONEST = 4
"""PDFium draws a picture small as it unpacks it, so a page may hold more than we would unpack ourselves."""

FORMATS = ("JPEG", "PNG", "TIFF", "HEIF")
PDF_HEAD = 1024
"""Where `%PDF-` must begin (ISO 32000-1 appendix H, note 13)."""


Made = TypeVar("Made")


class Scan(Protocol):
    """A file with pages, counted from 0."""

    def __len__(self) -> int: ...

    def picture(self, number: int, dpi: float = DPI) -> Picture:
        """A page in grey, its pixels as wide as they are high. Raises Unreadable."""
        ...


@dataclass(frozen=True, slots=True)
class PdfScan:
    """The pages of a PDF."""

    pdf: Pdf
    limits: LetterLimits

    def __len__(self) -> int:
        return len(self.pdf)

    def picture(self, number: int, dpi: float = DPI) -> Picture:
        """A page, drawn."""
        drawn: Picture = self.pdf.drawn(number, self.dpi(number, dpi))
        return drawn

    def dpi(self, number: int, wanted: float) -> float:
        """What a page is drawn at: what is wanted, less for a page larger than paper. Raises Unreadable."""
        longest = max(self.pdf.size(number))
        if not 0 < longest <= self.limits.side:
            raise Unreadable("page_too_large")
        if self.pdf.pixels(number) > _HONEST * self.limits.pixels:
            raise Unreadable("too_many_pixels")
        return min(wanted, LARGEST * POINTS / longest)


@dataclass(frozen=True, slots=True)
class ImageScan:
    """A picture, or the several of one TIFF."""

    image: Image.Image
    limits: LetterLimits

    def __len__(self) -> int:
        return int(getattr(self.image, "n_frames", 1))

    def picture(self, number: int, dpi: float = DPI) -> Picture:
        """A page, turned as the camera was, scaled to so many pixels to the inch of paper."""
        return _guarded(lambda: self._picture(number, dpi))

    def _picture(self, number: int, dpi: float) -> Picture:
        self.image.seek(number)
        if self.image.width * self.image.height > self.limits.pixels:
            raise Unreadable("too_many_pixels")
        across, down = _resolution(self.image)
        upright = ImageOps.exif_transpose(self.image).convert("L")
        if upright.size != self.image.size:
            across, down = down, across
        size = round(upright.width * dpi / across), round(upright.height * dpi / down)
        most = LARGEST / max(size)
        if most < 1:
            size = round(size[0] * most), round(size[1] * most)
        if size != upright.size:
            upright = upright.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        return numpy.asarray(upright)


def opened(raw: bytes, limits: LetterLimits) -> Scan:
    """The pages of a file. Raises Unreadable, with a key of UNREADABLE."""
    if not raw:
        raise Unreadable("empty")
    scan: Scan
    if b"%PDF-" in raw[:PDF_HEAD]:
        scan = PdfScan(Pdf(raw), limits)
    else:
        scan = ImageScan(_guarded(lambda: _image(raw, limits)), limits)
    if len(scan) > limits.pages:
        raise Unreadable("too_many_pages")
    return scan


def _image(raw: bytes, limits: LetterLimits) -> Image.Image:
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        return Image.open(io.BytesIO(raw), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise Unreadable("not_a_scan") from error


def _guarded(make: Callable[[], Made]) -> Made:
    """What the pictures of strangers make a library raise, as a reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a scanner's odd tags; too many pixels are an error below
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return make()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable("too_many_pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Unreadable("broken_file") from error


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Pixels to the inch, across and down; where the file does not say, as if it were a sheet of A4."""
    told = image.info.get("dpi", (0, 0))
    across, down = float(told[0]), float(told[1])
    if min(across, down) < LOWEST_DPI or max(image.width / across, image.height / down) > 2 * A4_INCHES:
        across = down = max(image.size) / A4_INCHES
    return across, down
